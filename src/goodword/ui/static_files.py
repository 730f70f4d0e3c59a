"""Builds static files in `GOODWORD_BUILT_STATIC`: the style sheet, and Inter, reduced to a tenth of its 860 kB."""

import hashlib
import logging
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage

log = logging.getLogger(__name__)

#: increase this when the result changes
RECIPE = 1
TEXT_SIZE = 16
WEIGHTS = (400, 700)
FEATURES = ["calt", "case", "ccmp", "kern", "liga", "locl", "mark", "mkmk", "tnum", "zero"]


@dataclass(frozen=True)
class WebFont:
    """A font file under `ui/fonts/` and its character ranges (as in `fonts.css`)."""

    name: str
    ranges: tuple[tuple[int, int], ...]

    def characters(self) -> set[int]:
        return {point for first, last in self.ranges for point in range(first, last + 1)}


LATIN = WebFont(
    "inter-latin.woff2",
    (
        (0x0000, 0x024F),
        (0x0259, 0x0259),
        (0x02BB, 0x02DC),
        (0x1E00, 0x1EFF),
        (0x2000, 0x206F),
        (0x20A0, 0x20BF),
        (0x2113, 0x2113),
        (0x2122, 0x2122),
        (0x2190, 0x2199),
        (0x2212, 0x2212),
        (0x2215, 0x2215),
        (0x2260, 0x2265),
        (0xFEFF, 0xFEFF),
        (0xFFFD, 0xFFFD),
    ),
)
GREEK_CYRILLIC = WebFont(
    "inter-greek-cyrillic.woff2",
    (
        (0x0370, 0x03FF),
        (0x0400, 0x052F),
        (0x1C80, 0x1C8F),
        (0x1F00, 0x1FFF),
        (0x2116, 0x2116),
        (0x2DE0, 0x2DFF),
        (0xA640, 0xA69F),
    ),
)
WEB_FONTS = (LATIN, GREEK_CYRILLIC)


def source_file() -> Path:
    """The upright variable font of the installed package fontpkg-inter."""
    return Path(str(files("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf"))


def build_fonts(folder: Path) -> list[Path]:
    """Build missing fonts. Complete files are moved into place, so two processes can do this at once."""
    source = source_file()
    mark = _fingerprint(source)
    stamp = folder / "made-from.txt"
    paths = [folder / font.name for font in WEB_FONTS]
    if stamp.exists() and stamp.read_text() == mark and all(path.exists() for path in paths):
        return paths
    folder.mkdir(parents=True, exist_ok=True)
    log.info("Building the web fonts in %s", folder)
    for font, path in zip(WEB_FONTS, paths, strict=True):
        _write_file(path, _subset(source, font))
    _write_file(stamp, mark.encode())
    return paths


def _subset(source: Path, font: WebFont) -> bytes:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    options = Options(flavor="woff2", layout_features=FEATURES, hinting=False, notdef_outline=True)
    options.name_IDs = [0, 1, 2, 13, 14]  # copyright and licence stay in the file, as the OFL requires
    whole = TTFont(source, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=font.characters())
    subsetter.subset(whole)
    small = instantiateVariableFont(whole, {"opsz": TEXT_SIZE, "wght": WEIGHTS})
    small.flavor = "woff2"
    with tempfile.TemporaryFile() as file:
        small.save(file)
        file.seek(0)
        return file.read()


def _fingerprint(source: Path) -> str:
    made = f"{RECIPE} {source.name} {source.stat().st_size} {TEXT_SIZE} {WEIGHTS} {FEATURES} {WEB_FONTS}"
    return hashlib.sha256(made.encode()).hexdigest()


def _write_file(path: Path, content: bytes) -> None:
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(beside).chmod(0o644)
    Path(beside).replace(path)


SOURCES = Path(__file__).parent / "static" / "ui" / "css"
ENTRY = "goodword.css"
STYLES = f"ui/css/{ENTRY}"
FONTS = {f"ui/fonts/{font.name}" for font in WEB_FONTS}

_IMPORT = re.compile(r'@import url\("(?P<name>[\w-]+\.css)"\) layer\((?P<layer>\w+)\);')


def bundled(sources: Path = SOURCES) -> str:
    """`goodword.css` with each `@import` replaced by its file. Raises FileNotFoundError for a missing part."""

    def part(match: re.Match[str]) -> str:
        text = (sources / match["name"]).read_text(encoding="utf-8").strip()
        return f"/* {match['name']} */\n@layer {match['layer']} {{\n{text}\n}}\n"

    return _IMPORT.sub(part, (sources / ENTRY).read_text(encoding="utf-8"))


def build_styles(folder: Path, sources: Path = SOURCES) -> Path:
    path = folder / ENTRY
    text = bundled(sources)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    return path


class BuiltFinder(BaseFinder):
    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002  Django's signature
        self.folder = Path(settings.GOODWORD_BUILT_STATIC)
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[Any]:  # noqa: ARG002  Django's signature
        return []

    def find(self, path: str, find_all: bool = False) -> Any:
        """A finder's result: the file if `path` is one that we build, else an empty list."""
        path = path.replace("\\", "/")
        if path in FONTS:
            build_fonts(self.folder / "ui" / "fonts")
        elif path == STYLES:
            build_styles(self.folder / "ui" / "css")
        else:
            return []
        found = str(self.folder / path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        build_fonts(self.folder / "ui" / "fonts")
        build_styles(self.folder / "ui" / "css")
        storage = FileSystemStorage(location=self.folder)
        for path in [*sorted(FONTS), STYLES]:
            if not matches_patterns(path, list(ignore_patterns or [])):
                yield path, storage
