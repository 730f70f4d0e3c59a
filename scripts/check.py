"""`make check`: lint, formatting, types, import layers, missing migrations. Runs all, even if some fail. Names of
programs as arguments (`make check ARGS=mypy`) run only these."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from goodword.core import postgres

ROOT = Path(__file__).resolve().parent.parent
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
    ("goodword", "makemigrations", "--check", "--dry-run"),
)


def passes(command: tuple[str, ...]) -> bool:
    """Run one check of this checkout's .venv. Returns whether it passed."""
    print(f"--- {' '.join(command)}", flush=True)
    program = Path(sys.prefix) / "bin" / command[0]
    return subprocess.run([program, *command[1:]], cwd=ROOT, check=False).returncode == 0  # noqa: S603 - fixed


def main(programs: Sequence[str]) -> int:
    """Return 0 if every check passes."""
    known = {command[0] for command in CHECKS}
    if unknown := [name for name in programs if name not in known]:
        print(f"no such check: {', '.join(unknown)}; known: {', '.join(sorted(known))}", file=sys.stderr)
        return 2
    # Types and migrations need the settings, which need a database; this one is temporary.
    with tempfile.TemporaryDirectory(prefix="goodword-check-") as folder:
        data = Path(folder)
        with postgres.start(data, durable=False, who="make check") as server:
            os.environ |= {"DATABASE_URL": server.url, "GOODWORD_ENV": "test", "GOODWORD_DATA": folder}
            chosen = [command for command in CHECKS if not programs or command[0] in programs]
            failed = [" ".join(command) for command in chosen if not passes(command)]
    print(f"--- {'failed: ' + ', '.join(failed) if failed else 'all checks pass'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
