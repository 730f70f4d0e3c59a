"""The rules that raise flags, on both sides of their thresholds."""

from datetime import timedelta

import pytest

from goodword.assessments.flags.raising import (
    Left,
    Pasted,
    connection_lost_flag,
    contradiction_flag,
    fast_flag,
    left_page_flag,
    length_of,
    pasted_flag,
    second_window_flag,
    seconds_between,
    straight_line_flag,
)
from goodword.assessments.kinds.builtin import contents
from goodword.assessments.kinds.scales.content import Instrument, parse_pack
from goodword.assessments.kinds.scales.items import response_patterns
from goodword.assessments.psychometrics.speed import Timed
from goodword.workflow.models import FlagFinding
from tests.support import factories

NOW = factories.NOW


def grade(found: FlagFinding | None) -> str | None:
    return found.grade if found else None


def absences(*items: str, seconds: int = 5) -> list[Left]:
    return [Left(item, seconds) for item in items]


# --- leaving the page --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "items", "expected"),
    [
        ("", 20, None),
        ("1", 20, None),
        ("11", 20, "low"),
        ("1111111111", 20, "low"),
        ("123", 12, "low"),
        ("1234", 16, "medium"),
        ("1234", 17, "low"),
        ("12345", 10, "medium"),
        ("123456", 12, "high"),
        ("123456", 13, "medium"),
    ],
)
def test_timed_leaving_is_graded_by_number_of_items(left: str, items: int, expected: str | None) -> None:
    assert grade(left_page_flag(key="1", left=absences(*left), timed=True, items=items)) == expected


def test_time_away_does_not_change_the_grade() -> None:
    """Extra time allows longer absences."""
    long = left_page_flag(key="1", left=absences("1", "2", seconds=3600), timed=True, items=20)
    assert long == FlagFinding(
        code="left_page", grade="low", key="1", facts={"times": 2, "longest": "longer"}
    )


@pytest.mark.parametrize(
    ("times", "seconds", "expected"),
    [(4, 5, None), (5, 5, "low"), (50, 5, "low"), (5, 600, "low"), (50, 601, None)],
)
def test_untimed_pauses_do_not_count_and_the_grade_stays_low(
    times: int, seconds: int, expected: str | None
) -> None:
    left = [Left(str(number), seconds) for number in range(times)]
    assert grade(left_page_flag(key="1", left=left, timed=False, items=50)) == expected


@pytest.mark.parametrize(
    ("seconds", "length"), [(2, "moment"), (10, "moment"), (11, "minute"), (60, "minute"), (61, "longer")]
)
def test_the_longest_absence_is_shown_roughly(seconds: int, length: str) -> None:
    assert length_of(seconds) == length


# --- pasting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pasted", "texts", "expected"),
    [
        ([], {"a": 500}, None),
        ([Pasted("a", 199)], {"a": 500}, None),
        ([Pasted("a", 200)], {"a": 200}, "low"),
        ([Pasted("a", 200)], {"a": 199}, None),
        ([Pasted("a", 200)], {}, None),
        ([Pasted("a", 100)] * 9, {"a": 900}, None),
        ([Pasted("a", 900)] * 2, {"a": 900, "b": 900}, "low"),
        ([Pasted("a", 900), Pasted("b", 200)], {"a": 900, "b": 900, "c": 1, "d": 1}, "medium"),
        ([Pasted("a", 900), Pasted("b", 200)], {"a": 900, "b": 900, "c": 1, "d": 1, "e": 1}, "low"),
    ],
)
def test_only_long_pasted_texts_that_were_kept_count(
    pasted: list[Pasted], texts: dict[str, int], expected: str | None
) -> None:
    assert grade(pasted_flag(key="1", pasted=pasted, texts=texts)) == expected


# --- very fast answers -------------------------------------------------------------------------------------------


def paces(fast: int, of: int) -> list[Timed]:
    return [Timed(1.9, 4.0)] * fast + [Timed(2.0, 4.0)] * (of - fast)


@pytest.mark.parametrize(
    ("fast", "of", "measured", "expected"),
    [
        (9, 9, True, None),
        (0, 20, True, None),
        (1, 20, True, None),
        (2, 20, True, "low"),
        (5, 20, True, "medium"),
        (10, 20, True, "high"),
        (10, 20, False, "medium"),
        (2, 20, False, "low"),
    ],
)
def test_fast_answers_are_graded_by_their_share(
    fast: int, of: int, measured: bool, expected: str | None
) -> None:
    assert grade(fast_flag(key="1", answers=paces(fast, of), measured=measured)) == expected


def test_the_fast_flag_shows_a_share_and_no_time() -> None:
    found = fast_flag(key="2", answers=paces(7, 20), measured=True)
    assert found == FlagFinding(code="fast", grade="medium", key="2", facts={"percent": 35})


def test_time_between_answers_counts_only_in_order() -> None:
    at = {"a": 0, "b": 3, "d": 4, "c": 10, "e": 30}
    answered = {item: NOW + timedelta(seconds=seconds) for item, seconds in at.items()}
    assert seconds_between("abcde", answered, begun_at=NOW - timedelta(hours=1)) == {"b": 3.0}


def test_answers_that_arrived_together_give_no_times() -> None:
    """Answers given offline before the start all have the start's time."""
    answered = {"a": NOW - timedelta(seconds=40), "b": NOW, "c": NOW, "d": NOW + timedelta(seconds=2)}
    assert seconds_between("abcd", answered, begun_at=NOW) == {}


def test_answers_to_unknown_items_give_no_time() -> None:
    answered = {"a": NOW, "gone": NOW + timedelta(seconds=1), "b": NOW + timedelta(seconds=2)}
    assert seconds_between("ab", answered, begun_at=NOW - timedelta(hours=1)) == {"b": 2.0}


# --- connection and a second window --------------------------------------------------------------------------------


@pytest.mark.parametrize(("times", "expected"), [(0, None), (1, "low"), (2, "medium"), (9, "medium")])
def test_lost_connections_are_at_most_medium(times: int, expected: str | None) -> None:
    assert grade(connection_lost_flag(key="1", times=times)) == expected


@pytest.mark.parametrize(("times", "expected"), [(0, None), (1, "low"), (50, "low")])
def test_a_second_window_is_low(times: int, expected: str | None) -> None:
    assert grade(second_window_flag(key="1", times=times)) == expected


# --- how scales were answered ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def work_style() -> Instrument:
    return parse_pack(contents("work_style")["en"])


def test_agreeing_with_everything_is_a_straight_line_and_a_contradiction(work_style: Instrument) -> None:
    answers = {item.id: 5 for item in work_style.items_of("short20")}
    patterns = response_patterns(work_style, "short20", answers)
    straight = straight_line_flag(key="1", found=patterns.straight_line)
    against = contradiction_flag(key="1", found=patterns.contradiction)
    assert straight == FlagFinding(code="straight_line", grade="high", key="1", facts={"longest": 20})
    assert against == FlagFinding(
        code="contradiction", grade="high", key="1", facts={"mean": 4.0, "chance": 1.6}
    )


def test_consistent_answers_raise_no_flag(work_style: Instrument) -> None:
    answers = {item.id: 4 if item.keyed == "+" else 2 for item in work_style.items_of("full")}
    for given in (answers, {}):
        patterns = response_patterns(work_style, "full", given)
        assert straight_line_flag(key="1", found=patterns.straight_line) is None
        assert contradiction_flag(key="1", found=patterns.contradiction) is None
