"""Flags in answers: too fast, similar, contradictory."""

from typing import Any

import pytest

from goodword.references.flags.rules import (
    EmploymentPeriod,
    GivenAnswers,
    StatedAndConfirmed,
    alike_ratings_flag,
    alike_texts_flag,
    containment,
    dates_flag,
    speed_flag,
    title_flag,
    titles_flag,
)
from goodword.workflow.models import FlagFinding

STORY = (
    "She always kept her word, asked early when something was unclear, and calmed an angry customer twice."
)
OTHER = (
    "He planned our move to the new hall and noticed in time that the crane would not fit through the gate."
)


@pytest.mark.parametrize(
    ("seconds", "words", "grade"),
    [
        (None, 60, None),
        (300, 60, None),
        (75, 60, None),
        (74, 60, "medium"),
        (37, 10, "high"),
        (40, 79, "medium"),
        (40, 81, "high"),
        (80, 170, "low"),
        (80, 159, None),
        (12, 39, "high"),
    ],
)
def test_answers_in_less_than_a_quarter_of_the_time_or_faster_than_typing_raise_a_flag(
    seconds: int | None, words: int, grade: str | None
) -> None:
    found = speed_flag(referee_id=7, seconds=seconds, expected=300, words=words)
    assert (found.grade if found else None) == grade


def test_speed_facts_are_seconds_and_words() -> None:
    assert speed_flag(referee_id=7, seconds=40, expected=300, words=60) == FlagFinding(
        code="fast",
        grade="medium",
        key="7",
        facts={"seconds": 40, "expected": 300, "words": 60, "hasty": True, "typed": False},
    )


@pytest.mark.parametrize(
    ("one", "other", "grade"),
    [
        (STORY, STORY, "high"),
        (STORY, STORY.upper().replace(",", ";") + " I would hire her again at any time.", "high"),
        (STORY, STORY.replace("angry", "upset"), "high"),
        (STORY, STORY.replace("angry", "upset").replace("early", "soon"), "medium"),
        (STORY, OTHER, None),
        ("Very reliable and kind.", "Very reliable and kind.", None),
        (STORY, "", None),
    ],
)
def test_texts_are_similar_if_most_three_word_sequences_match(
    one: str, other: str, grade: str | None
) -> None:
    found = alike_texts_flag(
        GivenAnswers(id=2, texts=[one]), GivenAnswers(id=1, texts=["A short one.", other])
    )
    assert (found.grade if found else None) == grade


def test_a_text_copied_from_the_self_reference_is_found() -> None:
    found = alike_texts_flag(GivenAnswers(id=2, texts=[OTHER, STORY]), GivenAnswers(id=None, texts=[STORY]))
    assert found == FlagFinding(
        code="alike_texts", grade="high", key="2,candidate", facts={"percent": 100, "words": 17}
    )


def test_independent_texts_about_one_person_share_little() -> None:
    honest = [
        "Ada plans her work well and tells you early when a date is at risk. Customers liked her calm way.",
        "Customers liked her calm way of explaining things. She could say no more often, her plate was always full.",
        "What I liked most about working with Ada: she plans well, and one can rely on what she says.",
    ]
    assert [
        round(containment(one, other), 2) < 0.5 for one in honest for other in honest if one != other
    ] == [True] * 6


LEVELS = {"reliability": 5, "quality": 4, "teamwork": 5, "communication": 3, "problem_solving": 4}
PICKS = {"adjectives": frozenset({"calm", "direct", "quick", "patient", "careful"})}


@pytest.mark.parametrize(
    ("one", "other", "grade"),
    [
        ({"ratings": LEVELS}, {"ratings": LEVELS}, "low"),
        ({"ratings": LEVELS, "picks": PICKS}, {"ratings": LEVELS, "picks": PICKS}, "medium"),
        ({"ratings": LEVELS, "picks": PICKS}, {"ratings": LEVELS}, "low"),
        ({"ratings": LEVELS}, {"ratings": LEVELS | {"quality": 5}}, None),
        ({"ratings": dict.fromkeys(LEVELS, 5)}, {"ratings": dict.fromkeys(LEVELS, 5)}, None),
        ({"ratings": {"quality": 4, "teamwork": 3}}, {"ratings": LEVELS}, None),
    ],
)
def test_identical_ratings_alone_are_a_low_flag(
    one: dict[str, Any], other: dict[str, Any], grade: str | None
) -> None:
    found = alike_ratings_flag(GivenAnswers(id=1, **one), GivenAnswers(id=2, **other))
    assert (found.grade if found else None) == grade


def test_the_candidates_own_ratings_raise_no_flag() -> None:
    assert (
        alike_ratings_flag(GivenAnswers(id=1, ratings=LEVELS), GivenAnswers(id=None, ratings=LEVELS)) is None
    )


def confirmed_by_manager(**changes: Any) -> StatedAndConfirmed:
    """A manager who confirmed everything."""
    values: dict[str, Any] = {
        "id": 1,
        "company": "Globex GmbH",
        "stated_period": EmploymentPeriod(first="2021-04", to="2023-08"),
        "period": EmploymentPeriod(first="2021-04", to="2023-08"),
        "stated_title": "Senior Engineer",
        "title": "Senior Engineer",
    }
    return StatedAndConfirmed(**values | changes)


@pytest.mark.parametrize(
    ("said", "grade"),
    [
        (EmploymentPeriod(first="2021-04", to="2023-08"), None),
        (EmploymentPeriod(first="2021-05", to="2023-07"), None),
        (EmploymentPeriod(first="2021-05", to="2023-06"), "low"),
        (EmploymentPeriod(first="2022-04", to="2023-08"), "medium"),
        (EmploymentPeriod(first="2021-04"), "medium"),
        (EmploymentPeriod(first="2019-01", to="2021-03"), "high"),
        (EmploymentPeriod(first="2023-09", to="2024-01"), "high"),
        (None, None),
    ],
)
def test_corrected_dates_are_graded_by_months(said: EmploymentPeriod | None, grade: str | None) -> None:
    found = dates_flag(confirmed_by_manager(period=said), this_month="2026-11")
    assert (found.grade if found else None) == grade


def test_unstated_dates_contradict_nothing() -> None:
    assert dates_flag(confirmed_by_manager(stated_period=None), this_month="2026-11") is None


@pytest.mark.parametrize(
    ("said", "grade"),
    [
        ("Senior Engineer", None),
        ("senior engineer.", None),
        ("Sr. Engineer", None),
        ("Engineer, Senoir", None),
        ("Junior Engineer", "low"),
        ("Engineer in training", "low"),
        ("Cook", "medium"),
        ("", None),
    ],
)
def test_corrected_titles_are_graded_by_common_words(said: str, grade: str | None) -> None:
    found = title_flag(confirmed_by_manager(title=said))
    assert (found.grade if found else None) == grade


@pytest.mark.parametrize(
    ("other", "grade"),
    [
        ({"title": "Cook"}, "medium"),
        ({"title": "Lead of Engineer Pool"}, "low"),
        ({"title": "Senior Engineer"}, None),
        ({"title": "Cook", "company": "Initech"}, None),
        ({"title": "Cook", "company": "GLOBEX, GmbH"}, "medium"),
        ({"title": "Cook", "period": EmploymentPeriod(first="2018-01", to="2021-03")}, None),
        ({"title": "Cook", "period": None}, None),
        ({"title": ""}, None),
    ],
)
def test_two_referees_contradict_each_other_only_about_the_same_time_and_company(
    other: dict[str, Any], grade: str | None
) -> None:
    found = titles_flag(confirmed_by_manager(), confirmed_by_manager(id=2, **other), this_month="2026-11")
    assert (found.grade if found else None) == grade
    assert (
        titles_flag(confirmed_by_manager(id=2, **other), confirmed_by_manager(), this_month="2026-11")
        == found
    )
