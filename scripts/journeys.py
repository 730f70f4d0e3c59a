"""Prints the number of src/goodword files involved in four behaviours.

`--files` lists them. The walks are in tests/journeys.py.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: the maximum number of files for each
GOALS = {
    "a referee's submit to the stored report": 60,
    "a finished assessment to report and mail": 45,
    "a missed move to its invitation": 50,
    "the comparison page": 30,
}


def main(arguments: list[str]) -> int:
    """Run the walks and print the numbers. Returns pytest's exit status."""
    with tempfile.TemporaryDirectory(prefix="goodword-journeys-") as folder:
        found = Path(folder) / "journeys.json"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/journeys.py"],
            cwd=ROOT,
            env=os.environ | {"JOURNEYS": str(found)},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            print(done.stdout, file=sys.stderr)
            return done.returncode
        journeys = json.loads(found.read_text())
    print("Files passed through, and the goal:")
    for name, goal in GOALS.items():
        print(f"{len(journeys[name]):5d} {goal:4d}  {name}")
        if "--files" in arguments:
            print("".join(f"            {path}\n" for path in journeys[name]), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
