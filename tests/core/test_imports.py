import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

#: each takes two to twenty megabytes, or a tenth of a second
RARELY_NEEDED = ("django.contrib.admin", "dns", "fontTools", "puremagic", "pyhanko", "requests", "typst")
_IMPORTED = """
import sys
from goodword.core import process, web_processes
process.set_up()
import goodword.core.worker
web_processes.load_pages()
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""
_USED = """
import sys
from datetime import UTC, datetime
from goodword.core import process
process.set_up()
from goodword.reports.pdf.render import render_pdf
from goodword.reports.pdf.typesetter import font_problems
from goodword.reports.signing.signature import can_sign, self_signed
from tests.reports.pdf.samples import assessment
now = datetime(2026, 11, 24, tzinfo=UTC)
assert can_sign(self_signed(host="localhost", now=now), now=now)
assert render_pdf(assessment()).bytes.startswith(b"%PDF-")
assert font_problems() == ()
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""


@pytest.mark.programs
def test_libraries_that_few_processes_need_are_not_imported_at_start(tmp_path: Path) -> None:
    assert imported(_IMPORTED, RARELY_NEEDED, tmp_path) == []


@pytest.mark.programs
def test_making_a_report_imports_no_library_of_the_typesetter(tmp_path: Path) -> None:
    assert imported(_USED, ("aiohttp", "fontTools", "pyhanko", "typst"), tmp_path) == []


def imported(program: str, names: Sequence[str], folder: Path) -> list[str]:
    settings = {
        "DJANGO_SETTINGS_MODULE": "goodword.settings",
        "GOODWORD_ENV": "demo",
        "GOODWORD_DATA": str(folder),
        "DATABASE_URL": "postgresql://nobody@localhost/none",
    }
    started = subprocess.run(
        [sys.executable, "-c", program, *names],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    return started.stdout.split()
