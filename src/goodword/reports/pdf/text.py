"""Fonts of the PDF, and text cleaned for them.

Typst uses only these font files, so installed fonts can't change a report. Families come from the `fontpkg-*` packages,
including any that an operator adds for another script, and otherwise from well-known system fonts.

PDF/UA forbids missing glyphs and PDF/A forbids private-use code points, so one such character in a name would make the
whole file fail. We therefore split texts into clusters (a character with its marks) and look for a font that has the
whole cluster, in the order in which Typst tries them. Clusters that no font has are visibly replaced and listed.

Control characters, variation selectors, soft hyphens, tags and direction marks are dropped: they are invisible, and a
direction override could disguise a name. Joiners are kept only in scripts that need them (Persian, Indic scripts).
"""

import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING

import fontpkg

if TYPE_CHECKING:
    import typst
    from fontTools.ttLib import TTFont

TEXT_FAMILY = "Inter"
FIRST = ("inter", "noto-sans", "noto-sans-arabic", "heebo", "noto-sans-devanagari", "noto-sans-thai")
# Chinese, Japanese and Korean, then symbols and smaller scripts. Of each line, the first font found is used.
SYSTEM_FONTS = (
    (
        "NotoSansCJK-Regular.ttc",
        "NotoSansCJKsc-Regular.otf",
        "SourceHanSans-Regular.ttc",
        "DroidSansFallbackFull.ttf",
        "wqy-zenhei.ttc",
        "wqy-microhei.ttc",
    ),
    ("DejaVuSans.ttf",),
)
SYSTEM_FOLDERS: tuple[str, ...] = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/opt/homebrew/share/fonts",
    "/Library/Fonts",
)
ZWNJ, ZWJ = "\u200c", "\u200d"
BREAK = "\u200b"
LONGEST_RUN = 36
NARROW_RUN = 12
NAME_RUN = 20
_PLAIN = re.compile(r"[\n\x20-\x7e\u00a0-\u00ac\u00ae-\u0148\u014a-\u017f\u2013\u2014\u2018-\u201e\u2026]*")
_ASCII = frozenset(range(0x20, 0x7F))
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_JOINING = ((0x0600, 0x08FF), (0x0900, 0x0DFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1800, 0x18AF))


#: limit for checking all fonts, which takes 0.2 s
_CHECK_SECONDS = 20

log = logging.getLogger(__name__)


class FontsMissingError(RuntimeError):
    """No font for Latin text is installed, so pages would be empty. The message is a sentence for admins."""


@dataclass(frozen=True)
class Fonts:
    """`families`: font families in the order tried. `coverage`: code points that all files of a family can draw.
    `problems`: sentences for admins about fonts that can't be used."""

    typst: "typst.Fonts"
    families: tuple[str, ...]
    coverage: tuple[frozenset[int], ...]
    problems: tuple[str, ...]


@cache
def load_fonts() -> Fonts:
    """Raises FontsMissingError."""
    import typst  # large, and most processes render no reports

    problems: list[str] = []
    chosen = (*_package_files(problems), *_system_files(SYSTEM_FOLDERS, problems))
    files = list(dict.fromkeys(path.resolve() for path in chosen))
    # Typst accepts folders, not files. It resolves the links, so the folder isn't needed afterwards.
    with tempfile.TemporaryDirectory(prefix="goodword-fonts-") as folder:
        for number, path in enumerate(files):
            (Path(folder) / f"{number:03}{path.suffix}").symlink_to(path)
        found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    by_family = _by_family(found, files)
    used = {path for paths in by_family.values() for path in paths}
    unread = [_left_out(path, "Typst can't read it") for path in files if path not in used]
    coverage = {family: _covered(paths) for family, paths in by_family.items()}
    first = next((family for family, covered in coverage.items() if covered >= _ASCII), None)
    if first is None:
        raise FontsMissingError(
            "No font for Latin text is installed, so reports can't be made. Install the package fontpkg-inter."
        )
    if first != TEXT_FAMILY:
        unread.append(
            f"The font {TEXT_FAMILY} (package fontpkg-inter) is missing: reports use {first} instead."
        )
    for problem in unread:
        log.warning("%s", problem)
    families = (first, *(family for family in by_family if family != first))
    return Fonts(
        typst=found,
        families=families,
        coverage=tuple(coverage[family] for family in families),
        problems=(*problems, *unread),
    )


def font_problems() -> tuple[str, ...]:
    try:
        return load_fonts().problems
    except FontsMissingError as error:
        return (str(error),)


@cache
def font_problems_apart() -> tuple[str, ...]:
    """`font_problems`, run in another process, so that web processes don't load 16 MB of fonts and libraries."""
    try:
        checked = subprocess.run(  # noqa: S603 - this module
            [sys.executable, "-m", __name__, *SYSTEM_FOLDERS],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            timeout=_CHECK_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        log.exception("The fonts of reports can't be checked")
        return ("The fonts can't be checked. Details are in the log.",)
    return tuple(json.loads(checked.stdout))


def _left_out(path: Path, reason: str) -> str:
    return f"The font file {path} can't be used ({reason}): reports are made without it."


def _is_usable(path: Path, problems: list[str]) -> bool:
    try:
        _characters(path.resolve())
    except Exception as error:  # fontTools fails in many ways on damaged files
        log.warning("The font file %s can't be read", path, exc_info=True)
        problems.append(_left_out(path, str(error) or type(error).__name__))
        return False
    return True


def _package_files(problems: list[str]) -> Iterator[Path]:
    installed = _installed(problems)
    others = sorted(slug for slug in installed if slug not in FIRST)
    for slug in [*(slug for slug in FIRST if slug in installed), *others]:
        family = installed[slug]
        for file in sorted(family.files, key=lambda file: str(file.path)):
            if _is_usable(Path(file.path), problems):
                yield Path(file.path)


def _installed(problems: list[str]) -> dict[str, fontpkg.Family]:
    try:
        all_at_once: dict[str, fontpkg.Family] = fontpkg.families()
    except Exception:  # one broken package would hide all others, so read each on its own
        log.warning("A font package can't be read", exc_info=True)
    else:
        return all_at_once
    found = {}
    for entry in entry_points(group="fontpkg.family"):
        try:
            root = package_files(entry.load())
            meta = json.loads((root / "metadata.json").read_text(encoding="utf-8"))
            family = fontpkg.family_from_metadata(meta, root)
        except Exception as error:
            log.warning("The font package %s can't be read", entry.name, exc_info=True)
            problems.append(
                f"The font package {entry.name} can't be used ({type(error).__name__}): reports are made without it."
            )
        else:
            found[family.slug] = family
    return found


def _system_files(folders: Iterable[str], problems: list[str]) -> Iterator[Path]:
    present: dict[str, Path] = {}
    for folder in folders:
        for parent, names, files in os.walk(folder):
            names.sort()
            for file in sorted(files):
                present.setdefault(file, Path(parent) / file)
    for group in SYSTEM_FONTS:
        candidates = (present[name] for name in group if name in present)
        path = next((path for path in candidates if _is_usable(path, problems)), None)
        if path is not None:
            yield path


def _by_family(found: "typst.Fonts", order: list[Path]) -> dict[str, list[Path]]:
    """Files by the name that Typst gives the family. Families are in the order of their first files."""
    rank = {path: place for place, path in enumerate(order)}
    infos = [(Path(info.path).resolve(), info.family) for info in found.fonts() if info.path is not None]
    by_family: dict[str, list[Path]] = {}
    for path, family in sorted(set(infos), key=lambda pair: (rank[pair[0]], pair[1])):
        by_family.setdefault(family, []).append(path)
    return by_family


def _covered(paths: list[Path]) -> frozenset[int]:
    maps = [_characters(path) for path in paths]
    return frozenset.intersection(*maps)


@cache
def _characters(path: Path) -> frozenset[int]:
    from fontTools.ttLib import TTCollection, TTFont

    with path.open("rb") as file:  # fontTools would leave a damaged file open
        if path.suffix.lower() == ".ttc":
            with TTCollection(file, lazy=True) as collection:
                return frozenset.intersection(*(_allowed(font) for font in collection))
        with TTFont(file, lazy=True) as font:
            return _allowed(font)


def _allowed(font: "TTFont") -> frozenset[int]:
    """Return the font's code points, without those that PDF/A forbids: private use, surrogates, U+0000, U+FEFF, etc."""
    mapped = frozenset(font.getBestCmap())
    return frozenset(
        code
        for code in mapped
        if not (
            code < 0x20 or 0xD800 <= code <= 0xF8FF or code in {0xFEFF, 0xFFFE, 0xFFFF} or code >= 0xF0000
        )
    )


@dataclass
class Printer:
    """Cleans texts for fonts with this `coverage`, and lists characters that it `replaced`.

    Retries use fewer characters: without `marks` only base characters, with `plain_only` only Latin letters.
    """

    coverage: tuple[frozenset[int], ...]
    marks: bool = True
    plain_only: bool = False
    replaced: dict[str, None] = field(default_factory=dict)
    _drawn: dict[str, str | None] = field(default_factory=dict)

    def clean(self, text: str) -> str:
        """Drawable characters only, `\
        ` for line ends, spaces for tabs, and breaks in long words.
        """
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


def breakable(text: str, longest: int) -> str:
    """Add invisible break opportunities to words of more than `longest` characters, never before a mark."""
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


if __name__ == "__main__":
    SYSTEM_FOLDERS = tuple(sys.argv[1:])
    print(json.dumps(font_problems()))
