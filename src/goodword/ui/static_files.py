"""Static files built on demand: the style sheet and the web fonts.

`BuiltFinder` comes before Django's finders, so that its `ui/css/goodword.css` is served and collected. Files are built
in `GOODWORD_BUILT_STATIC`.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage

from goodword.ui.fonts import WEB_FONTS, build_fonts

SOURCES = Path(__file__).parent / "static" / "ui" / "css"
ENTRY = "goodword.css"
STYLES = f"ui/css/{ENTRY}"
FONTS = {f"ui/fonts/{font.name}" for font in WEB_FONTS}

_IMPORT = re.compile(r'@import url\("(?P<name>[\w-]+\.css)"\) layer\((?P<layer>\w+)\);')


def bundled(sources: Path = SOURCES) -> str:
    """`goodword.css` with each `@import` replaced by its file: one request instead of forty.

    Raises FileNotFoundError for a missing part.
    """

    def part(match: re.Match[str]) -> str:
        text = (sources / match["name"]).read_text(encoding="utf-8").strip()
        return f"/* {match['name']} */\n@layer {match['layer']} {{\n{text}\n}}\n"

    return _IMPORT.sub(part, (sources / ENTRY).read_text(encoding="utf-8"))


def build_styles(folder: Path, sources: Path = SOURCES) -> Path:
    """Write the style sheet into `folder` if it has changed, and return its path."""
    path = folder / ENTRY
    text = bundled(sources)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    return path


class BuiltFinder(BaseFinder):
    """Finds the built files, building them first."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002  Django's signature
        self.folder = Path(settings.GOODWORD_BUILT_STATIC)
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[Any]:  # noqa: ARG002  Django's signature
        """No errors: the folder is created when needed."""
        return []

    def find(self, path: str, find_all: bool = False) -> Any:
        """The file behind `path` if it is a built one, else an empty list."""
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
        """All built files, for `collectstatic`."""
        build_fonts(self.folder / "ui" / "fonts")
        build_styles(self.folder / "ui" / "css")
        storage = FileSystemStorage(location=self.folder)
        for path in [*sorted(FONTS), STYLES]:
            if not matches_patterns(path, list(ignore_patterns or [])):
                yield path, storage
