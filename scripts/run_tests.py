"""`make test`, `make quick` and `make exhaustive`: see docs/testing.md.

Installs Debian's Chromium, nginx, Caddy and systemd if they are missing and it has permission. Without them their
tests cannot run: they are listed at the end, and the run fails if CI is set. Only pytest writes to standard output.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import bootstrap

ROOT = bootstrap.ROOT
#: the headless shell is the same browser without windows: faster
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PYTEST = (sys.executable, "-m", "pytest")
#: one process per core, a file at a time, in the order of tests/conftest.py
SIDE_BY_SIDE = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
#: one more process, since tests wait for programs
ONE_MORE = (*SIDE_BY_SIDE, "-n", str((os.cpu_count() or 1) + 1))
#: touched once the packages are compiled
COMPILED = bootstrap.VENV / "goodword-compiled"
BROWSER_TESTS = "tests/browser"
#: separate, since the other tests run at the same time
BROWSER_CACHE = ".test-cache/pytest-browser"
#: the other tests don't need these plug-ins, which would run in each of them
WITHOUT_BROWSERS = ("--ignore", BROWSER_TESTS, "-p", "no:playwright", "-p", "no:anyio")
#: pytest's exit status when tests have failed
SOME_FAILED = 1
#: markers of tests left out of the quick suite
NOT_QUICK = ("browser", "world", "proxy", "programs", "slow")
#: programs that tests start, and their packages: pages of reports as images, encrypted backups
HELPERS = {"pdftoppm": "poppler-utils", "age": "age"}
#: program needed by the tests with a marker
NEEDS = {"browser": "a browser", "proxy": "nginx, Caddy, systemd-analyze, promtool and pgbouncer"}


def say(text: str) -> None:
    """Print to standard error."""
    print(text, file=sys.stderr, flush=True)


def browser() -> str:
    """The path of a working Chromium, or "" (Ubuntu's stub only asks to install a snap)."""
    given = os.environ.get("CHROMIUM_PATH")
    for candidate in (given,) if given else BROWSERS:
        path = shutil.which(candidate)
        if path and _quietly(path, "--version") == 0:
            return path
    return ""


def missing_proxies() -> list[str]:
    """Debian packages of the programs for samples in deploy/ that are missing here."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    wanted = {
        "nginx-light": "nginx",
        "caddy": "caddy",
        "systemd": "systemd-analyze",
        "prometheus": "promtool",
        "pgbouncer": "pgbouncer",
    }
    return [package for package, name in wanted.items() if not shutil.which(name, path=path)]


def _starts_services() -> bool:
    """Whether installing a package would start a service on a port of this machine."""
    return Path("/run/systemd/system").is_dir()


def _quietly(*command: str) -> int:
    return subprocess.run(command, capture_output=True, check=False).returncode  # noqa: S603 - fixed commands


def install(packages: list[str]) -> None:
    """Install Debian packages, if there is apt and we are root or can use sudo without a password."""
    if not packages or not shutil.which("apt-get"):
        return
    become: list[str] = []
    if os.geteuid() != 0:
        if not shutil.which("sudo") or _quietly("sudo", "-n", "true") != 0:
            return
        become = ["sudo", "-n"]
    say(f"test: installing {' and '.join(packages)} by apt-get")
    apt = [*become, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    # A failed update of one source may not matter: programs are checked again afterwards.
    for arguments in (["update"], ["install", "--no-install-recommends", *packages]):
        subprocess.run([*apt, *arguments], stdout=sys.stderr, check=False)  # noqa: S603 - fixed commands


def run(*arguments: str) -> int:
    """Run pytest with these arguments. Returns its exit status."""
    return subprocess.run([*PYTEST, *arguments], cwd=ROOT, check=False).returncode  # noqa: S603 - as asked


def left_out(arguments: list[str], markers: Iterable[str]) -> list[str]:
    """The names of selected tests with one of the markers, or a line saying that they are unknown."""
    # Last, so that it overrides the caller's options: one name per line.
    done = subprocess.run(  # noqa: S603 - pytest of this .venv, as the caller asked
        [*PYTEST, *arguments, "-m", " or ".join(markers), "--collect-only", "--verbosity=-1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in {0, 5}:  # 5: none chosen
        return ["(their names cannot be listed: collecting the tests fails, see above)"]
    return [line for line in done.stdout.splitlines() if "::" in line]


def quick(arguments: list[str]) -> int:
    """Run all tests except browser tests and those of programs, whole worlds and large inputs. Returns the exit
    status."""
    return run(*_only(f"not {marker}" for marker in NOT_QUICK), *WITHOUT_BROWSERS, *SIDE_BY_SIDE, *arguments)


def exhaustive(arguments: list[str]) -> int:
    """Run every combination where the other suites try pairs. Returns the exit status."""
    return run("-m", "exhaustive", *SIDE_BY_SIDE, *arguments)


def _only(conditions: Iterable[str]) -> tuple[str, ...]:
    """Arguments that select the tests whose markers meet all conditions."""
    expression = " and ".join(conditions)
    return ("-m", expression) if expression else ()


def compile_packages() -> None:
    """Compile all packages on all cores, once after each set-up. Otherwise each test process, and each program that
    tests start, would compile what it imports, all at the same time."""
    if not COMPILED.exists() or COMPILED.stat().st_mtime < bootstrap.STAMP.stat().st_mtime:
        say("setup: compiling the packages")
        # some packages contain templates of Python files, which can't be compiled
        _quietly(sys.executable, "-m", "compileall", "-q", "-j", "0", sysconfig.get_path("purelib"))
        COMPILED.touch()


def main(arguments: list[str]) -> int:
    """Run pytest with the arguments. Returns its exit status, or 1 if tests could not run and CI is set."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compile_packages()
    with tempfile.TemporaryDirectory(prefix="goodword-durations-") as folder:
        os.environ["TESTS_DURATIONS"] = str(Path(folder) / "durations.json")
        suites = {"--quick": quick, "--exhaustive": exhaustive}
        if arguments and arguments[0] in suites:
            return suites[arguments[0]](arguments[1:])
        return everything(arguments)


def everything(arguments: list[str]) -> int:
    """Run the selected tests, or all except the exhaustive suite."""
    missing: list[str] = []
    if not browser():
        install(["chromium-headless-shell"])
    if not browser():  # not every distribution has the shell
        missing.append("chromium")
    missing += [package for program, package in HELPERS.items() if not shutil.which(program)]
    if not _starts_services():
        missing += missing_proxies()
    install(missing)
    found = browser()
    without: list[str] = []
    if found:
        os.environ["CHROMIUM_PATH"] = found
    else:
        without.append("browser")
    if missing_proxies():
        without.append("proxy")
    names = left_out(arguments, without) if without else []
    kept = [f"not {marker}" for marker in without]
    status = run(*arguments, *_only(kept)) if arguments else _in_two_runs(kept, browser=bool(found))
    if names:
        line = "=" * 100
        listed = "\n".join(f"  {name}" for name in names)
        say(
            f"{line}\nNOT RUN: {len(names)} that need {' and '.join(NEEDS[marker] for marker in without)}; not here, "
            f"and not installed.\n{listed}\nOn Debian: apt-get install chromium nginx-light caddy systemd. "
            f"CHROMIUM_PATH names another browser.\n{line}"
        )
        if os.environ.get("CI"):
            say("CI is set, so this run has failed.")
            return status or 1
    return status


def _in_two_runs(kept: list[str], *, browser: bool) -> int:
    """Run the browser tests and, at the same time, the others. Returns the exit status.

    In separate processes, because a browser leaves an event loop in its thread, with which Django's test client refuses
    to work. At the same time, since both are idle a fifth of the time. The output of the browser tests comes first, so
    that pytest's last line is about the larger number.
    """
    others = (*_only(one for one in kept if one != "not browser"), *WITHOUT_BROWSERS, *ONE_MORE)
    if not browser:
        return run(*others)
    browsers = (BROWSER_TESTS, *_only(kept), "-o", f"cache_dir={BROWSER_CACHE}")
    with (
        tempfile.TemporaryFile() as output,
        subprocess.Popen([*PYTEST, *others], cwd=ROOT, stdout=output) as beside,  # noqa: S603 - as asked
    ):
        failed = run(*browsers, *SIDE_BY_SIDE)
        _follow(output.fileno(), beside)
    if failed == SOME_FAILED:
        say("test: running the failed browser tests once more, one after another")
        failed = run(*browsers, "--last-failed", "--last-failed-no-failures", "none")
    return beside.returncode or failed


def _follow(output: int, program: subprocess.Popen[bytes]) -> None:
    """Copy what the program has written and continues to write to this file to standard output."""
    place, running = 0, True
    while running:
        running = program.poll() is None
        while chunk := os.pread(output, 65_536, place):
            place += len(chunk)
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
        time.sleep(0.2 if running else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
