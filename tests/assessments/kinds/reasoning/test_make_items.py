"""`make items` prints its findings and fails if an item is faulty."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from learned_guesser import Guessed, learned
from make_items import Findings, betrays, look_at

from goodword.assessments.kinds.reasoning.families import FAMILIES, generate

SCRIPT = Path(__file__).resolve().parents[4] / "scripts/make_items.py"


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False, timeout=110
    )


@pytest.mark.programs
def test_items_without_faults_are_counted() -> None:
    done = _run("--seeds", "20", "--only", "sets")
    table = [line.split()[:5] for line in done.stdout.splitlines()]
    assert (done.returncode, table[0], [row[:4] for row in table[1:]]) == (
        0,
        ["family", "level", "items", "solved", "tasks"],
        [*(["sets", str(level), "20", "20"] for level in (1, 2, 3, 4)), ["no", "faults"], table[-1]],
    )


@pytest.mark.programs
def test_an_invalid_number_of_seeds_is_refused() -> None:
    done = _run("--seeds", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--seeds must be at least 2." in done.stderr


def test_findings_of_several_seed_ranges_are_merged() -> None:
    whole, part = look_at("sets", 1, range(1, 21)), look_at("sets", 1, range(1, 11))
    part.add(look_at("sets", 1, range(11, 21)))
    assert (part.n, part.solved, part.keys, part.tasks) == (20, 20, whole.keys, whole.tasks)


def test_uneven_key_positions_and_working_heuristics_are_reported() -> None:
    found = Findings(n=10_000, solved=10_000)
    found.keys = Counter({"a": 3_000, "b": 7_000})
    found.expected_keys = {"a": 5_000.0, "b": 5_000.0}
    found.gains = {"longest": 900.0, "shortest": 100.0}
    found.crossed = {"all but the first": 510.0, "the last": 499.0}
    assert found.telling() == [
        "“longest” gains +0.090",
        "“all but the first” gains +0.051",
        "the key is “a” in 0.300 of the items, not in 0.500",
        "the key is “b” in 0.700 of the items, not in 0.500",
        "there are only 0 different tasks",
    ]


def test_a_learning_guesser_that_finds_too_many_keys_is_reported_with_its_interval() -> None:
    assert betrays(Guessed(10_000, 2_300, 0.2), "sets", 1) == ""
    assert betrays(Guessed(10_000, 2_301, 0.2), "sets", 1) == (
        "sets, level 1: the learned guesser finds 0.230 of the keys from the options alone (95% 0.222 to 0.238); "
        "at most 0.230 is allowed"
    )


@pytest.mark.slow
def test_tasks_are_counted_with_and_without_names() -> None:
    found = look_at("ordering", 1, range(1, 101))
    assert (len(found.tasks), len(found.structures)) == (100, 87)


@pytest.mark.slow
def test_the_guesser_learns_what_the_options_give_away_and_nothing_else() -> None:
    items = [generate("number_series", seed=seed, level=3) for seed in range(1, 401)]
    even = [
        replace(item, key=max(item.options, key=lambda option: int(option.value) % 7).id)  # type: ignore[arg-type]  # a number as text
        for item in items
    ]
    # Chance finds 20% of the keys; with 400 items, 28% is four standard errors more.
    assert learned(even, rounds=20).accuracy > 0.8
    assert learned(items, rounds=20).accuracy < 0.28


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("family", "level"), [(family.id, level) for family in FAMILIES.values() for level in family.levels]
)
def test_nothing_can_be_learned_from_the_options(family: str, level: int) -> None:
    items = [generate(family, seed=seed, level=level) for seed in range(1, 1501)]
    assert betrays(learned(items, rounds=40), family, level) == ""
