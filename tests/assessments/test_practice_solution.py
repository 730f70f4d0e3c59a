"""The explanation shown after an answer to a practice task."""

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from django.urls import reverse

from goodword.assessments.kinds.judgement.content import read_judgement
from goodword.assessments.kinds.judgement.items import practice_situation
from goodword.assessments.kinds.reasoning.items import ReasoningTask
from goodword.assessments.models import Attempt
from goodword.assessments.queries import practice_of
from tests.assessments.kinds.judgements import small_set
from tests.assessments.once import once
from tests.assessments.plans import JUDGEMENT, NOW, REASONING, attempt_of
from tests.assessments.support import part_of, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

shared = once(lambda: attempt_of(REASONING, JUDGEMENT))


@pytest.fixture
def attempt(db: None, shared: Attempt) -> Attempt:
    return shared


def tasks(attempt: Attempt) -> list[ReasoningTask]:
    return [item for item in practice_of(part_of(attempt, 1)) if isinstance(item, ReasoningTask)]


def answered(attempt: Attempt, number: int, option: str) -> Any:
    path = reverse("portal_assessment_practice", args=[token_of(attempt), 1, number])
    return soup(Client().post(path, {"answer": option}))


def soup(response: Any) -> Any:
    return BeautifulSoup(response.content, "html.parser")


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


def test_a_wrong_answer_names_the_correct_one_and_marks_it(attempt: Attempt) -> None:
    for number, task in enumerate(tasks(attempt), start=1):
        key = task.drawn.key
        wrong = next(option.id for option in task.drawn.options if option.id != key)
        page = answered(attempt, number, wrong)
        notice = words(page.select_one("[data-solution]"))
        (marked,) = page.select(".choices__option--right, .matrix__option--right")
        assert marked.input["value"] == key
        assert page.select_one("input[checked]")["value"] == wrong
        if task.category == "figural":
            assert notice.startswith("Not quite. The correct figure is marked below.")
            assert marked.input["aria-label"].endswith(" Correct")
        else:
            text = str(task.rendered_answer(key)).removesuffix(".")
            assert notice.startswith(f"Not quite. The correct answer is {text} .")
            assert words(marked) == f"{task.rendered_answer(key)} Correct"


@pytest.mark.world
def test_the_correct_answer_is_confirmed_and_marked(attempt: Attempt) -> None:
    for number, task in enumerate(tasks(attempt), start=1):
        page = answered(attempt, number, task.drawn.key)
        assert words(page.select_one("[data-solution]")).startswith("That's right.")
        assert len(page.select(".choices__option--right, .matrix__option--right")) == 1


@pytest.mark.world
def test_nothing_is_marked_before_the_answer(attempt: Attempt) -> None:
    for number in range(1, len(tasks(attempt)) + 1):
        path = reverse("portal_assessment_practice", args=[token_of(attempt), 1, number])
        page = soup(Client().get(path))
        assert page.select("[data-solution], .choices__option--right, .matrix__option--right") == []
        assert not any(label.endswith("Correct") for label in _labels(page))


@pytest.mark.world
def test_a_practice_situation_has_as_many_actions_as_the_first_one_of_the_test(attempt: Attempt) -> None:
    path = reverse("portal_assessment_practice", args=[token_of(attempt), 2, 1])
    page = soup(Client().get(path))
    assert "each with four things that somebody could do" in words(page.select_one("main"))
    assert len(page.select(".situation__action")) == 4
    two = read_judgement(small_set())
    assert len(practice_situation(two).situation.actions) == len(two.situations[0].actions) == 2


def _labels(page: Any) -> list[str]:
    return [str(tag["aria-label"]) for tag in page.select("input[aria-label]")]


def test_browsers_translate_sentences_but_no_series(attempt: Attempt) -> None:
    """A browser's translation would turn the letter pairs IT or UK into words."""
    kept: list[list[str]] = []
    for number, _ in enumerate(tasks(attempt), start=1):
        path = reverse("portal_assessment_practice", args=[token_of(attempt), 1, number])
        page = soup(Client().get(path))
        kept.append([str(tag["class"][0]) for tag in page.select("[translate=no]")])
    series = ["task__terms", "choices__list"]
    assert kept == [series, series, [], []]
