"""The font files of the PDF. Typst uses only these, so installed fonts can't change a report.

Families come from the `fontpkg-*` packages, including any that an operator adds for another script, and otherwise from
well-known system fonts. Only the program `typesetting.py` loads them.
"""

import json
import logging
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
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
_ASCII = frozenset(range(0x20, 0x7F))

log = logging.getLogger(__name__)


class FontsMissingError(RuntimeError):
    """No font for Latin text is installed, so pages would be empty. The message is a sentence for admins."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Code points as a bitmap: all fonts take 200 kB. As sets, they would take ten megabytes."""

    bitmap: bytes

    @classmethod
    def of(cls, codes: Collection[int]) -> "Coverage":
        bits = bytearray(max(codes, default=0) // 8 + 1)
        for code in codes:
            bits[code // 8] |= 1 << code % 8
        return cls(bytes(bits))

    def __contains__(self, code: object) -> bool:
        assert isinstance(code, int)
        place, bit = divmod(code, 8)
        return place < len(self.bitmap) and bool(self.bitmap[place] >> bit & 1)


@dataclass(frozen=True)
class Fonts:
    """`families`: font families in the order tried. `coverage`: code points that all files of a family can draw.
    `problems`: sentences for admins about fonts that can't be used."""

    typst: "typst.Fonts"
    families: tuple[str, ...]
    coverage: tuple[frozenset[int], ...]
    problems: tuple[str, ...]


@cache
def load_fonts(system_folders: tuple[str, ...] = SYSTEM_FOLDERS) -> Fonts:
    """Load the fonts, which takes 0.2 s. Raises FontsMissingError."""
    import typst

    problems: list[str] = []
    chosen = (*_package_files(problems), *_system_files(system_folders, problems))
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
    """Files by font family, as Typst names it, in the order of their first files."""
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
