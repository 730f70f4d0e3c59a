"""`make bench`: makes all measurements in docs/performance.md, which takes 20 minutes.

Writes `bench/results.json` and the table in `docs/performance.md`. Nothing else should run on the machine: the load
before and after each program is recorded. `--only NAME` runs one program and only prints its figures.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.figures import FILE, in_words

ROOT: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = ROOT / "bench" / "results.json"
PAGE: Final = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
#: figures with their own column, and its heading
COLUMNS: Final = {
    "n": "n",
    "p50_ms": "p50",
    "p95_ms": "p95",
    "p99_ms": "p99",
    "max_ms": "max",
    "rate_per_s": "per second",
    "cpu_ms": "CPU",
}


@dataclass(frozen=True, kw_only=True)
class Program:
    """A module of `bench`. `needs`: packages installed in a separate folder for it."""

    name: str
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


PROGRAMS: Final = (
    Program(name="intake", options=("--seconds", "6", "--rounds", "3", "--processes", "2", "--peer")),
    Program(name="inbox", options=("--waiting", "20000", "--seconds", "150", "--old", "5000000")),
    Program(name="invitation"),
    Program(name="lists", options=("--sizes", "100", "10000", "100000", "--openings", "40")),
    Program(name="reports", needs=("weasyprint",)),
    Program(name="assessments"),
    Program(name="sync", options=("--workers", "1", "--windows", "4")),
)


def main() -> int:
    """Return 1 if a program fails; the others still run."""
    parser = argparse.ArgumentParser(description="Measure everything and write docs/performance.md.")
    parser.add_argument("--only", choices=[program.name for program in PROGRAMS])
    only = parser.parse_args().only
    began = time.monotonic()
    runs = [run(program) for program in PROGRAMS if only in {None, program.name}]
    print(f"\n{time.monotonic() - began:.0f} s in all")
    if only is None:
        write(runs)
    return 1 if any(one["status"] for one in runs) else 0


def run(program: Program) -> dict[str, Any]:
    """Run the program with output to the terminal. Returns its figures, and the load average before and after."""
    with tempfile.TemporaryDirectory(prefix="goodword-bench-") as folder:
        figures = Path(folder) / "figures"
        figures.touch()
        env = os.environ | {FILE: str(figures)}
        if program.needs:
            env["PYTHONPATH"] = installed(program.needs, Path(folder))
        before, began = os.getloadavg()[0], time.monotonic()
        print(f"\n--- {program.name} (load {before:.1f})", flush=True)
        command = [sys.executable, "-m", f"bench.{program.name}", *program.options]
        status = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
        return {
            "program": program.name,
            "status": status,
            "seconds": round(time.monotonic() - began),
            "load": [round(before, 1), round(os.getloadavg()[0], 1)],
            "figures": [json.loads(line) for line in figures.read_text().splitlines()],
        }


def installed(packages: Sequence[str], folder: Path) -> str:
    """Install packages in addition to this environment's. Returns their folder, or "" on failure."""
    venv.create(folder / "venv", with_pip=True)
    target = folder / "packages"
    pip = [str(folder / "venv/bin/python"), "-m", "pip", "install", "--quiet", "--target", str(target)]
    subprocess.run([*pip, *packages], check=False)
    return str(target)


def write(runs: Sequence[Mapping[str, Any]]) -> None:
    """Write the results to the file and the page, and print the table."""
    found = {
        "on": time.strftime("%Y-%m-%d"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "loop_seconds": loop(),
        "runs": runs,
    }
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    text = PAGE.read_text()
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text(f"{head}{BEGIN}\n\n{table(found)}\n{END}{tail}")
    print(table(found))


def loop() -> float:
    """CPU seconds of five million additions, to compare machines."""
    began, total = time.process_time(), 0
    for number in range(5_000_000):
        total += number
    return round(time.process_time() - began, 2)


def table(found: Mapping[str, Any]) -> str:
    head = (
        f"{found['on']}, {found['cores']} cores (five million additions: {found['loop_seconds']} s), "
        f"Python {found['python']}. Times in milliseconds; CPU is Goodword's CPU time per item."
    )
    lines = [
        head,
        "",
        f"| What | {' | '.join(COLUMNS.values())} | Also |",
        f"|---|{'---|' * (len(COLUMNS) + 1)}",
    ]
    for one in found["runs"]:
        lines += [row(figures) for figures in one["figures"]]
    lines += ["", "| Program | Seconds | Load before and after |", "|---|---|---|"]
    lines += [loads(one) for one in found["runs"]]
    return "\n".join(lines) + "\n"


def row(figures: Mapping[str, Any]) -> str:
    cells = [str(figures.get(name, "")) for name in COLUMNS]
    others = {name: value for name, value in figures.items() if name not in COLUMNS and name != "work"}
    return f"| {figures['work']} | {' | '.join(cells)} | {in_words(others)} |"


def loads(run: Mapping[str, Any]) -> str:
    name = run["program"] + (f" (failed: {run['status']})" if run["status"] else "")
    return f"| {name} | {run['seconds']} | {run['load'][0]} and {run['load'][1]} |"


if __name__ == "__main__":
    sys.exit(main())
