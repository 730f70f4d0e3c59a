"""Brings .venv up to date with the lock files: uv into .venv-tools, the packages, then the project itself.

Run by `scripts/setup` with any Python >= 3.12; needs only its standard library. Exits at once if nothing has changed.
Concurrent runs wait for each other, so `make demo` and `make test` can start together.
"""

import fcntl
import hashlib
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
TOOLS = ROOT / ".venv-tools"
STAMP = VENV / "goodword-setup"
PINS = ROOT / "scripts/tools.lock"
#: when one of these changes, .venv is brought up to date
DECIDES = [
    *(
        ROOT / name
        for name in (
            "pyproject.toml",
            "sandbox/pyproject.toml",
            "requirements-dev.lock",
            "scripts/bootstrap.py",
            "hatch_build.py",
        )
    ),
    PINS,
    *sorted(ROOT.glob("src/goodword/locale/*/LC_MESSAGES/*.po")),  # compiled by installing
]


class SetupError(Exception):
    """The user has to install something; the message says what."""


def say(sentence: str) -> None:
    """One line of progress."""
    print(f"setup: {sentence}", file=sys.stderr, flush=True)


def run(*command: str | Path, quiet: bool = False) -> bool:
    """Run a command with all output on standard error, or none. Returns whether it succeeded."""
    output = subprocess.DEVNULL if quiet else sys.stderr
    try:
        done = subprocess.run(  # noqa: S603 - commands of this file, on paths of this checkout
            list(map(str, command)), stdout=output, stderr=output, env=environment(), check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def environment() -> dict[str, str]:
    """The caller's environment, changed so that uv works wherever pip does."""
    ours = os.environ | {"UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    ours.pop("VIRTUAL_ENV", None)
    home = Path(ours.get("XDG_CACHE_HOME") or ours.get("HOME") or "/nonexistent")
    if "UV_CACHE_DIR" not in ours and not (home.is_dir() and os.access(home, os.W_OK | os.X_OK)):
        ours["UV_CACHE_DIR"] = str(TOOLS / "cache")
    # A company's certificate authority is in the system's store. Without a store, uv uses its own.
    store = ssl.get_default_verify_paths()
    if store.cafile or (store.capath and any(Path(store.capath).iterdir())):
        ours.setdefault("UV_SYSTEM_CERTS", "true")
    if "UV_INDEX_URL" not in ours and "UV_DEFAULT_INDEX" not in ours and (mirror := _mirror_of_pip()):
        ours["UV_DEFAULT_INDEX"] = mirror
    return ours


@cache
def _mirror_of_pip() -> str:
    """The registry configured for pip, if not the public one; uv does not read pip's settings."""
    if "PIP_INDEX_URL" in os.environ:
        return os.environ["PIP_INDEX_URL"]
    there = [python for python in (TOOLS / "venv/bin/python", Path(sys.executable)) if python.exists()]
    answer = subprocess.run(  # noqa: S603 - fixed command
        [there[0], "-m", "pip", "config", "get", "global.index-url"],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip()


def wanted() -> str:
    """The stamp of an up-to-date .venv. It contains the path, because a venv cannot be moved."""
    digest = hashlib.sha256()
    for path in DECIDES:
        digest.update(path.read_bytes())
    return f"{ROOT}\n{digest.hexdigest()}\n"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait for any other setup of this checkout."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up runs here; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# --- uv: try each way in turn, because any of them may be missing ---


def _pip_install(python: str | Path, *where: str | Path) -> None:
    run(python, "-m", "pip", "install", "-q", *where, "--require-hashes", "-r", PINS)


def _by_venv() -> Path:
    """A venv with pip. Fails where Debian's python3-venv is not installed."""
    if run(sys.executable, "-m", "venv", "--clear", TOOLS / "venv"):
        _pip_install(TOOLS / "venv/bin/python")
    return TOOLS / "venv/bin/uv"


def _by_pip() -> Path:
    """The system's pip may refuse to change the system, but can install into our folder."""
    _pip_install(sys.executable, "--target", TOOLS / "pip", "--upgrade")
    return TOOLS / "pip/bin/uv"


def _by_path() -> Path:
    """An installed uv of any version."""
    return Path(shutil.which("uv") or "/nonexistent/uv")


def _by_apt() -> Path:
    """A venv after installing Debian's python3-venv, if permitted."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return Path("/nonexistent/uv")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    run("apt-get", "update", "-q")
    run("apt-get", "install", "-q", "-y", "--no-install-recommends", "python3-venv")
    return _by_venv()


def _works(uv: Path) -> bool:
    return uv.is_file() and run(uv, "--version", quiet=True)


def find_uv() -> Path:
    """The uv to use, installed into .venv-tools if necessary."""
    for there in (TOOLS / "venv/bin/uv", TOOLS / "pip/bin/uv"):
        if _works(there):
            return there
    say("installing uv into .venv-tools")
    ways: list[Callable[[], Path]] = [_by_venv, _by_pip, _by_path, _by_apt]
    for way in ways:
        uv = way()
        if _works(uv):
            return uv
    raise SetupError(
        "uv, which installs the packages, could not be installed. See above: either the package registry "
        "cannot be reached, or this Python has neither venv nor pip (`apt-get install python3-venv` brings "
        "them)."
    )


def tool(name: str) -> Path | None:
    """The Python of a venv in .venv-tools with what `scripts/NAME.lock` lists. None if it can't be installed."""
    uv, venv = find_uv(), TOOLS / name
    python = venv / "bin/python"
    made = run(
        uv, "venv", "-q", "--allow-existing", "--no-project", "--python", sys.executable, venv
    ) and run(uv, "pip", "sync", "-q", "--python", python, "--require-hashes", ROOT / f"scripts/{name}.lock")
    return python if made else None


# --- the project's own environment ---


def _usable(stamped: str) -> bool:
    if stamped and stamped.splitlines()[0] != str(ROOT):
        return False
    test = f"import sys; sys.exit(sys.version_info < (3, 12) or sys.prefix != {str(VENV)!r})"
    return run(PYTHON, "-Ic", test, quiet=True)


def build(stamped: str) -> None:
    """Create or repair .venv and stamp it. Raises `SetupError`."""
    uv = find_uv()
    if not _usable(stamped):
        version = ".".join(map(str, sys.version_info[:3]))
        say(f"making .venv with Python {version} ({sys.executable})")
        if not run(uv, "venv", "-q", "--clear", "--no-project", "--python", sys.executable, VENV):
            raise SetupError(f"a virtual environment could not be made in {VENV}; see above.")
    STAMP.unlink(missing_ok=True)
    say("installing what the lock files name")
    pip = (uv, "pip")
    here = ("--python", PYTHON)
    done = run(*pip, "sync", *here, "--require-hashes", "requirements-dev.lock") and run(
        *pip, "install", "-q", *here, "--no-deps", "--no-build-isolation", "-e", "./sandbox", "-e", "."
    )
    if not done:
        raise SetupError(
            "the packages could not be installed; see above. Once fixed, run the same command again."
        )
    STAMP.write_text(wanted())
    say("done")


def main() -> int:
    """Set up what is missing. Returns 0 if .venv is usable."""
    os.chdir(ROOT)

    def stamped() -> str:
        return STAMP.read_text() if STAMP.exists() and PYTHON.exists() else ""

    if stamped() == wanted():
        return 0
    try:
        with one_at_a_time():
            if stamped() != wanted():
                build(stamped())
    except SetupError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
