"""Text cleaned for the fonts of the PDF.

PDF/UA forbids missing glyphs and PDF/A forbids private-use code points, so one such character in a name would make the
whole file fail. We therefore split texts into clusters (a character with its marks) and look for a font that has the
whole cluster, in the order in which Typst tries them. Clusters that no font has are visibly replaced and listed.

Control characters, variation selectors, soft hyphens, tags and direction marks are dropped: they are invisible, and a
direction override could disguise a name. Joiners are kept only in scripts that need them (Persian, Indic scripts).
"""

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

ZWNJ, ZWJ = "\u200c", "\u200d"
BREAK = "\u200b"
#: a break opportunity that puts no character into the PDF's text, so that a search finds long words. The template
#: replaces it (main.typ); Typst fails from about 500 of them.
SILENT_BREAK = "\ue000"
MOST_SILENT_BREAKS = 200
LONGEST_RUN = 36
NARROW_RUN = 12
NAME_RUN = 20
#: marks on one character, as in Unicode's Stream-Safe Text Format (UAX #15); the memory that Typst needs for a
#: character grows with the square of their number
MOST_MARKS = 30
_PLAIN = re.compile(r"[\n\x20-\x7e\u00a0-\u00ac\u00ae-\u0148\u014a-\u017f\u2013\u2014\u2018-\u201e\u2026]*")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_JOINING = ((0x0600, 0x08FF), (0x0900, 0x0DFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1800, 0x18AF))


@dataclass
class Printer:
    """Cleans texts for fonts with this `coverage`, and lists characters that it `replaced`.

    Retries use fewer characters: without `marks` only base characters, with `plain_only` only Latin letters.
    """

    coverage: Sequence[Container[int]]
    marks: bool = True
    plain_only: bool = False
    replaced: dict[str, None] = field(default_factory=dict)
    _drawn: dict[str, str | None] = field(default_factory=dict)

    def clean(self, text: str) -> str:
        """Return only drawable characters, with line feeds, spaces for tabs, and breaks in long words."""
        text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
        if not _PLAIN.fullmatch(text):
            text = "".join(self._pieces(unicodedata.normalize("NFC", text)))
        return breakable(text, LONGEST_RUN)

    def _pieces(self, text: str) -> Iterator[str]:
        letters: list[str] = []
        for cluster in _clusters(text):
            if cluster not in self._drawn:
                self._drawn[cluster] = self._draw(cluster)
            kept = self._drawn[cluster]
            if kept is None and unicodedata.category(cluster[0])[0] == "L":
                letters.append(_reading(cluster[0]))
                continue
            if letters:
                yield f"[{' '.join(letters)}]"
                letters = []
            yield f"[{_reading(cluster[0])}]" if kept is None else kept
        if letters:
            yield f"[{' '.join(letters)}]"

    def _draw(self, cluster: str) -> str | None:
        """Return what the font can draw of a cluster; None if it can't draw the base character."""
        base, marks = cluster[0], [mark for mark in cluster[1:] if _draws(mark, cluster[0])]
        for mark in dict.fromkeys(marks[MOST_MARKS:]):
            self._note(mark)
        marks = marks[:MOST_MARKS]
        if base == "\n" or not _draws(base, base):
            return "\n" if base == "\n" else ""
        if self._covered(base + "".join(marks)):
            return base + "".join(marks)
        if not self._covered(base):
            if unicodedata.category(base) == "Zs":
                return " "
            self._note(base)
            plain = unicodedata.normalize("NFKC", base)
            return plain if plain != base and all(map(self._covered, plain)) else None
        kept = base
        for mark in marks:
            if self._covered(kept + mark):
                kept += mark
            else:
                self._note(mark)
        return kept

    def _covered(self, cluster: str) -> bool:
        if self.plain_only:
            return _PLAIN.fullmatch(cluster) is not None
        if not self.marks and len(cluster) > 1:
            return False
        needed = {ord(character) for character in cluster if character not in {ZWJ, ZWNJ, "\n"}}
        return any(all(code in family for code in needed) for family in self.coverage)

    def _note(self, character: str) -> None:
        name = unicodedata.name(character, "")
        self.replaced[f"U+{ord(character):04X} {name}".strip()] = None


def breakable(text: str, longest: int, mark: str = BREAK) -> str:
    """Add invisible break opportunities to words of more than `longest` characters, never before a mark."""
    if all(len(run) <= longest for run in text.split()):
        return text
    pieces: list[str] = []
    run = 0
    for cluster in _clusters(text.replace(BREAK, "")):
        run = 0 if cluster.isspace() else run + len(cluster)
        if run > longest:
            pieces.append(mark)
            run = len(cluster)
        pieces.append(cluster)
    return "".join(pieces)


def narrow(text: str) -> str:
    found = breakable(text, NARROW_RUN, SILENT_BREAK)
    return found if found.count(SILENT_BREAK) <= MOST_SILENT_BREAKS else breakable(text, NARROW_RUN)


def _clusters(text: str) -> Iterator[str]:
    start = 0
    for place in range(1, len(text)):
        if not _extends(text[place]):
            yield text[start:place]
            start = place
    if text:
        yield text[start:]


def _extends(character: str) -> bool:
    return character in {ZWJ, ZWNJ} or unicodedata.category(character) in {"Mn", "Mc", "Me"}


def _draws(character: str, base: str) -> bool:
    if character == "\n":
        return True
    if character in {ZWJ, ZWNJ}:
        return character != base and any(low <= ord(base) <= high for low, high in _JOINING)
    if (
        "\ufe00" <= character <= "\ufe0f"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or character == "\u20e3"
    ):
        return False
    return unicodedata.category(character) not in {"Cc", "Cf"} and character != "\u034f"


def _reading(character: str) -> str:
    """Spell a character in ASCII: an emoji's name, the letter of a flag, the sound of a Korean syllable, otherwise the
    code point."""
    code = ord(character)
    name = unicodedata.name(character, "")
    if 0x1F1E6 <= code <= 0x1F1FF:
        return chr(code - 0x1F1E6 + ord("A"))
    if name.startswith("HANGUL SYLLABLE "):
        return name.rsplit(" ", 1)[1].lower()
    if name and unicodedata.category(character)[0] == "S":
        return name.lower()
    return f"U+{code:04X}"
