"""`make release`: wheels and sources of Goodword and of the sandbox, a list of dependencies (CycloneDX), checksums and
notes, in `dist/`. The wheels are then installed in an empty environment, where the demo must play its story.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Final

import bootstrap

DIST: Final = bootstrap.ROOT / "dist"
PROJECTS: Final = (bootstrap.ROOT, bootstrap.ROOT / "sandbox")


class CannotRelease(Exception):
    """The message says why, and what to do."""


def main() -> int:
    try:
        version = check()
        shutil.rmtree(DIST, ignore_errors=True)
        build()
        dependencies(DIST / f"goodword-{version}.cdx.json")
        (DIST / f"goodword-{version}.notes.md").write_text(notes(version, changelog()), encoding="utf-8")
        checksums()
        try_out()
    except CannotRelease as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    for path in sorted(DIST.iterdir()):
        print(f"{path.stat().st_size:>10,}  {path.relative_to(bootstrap.ROOT)}")
    return 0


def check() -> str:
    """Return the version. Raises CannotRelease if something is not committed or the versions differ."""
    if subprocess.run(["git", "status", "--porcelain"], capture_output=True, check=True).stdout:  # noqa: S607
        raise CannotRelease("Commit or remove all changes first; `git status` lists them.")
    version = version_of_both()
    notes(version, changelog())
    return version


def version_of_both() -> str:
    found = [
        str(tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
        for project in PROJECTS
    ]
    if len(set(found)) != 1:
        raise CannotRelease(f"Goodword and the sandbox have different versions: {' and '.join(found)}.")
    return found[0]


def changelog() -> str:
    return (bootstrap.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def notes(version: str, text: str) -> str:
    """The changelog's section on the version, without its heading. Raises CannotRelease if it has none."""
    found = re.search(
        rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    if found is None or not found[1].strip():
        raise CannotRelease(f"CHANGELOG.md has no section [{version}].")
    return found[1].strip() + "\n"


def build() -> None:
    uv = bootstrap.find_uv()
    for project in PROJECTS:
        if not bootstrap.run(uv, "build", "-q", "--out-dir", DIST, project):
            raise CannotRelease(f"{project.name} could not be built; see above.")
    (DIST / ".gitignore").unlink(missing_ok=True)


def dependencies(path: Path) -> None:
    """Write what a production installation contains, from requirements.lock."""
    python = bootstrap.tool("release")
    if python is None or not bootstrap.run(
        *(python, "-m", "cyclonedx_py", "requirements", "--pyproject", "pyproject.toml"),
        *("--mc-type", "application", "--output-reproducible", "--output-file", path, "requirements.lock"),
    ):
        raise CannotRelease("The list of dependencies could not be made; see above.")


def checksums() -> None:
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(DIST.iterdir())
    ]
    (DIST / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def try_out() -> None:
    """Install goodword[demo] from the wheels alone into an empty environment, and play the demo there."""
    uv = bootstrap.find_uv()
    [wheel] = DIST.glob("goodword-*.whl")
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "venv/bin/python"
        if not bootstrap.run(
            uv, "venv", "-q", "--no-project", "--python", sys.executable, python.parent.parent
        ) or not bootstrap.run(
            *(uv, "pip", "install", "-q", "--python", python, "--find-links", DIST, f"{wheel}[demo]")
        ):
            raise CannotRelease("The wheels could not be installed; see above.")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GOODWORD_")}
        done = subprocess.run(  # noqa: S603 - our own program
            [python.with_name("goodword"), "demo", "--once"],
            cwd=folder,
            env=kept | {"GOODWORD_DATA": f"{folder}/data"},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            raise CannotRelease("The demo from the wheels failed; see above.")


if __name__ == "__main__":
    os.chdir(bootstrap.ROOT)
    sys.exit(main())
