"""Concurrent referees, devices and submissions lose no answers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from goodword.references.domain import responses
from goodword.references.domain.nominations import RefereeDetails
from goodword.references.domain.responses import DraftAnswers, SubmittedAnswer
from goodword.references.domain.sending import send_request
from goodword.references.models import Check, Referee, Reference, ReferenceRequest
from goodword.workflow.models import lock
from tests.references.asking import asks
from tests.references.stage import DETAILS, Stage, set_up
from tests.references.story import NOW, Story
from tests.references.test_concurrent import at_once, no_jobs_of_others
from tests.support.jobs import event_names

__all__ = ["no_jobs_of_others"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]

CONFIRMED = {"answer": "confirmed", "relationship": "manager"}
ANSWERS: dict[str, Any] = {
    "relationship": CONFIRMED,
    "targets": "Two.",
    "led": {"answer": "no", "comment": ""},
    "strengths": "Calm.",
}


def given(question_id: str, answer: Any) -> SubmittedAnswer:
    return SubmittedAnswer(question_id=question_id, finished=True, answer=answer)


@pytest.fixture
def stage() -> Stage:
    stage = set_up(now=NOW)
    asks(Story(stage.request.check_run.step_request.application))
    return stage


def referees(stage: Stage, number: int) -> list[int]:
    """Ids of the requests of this many referees."""
    first = stage.request
    with transaction.atomic():
        check = lock(Check, stage.check_id)
        for slot in range(2, number + 1):
            names = {name: getattr(DETAILS, name) for name in RefereeDetails.__dataclass_fields__}
            referee = Referee.objects.create(
                organisation=check.organisation,
                check_run=check,
                slot=slot,
                created_at=NOW,
                **names | {"email": f"maria{slot}@globex.example"},
            )
            send_request(check, referee, now=NOW)
        check.wanted = check.least = number
        check.save()
    rows = ReferenceRequest.objects.of(first.organisation).filter(check_run=stage.check_id)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def whole_answer(request_id: int) -> Callable[[], Reference]:
    """All pages of one referee, and Submit."""

    def act() -> Reference:
        responses.begin(request_id=request_id, now=NOW)
        for question_id, answer in ANSWERS.items():
            said = f"{answer} {request_id}" if question_id == "strengths" else answer
            responses.save_draft(
                request_id=request_id, submitted=[given(question_id, said)], seen={}, now=NOW
            )
        return responses.submit(request_id=request_id, now=NOW)

    return act


def test_ten_concurrent_referees_keep_their_own_answers(stage: Stage) -> None:
    ids = referees(stage, 10)
    found = at_once(*[whole_answer(pk) for pk in ids])
    assert {reference.request_id: reference.answers for reference in found} == {
        pk: ANSWERS | {"strengths": f"Calm. {pk}"} for pk in ids
    }
    assert event_names().count("reference.received") == 10
    assert event_names().count("request.begun") == 10
    organisation = stage.request.organisation
    assert Reference.objects.of(organisation).filter(late=False, version__language="en").count() == 10


def test_concurrent_saves_from_two_devices_keep_both_answers(stage: Stage) -> None:
    at_once(
        *[
            lambda one=(name, answer): responses.save_draft(
                request_id=stage.request_id, submitted=[given(*one)], seen={}, now=NOW
            )
            for name, answer in ANSWERS.items()
        ]
    )
    assert DraftAnswers.read(stage.request.draft).answers == ANSWERS
    assert event_names().count("request.begun") == 1


def test_saving_during_a_submission_keeps_the_reference_complete(stage: Stage) -> None:
    for name, answer in ANSWERS.items():
        responses.save_draft(request_id=stage.request_id, submitted=[given(name, answer)], seen={}, now=NOW)
    late_page = [given("strengths", "Very calm.")]
    at_once(
        lambda: responses.submit(request_id=stage.request_id, now=NOW),
        lambda: responses.save_draft(request_id=stage.request_id, submitted=late_page, seen={}, now=NOW),
        lambda: responses.submit(request_id=stage.request_id, now=NOW),
    )
    request = stage.request
    assert request.reference.answers["strengths"] in {"Calm.", "Very calm."}
    assert (request.state, request.draft) == ("answered", {})
    assert event_names().count("reference.received") == 1
