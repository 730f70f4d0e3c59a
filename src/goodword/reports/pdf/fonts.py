"""The fonts of the PDF: which they are, in which order they are tried, and which characters each can draw.

Typst is given these files and no others, so that a font that happens to be installed cannot change a
report. Families come from the installed `fontpkg-*` packages; any that an operator adds (for another
script) takes part without a setting. Scripts that no package covers come from the first of a few well-known
system fonts found.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import fontpkg
import typst
from fontTools.ttLib import TTCollection, TTFont

from goodword.reports.pdf.snapshot import Engine

TEXT_FAMILY = "Inter"
FIRST = ("inter", "noto-sans", "noto-sans-arabic", "heebo", "noto-sans-devanagari", "noto-sans-thai")

# First Chinese, Japanese and Korean, then symbols and smaller scripts: of each the first found is taken.
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
SYSTEM_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/opt/homebrew/share/fonts", "/Library/Fonts")


class FontsMissingError(RuntimeError):
    """The text font is not installed; without it Typst would draw pages without a letter."""


@dataclass(frozen=True)
class Fonts:
    """What Typst draws with. `families` in the order in which they are tried, `coverage` the code points that
    every file of a family can draw (in the same order), `versions` as recorded in a snapshot."""

    typst: typst.Fonts
    families: tuple[str, ...]
    coverage: tuple[frozenset[int], ...]
    versions: Mapping[str, str]

    @property
    def engine(self) -> Engine:
        return {"typst": version("typst"), "fonts": dict(self.versions)}


@cache
def load_fonts() -> Fonts:
    """The fonts of this installation, read once a process (about 0.2 s).

    Raises `FontsMissingError` if the text font is not there.
    """
    chosen = (*_package_files(), *_system_files(SYSTEM_FOLDERS))
    files = {path.resolve(): its_version for path, its_version in chosen}
    # Typst takes folders, not files: a folder of links holds just the chosen ones. It keeps the paths that
    # the links lead to, so the folder is needed no longer than the search.
    with tempfile.TemporaryDirectory(prefix="goodword-fonts-") as folder:
        for number, path in enumerate(files):
            (Path(folder) / f"{number:03}{path.suffix}").symlink_to(path)
        found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    by_family = _by_family(found, list(files))
    if TEXT_FAMILY not in by_family:
        raise FontsMissingError(f"the font {TEXT_FAMILY} is not installed (package fontpkg-inter)")
    return Fonts(
        typst=found,
        families=tuple(by_family),
        coverage=tuple(_covered(paths) for paths in by_family.values()),
        versions={family: files[paths[0]] for family, paths in by_family.items()},
    )


def _package_files() -> Iterable[tuple[Path, str]]:
    installed = fontpkg.families()
    others = sorted(slug for slug in installed if slug not in FIRST)
    for slug in [*(slug for slug in FIRST if slug in installed), *others]:
        family = installed[slug]
        for file in sorted(family.files, key=lambda file: str(file.path)):
            yield Path(file.path), family.version


def _system_files(folders: Iterable[str]) -> Iterable[tuple[Path, str]]:
    """The first file of each line of `SYSTEM_FONTS`; its version is a digest, since a name does not tell
    it."""
    present: dict[str, Path] = {}
    for folder in folders:
        for parent, names, files in os.walk(folder):
            names.sort()
            for file in sorted(files):
                present.setdefault(file, Path(parent) / file)
    for group in SYSTEM_FONTS:
        path = next((present[name] for name in group if name in present), None)
        if path is not None:
            yield path, "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _by_family(found: typst.Fonts, order: list[Path]) -> dict[str, list[Path]]:
    """Files by the family name that Typst knows them under, families in the order of their first file."""
    rank = {path: place for place, path in enumerate(order)}
    infos = [(Path(info.path).resolve(), info.family) for info in found.fonts() if info.path is not None]
    by_family: dict[str, list[Path]] = {}
    for path, family in sorted(set(infos), key=lambda pair: (rank[pair[0]], pair[1])):
        by_family.setdefault(family, []).append(path)
    return by_family


def _covered(paths: list[Path]) -> frozenset[int]:
    """What all files of a family have in common: whichever weight or slant is picked, the glyph is there."""
    maps = [_characters(path) for path in paths]
    return frozenset.intersection(*maps)


@cache
def _characters(path: Path) -> frozenset[int]:
    if path.suffix.lower() == ".ttc":
        with TTCollection(path, lazy=True) as collection:
            return frozenset.intersection(*(_allowed(font) for font in collection))
    with TTFont(path, lazy=True) as font:
        return _allowed(font)


def _allowed(font: TTFont) -> frozenset[int]:
    """What the font maps, without the code points that PDF/A forbids even where there is a glyph for them:
    private use, surrogates and the marks U+0000, U+FEFF, U+FFFE, U+FFFF."""
    mapped = frozenset(font.getBestCmap())
    return frozenset(
        code
        for code in mapped
        if not (
            code < 0x20 or 0xD800 <= code <= 0xF8FF or code in {0xFEFF, 0xFFFE, 0xFFFF} or code >= 0xF0000
        )
    )


def current_engine() -> Engine:
    """The versions of Typst and of the fonts of this installation, to be put into a new snapshot."""
    return load_fonts().engine
