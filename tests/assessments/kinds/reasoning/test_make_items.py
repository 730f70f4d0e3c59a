"""`make items` says what it found, and fails where an item is at fault."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from make_items import Findings, look_at

SCRIPT = Path(__file__).resolve().parents[4] / "scripts/make_items.py"


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.programs
def test_items_without_fault_are_counted_and_all_is_well() -> None:
    done = _run("--seeds", "20", "--only", "sets")
    table = [line.split()[:5] for line in done.stdout.splitlines()]
    assert (done.returncode, table[0], [row[:4] for row in table[1:]]) == (
        0,
        ["family", "level", "items", "solved", "tasks"],
        [*(["sets", str(level), "20", "20"] for level in (1, 2, 3, 4)), ["no", "faults"]],
    )


@pytest.mark.programs
def test_a_number_of_seeds_that_is_none_is_refused() -> None:
    done = _run("--seeds", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--seeds needs a number of at least 1." in done.stderr


def test_findings_of_several_seed_ranges_are_merged() -> None:
    whole, part = look_at("sets", 1, range(1, 21)), look_at("sets", 1, range(1, 11))
    part.add(look_at("sets", 1, range(11, 21)))
    assert (part.n, part.solved, part.keys, part.tasks) == (20, 20, whole.keys, whole.tasks)


def test_uneven_key_positions_and_working_heuristics_are_reported() -> None:
    found = Findings(n=10_000, solved=10_000)
    found.keys = Counter({"a": 3_000, "b": 7_000})
    found.expected_keys = {"a": 5_000.0, "b": 5_000.0}
    found.gains = {"longest": 900.0, "shortest": 100.0}
    assert found.telling() == [
        "“longest” gains +0.090",
        "the key is “a” in 0.300 of the items, not in 0.500",
        "the key is “b” in 0.700 of the items, not in 0.500",
    ]
