"""Cleans text that strangers typed, without changing what it says.

Hostile text stays text: markup and formulas are kept as typed and escaped where they are shown. Only what no
reader can see, and what breaks storage or print, is taken out.
"""

import unicodedata

# Embeddings, overrides and isolates of the bidirectional algorithm (Unicode UAX #9) can make a text read
# otherwise than it is stored. The plain marks U+200E and U+200F are left, right-to-left writers need them.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_BREAKS = {
    "\r\n": "\n",
    "\r": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
    "\u0085": "\n",
    "\v": "\n",
    "\f": "\n",
}


def clean_text(raw: str, *, one_line: bool = False) -> str:
    """The text in Unicode form NFC, trimmed, without controls; with `one_line` all on one line.

    Out go control characters (category Cc, tab and line feed excepted), lone surrogates (Cs), noncharacters,
    the byte order mark and bidirectional overrides. Line breaks of every kind become a line feed.
    """
    for found, plain in _LINE_BREAKS.items():
        raw = raw.replace(found, plain)
    kept = raw
    if not raw.isprintable():  # what is printable is kept, so most texts need no closer look
        kept = "".join(character for character in raw if _is_kept(character))
    text = unicodedata.normalize("NFC", kept)
    return " ".join(text.split()) if one_line else text.strip()


def _is_kept(character: str) -> bool:
    if character in "\t\n":
        return True
    if character in _BIDI or character == "\ufeff":
        return False
    code = ord(character)
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return False
    return unicodedata.category(character) not in {"Cc", "Cs"}
