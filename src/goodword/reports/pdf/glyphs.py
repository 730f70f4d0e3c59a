"""Makes any text printable: characters that no font can draw are replaced visibly and listed.

PDF/UA forbids a missing glyph and PDF/A the private-use code points: with one such character in a name no
file would come out at all. So each text is cut into clusters (a character with its marks) and each cluster
is compared with the fonts in the order in which Typst tries them; Typst draws a cluster with one font, so
one font has to have all of it.

Left out without a trace, since they draw nothing: controls, variation selectors, soft hyphens, tags, and
the marks that turn the writing direction (an override could make a name read as another). Joiners stay
where a script needs them (Persian, the scripts of India) and go elsewhere, as inside an emoji.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

ZWNJ, ZWJ = "\u200c", "\u200d"
BREAK = "\u200b"
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
LONGEST_RUN = 36
NARROW_RUN = 18

_PLAIN = re.compile(r"[\n\x20-\x7e\u00a0-\u00ac\u00ae-\u0148\u014a-\u017f\u2013\u2014\u2018-\u201e\u2026]*")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_JOINING = ((0x0600, 0x08FF), (0x0900, 0x0DFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1800, 0x18AF))


@dataclass
class Printer:
    """Cleans texts against the `coverage` of the fonts and gathers what it replaced.

    `marks` off: base characters only; `plain_only`: nothing beyond Latin letters. Both are for a second try,
    should a font shape a covered cluster into a missing glyph after all.
    """

    coverage: tuple[frozenset[int], ...]
    marks: bool = True
    plain_only: bool = False
    replaced: dict[str, None] = field(default_factory=dict)
    _drawn: dict[str, str | None] = field(default_factory=dict)

    def clean(self, text: str) -> str:
        """`text` with only drawable characters; line ends become `\\n`, tabs spaces, long unbroken runs get
        places to break."""
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
        """The cluster as it can be drawn; `None` if its base character cannot."""
        base, marks = cluster[0], [mark for mark in cluster[1:] if _draws(mark, cluster[0])]
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
        return any(needed <= family for family in self.coverage)

    def _note(self, character: str) -> None:
        name = unicodedata.name(character, "")
        self.replaced[f"U+{ord(character):04X} {name}".strip()] = None


def isolate(text: str) -> str:
    """`text` set apart when it runs from right to left, so that the words around it keep their places."""
    return f"{ISOLATE}{text}{END_ISOLATE}" if _RIGHT_TO_LEFT.search(text) else text


def breakable(text: str, longest: int) -> str:
    """`text` with invisible break opportunities wherever more than `longest` characters follow without a space,
    so that a word without end stays on the page. A character is not parted from its marks."""
    if all(len(run) <= longest for run in text.split()):
        return text
    pieces: list[str] = []
    run = 0
    for cluster in _clusters(text.replace(BREAK, "")):
        run = 0 if cluster.isspace() else run + len(cluster)
        if run > longest:
            pieces.append(BREAK)
            run = len(cluster)
        pieces.append(cluster)
    return "".join(pieces)


def narrow(text: str) -> str:
    """`text` for a column of a table, where fewer characters fit on a line."""
    return breakable(text, NARROW_RUN)


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
    """Whether anything is lost when the character goes."""
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
    """The most readable ASCII that stands for a character: an emoji's name, the letter of a flag, the sound
    of a Korean syllable, else the code point (which anybody can look up)."""
    code = ord(character)
    name = unicodedata.name(character, "")
    if 0x1F1E6 <= code <= 0x1F1FF:
        return chr(code - 0x1F1E6 + ord("A"))
    if name.startswith("HANGUL SYLLABLE "):
        return name.rsplit(" ", 1)[1].lower()
    if name and unicodedata.category(character)[0] == "S":
        return name.lower()
    return f"U+{code:04X}"
