"""Finds the static files that are made instead of kept: the web fonts and the one style sheet.

List it before Django's own finders, so that its `ui/css/goodword.css` is the one that is served and collected.
The files are made in the folder `GOODWORD_BUILT_STATIC` when they are first asked for.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage

from goodword.ui.fonts import WEB_FONTS, build_fonts
from goodword.ui.styles import ENTRY, build_styles

FONTS = {f"ui/fonts/{font.name}" for font in WEB_FONTS}
STYLES = f"ui/css/{ENTRY}"


class BuiltFinder(BaseFinder):
    """Django's way to look up static files, over a folder that is filled on demand."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002  Django's signature
        self.folder = Path(settings.GOODWORD_BUILT_STATIC)
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[Any]:  # noqa: ARG002  Django's signature
        """Nothing to complain about: the folder is made when it is needed."""
        return []

    def find(self, path: str, find_all: bool = False) -> Any:
        """The file behind `path` if it is one that is made here, else an empty list."""
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
        """All files made here, for `collectstatic`."""
        build_fonts(self.folder / "ui" / "fonts")
        build_styles(self.folder / "ui" / "css")
        storage = FileSystemStorage(location=self.folder)
        for path in [*sorted(FONTS), STYLES]:
            if not matches_patterns(path, list(ignore_patterns or [])):
                yield path, storage
