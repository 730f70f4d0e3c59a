import os
import subprocess
import sys
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


@pytest.mark.programs
def test_libraries_that_few_processes_need_are_not_imported_at_start(tmp_path: Path) -> None:
    settings = {
        "DJANGO_SETTINGS_MODULE": "goodword.settings",
        "GOODWORD_ENV": "demo",
        "GOODWORD_DATA": str(tmp_path),
        "DATABASE_URL": "postgresql://nobody@localhost/none",
    }
    started = subprocess.run(
        [sys.executable, "-c", _IMPORTED, *RARELY_NEEDED],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    assert started.stdout.split() == []
