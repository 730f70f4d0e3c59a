from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from goodword.ui.static_files import build_fonts


class Command(BaseCommand):
    help = "Makes the web fonts from the installed fontpkg-inter package, unless they already exist."
    requires_system_checks = ()  # some of them need the database

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  Django's signature
        for path in build_fonts(Path(settings.GOODWORD_BUILT_STATIC) / "ui" / "fonts"):
            self.stdout.write(f"{path}: {path.stat().st_size // 1024} kB")
