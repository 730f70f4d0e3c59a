"""The page between two parts: the finished part, the next one, and a button to start it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.attempts.parts import is_other_form, open_form
from goodword.assessments.models import Attempt, AttemptPart
from tests.assessments.custom_questions.support import FILE, TEXT, asked
from tests.assessments.once import once
from tests.assessments.plans import JUDGEMENT, NOW, REASONING, WORK_STYLE, attempt_of
from tests.assessments.support import answer_all, answers, part_of, statements_of, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


def build() -> Attempt:
    attempt = attempt_of(WORK_STYLE, REASONING, JUDGEMENT)
    answer_all(attempt)
    return attempt


shared = once(build)


@pytest.fixture
def attempt(db: None, shared: Attempt) -> Attempt:
    return shared


def url(attempt: Attempt, name: str, *args: int) -> str:
    return reverse(name, args=[token_of(attempt), *args])


def ended(attempt: Attempt) -> list[bool]:
    rows = AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt).order_by("order")
    return [part.ended_at is not None for part in rows]


def test_one_page_says_what_was_finished_and_what_comes_next(client: Client, attempt: Attempt) -> None:
    page = client.get(url(attempt, "portal_assessment_finish", 1)).content.decode()
    for expected in (
        "Part 1 of 3 is done",
        "Work style: 20 of 20 answers saved.",
        "Change an answer",
        "Next: part 2, Reasoning",
        "12 minutes for 12 tasks.",
        "The link in your e-mail brings you back here.",
    ):
        assert page.count(expected) == 1, expected
    assert page.index("Practise first") < page.index("Start the clock")
    assert ended(attempt) == [False] * 3


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("go", "where"),
    [
        ("practise", ("portal_assessment_practice", 2, 1)),
        ("start", ("portal_assessment_item", 2, 1)),
        ("form", ("portal_assessment_part", 2)),
        ("", ("portal_assessment_part", 2)),
        ("nonsense", ("portal_assessment_part", 2)),
    ],
)
def test_its_buttons_end_the_part_and_redirect(
    client: Client, attempt: Attempt, go: str, where: tuple[str, int]
) -> None:
    response = client.post(
        url(attempt, "portal_assessment_finish", 1),
        {"go": go, "next": "2", "form": open_form(part_of(attempt, 2))},
    )
    expected = [url(attempt, *where).split("/assessment/")[1]]
    assert [response["Location"].split("/assessment/")[1]] == expected
    assert ended(attempt) == [True, False, False]
    begun = AttemptPart.objects.of(attempt.organisation).get(attempt=attempt, order=2).begun_at
    assert (begun is not None) == (go == "start")
    assert is_other_form(part_of(attempt, 2)) == (go == "form")


def test_an_old_page_does_not_start_the_clock_of_another_part(client: Client, attempt: Attempt) -> None:
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    for wrong in ({"go": "start", "next": "3"}, {"go": "start"}):
        response = client.post(url(attempt, "portal_assessment_finish", 1), wrong)
        assert response["Location"].endswith("/assessment/2/")
        assert part_of(attempt, 2).begun_at is None


def test_an_unanswered_part_does_not_end(client: Client, attempt: Attempt) -> None:
    answers(attempt).filter(item=statements_of(attempt)[0].id).delete()
    response = client.post(url(attempt, "portal_assessment_finish", 1), {"go": "start"})
    assert response.status_code == 422
    assert "One answer is still missing" in response.content.decode()
    assert ended(attempt) == [False] * 3
    assert AttemptPart.objects.of(attempt.organisation).get(attempt=attempt, order=2).begun_at is None


@pytest.mark.world
def test_the_link_leads_back_to_the_page_between(client: Client, attempt: Attempt) -> None:
    first = client.get(url(attempt, "portal_assessment")).content.decode()
    assert "Continue to finish" in first
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    first = client.get(url(attempt, "portal_assessment")).content.decode()
    assert "/assessment/2/" in first
    page = client.get(url(attempt, "portal_assessment_part", 2)).content.decode()
    assert "Part 1 of 3 is done" in page
    assert "Change an answer" not in page


@pytest.mark.world
@pytest.mark.parametrize("optional", [{**FILE, "required": False}, {**TEXT, "required": False}])
def test_an_optional_question_can_be_left_out(client: Client, optional: dict[str, Any]) -> None:
    attempt = asked(questions=[optional], rubrics=[], right={})
    for _ in range(2):
        response = client.post(url(attempt, "portal_assessment_item", 1, 1), {})
        assert response["Location"].endswith("/1/finish/")
    assert [answer.value for answer in answers(attempt)] == [None]
    assert "All questions answered" in client.get(response["Location"]).content.decode()


def test_after_the_examples_the_clock_starts_at_once(client: Client, attempt: Attempt) -> None:
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    page = client.post(url(attempt, "portal_assessment_practice", 2, 4), {"answer": "a"}).content.decode()
    assert page.count("Start the clock") == 1
    assert "Skip practice" not in page
    response = client.post(url(attempt, "portal_assessment_part", 2))
    assert response["Location"].endswith("/2/item/1/")
