"""A request is answered while a member invites the candidate again or erases them, or the candidate starts."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.invitations import invite_again
from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.models import Adjustment
from tests.assessments.adjustments.support import NOW, answer_path, asked, requests, timed
from tests.assessments.plans import REASONING
from tests.support import factories
from tests.support.overlap import before_commit
from tests.support.pages import signed_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.programs,
    pytest.mark.world,
    pytest.mark.time_machine(NOW, tick=False),
]


def test_an_answer_counts_for_the_attempt_that_the_request_has_moved_to() -> None:
    attempt = timed()
    row, member = asked(attempt), factories.member(attempt.organisation)
    where, answer = answer_path(row), {"a-percent": "100", "a-sentence": "Take your time."}
    with before_commit(lambda: Client().post(where, answer)):
        new = invite_again(step_request=attempt.step_request, member=member, now=NOW, after=attempt.pk)
    found = Adjustment.objects.of(attempt.organisation).get()
    assert (found.attempt_id, found.state, found.percent, found.answer) == (
        new.pk,
        "granted",
        100,
        "Take your time.",
    )


def test_an_answer_about_an_erased_candidate_finds_nothing() -> None:
    attempt = timed()
    row, admin = asked(attempt), factories.member(attempt.organisation, kind="admin")
    where, answer = answer_path(row), {"a-percent": "100"}
    of = [attempt.organisation.slug, attempt.step_request.application_id]
    with before_commit(lambda: Client().post(where, answer, follow=True)) as replies:
        signed_in(admin).post(reverse("candidate_erase", args=of))
    assert replies[0].status_code == 404


def test_tasks_without_figures_are_not_reported_as_granted_if_the_part_starts_meanwhile() -> None:
    attempt = timed(replace(REASONING, minutes=None))
    row = asked(attempt, percent=0, form=True)
    where, answer = answer_path(row), {"a-figureless": "1"}
    with before_commit(lambda: Client().post(where, answer)) as replies:
        begin_part(attempt_id=attempt.pk, order=1, device="", now=NOW)
    assert replies[0].status_code == 422
    assert "A part that you wanted to change has started." in replies[0].content.decode()
    assert requests(attempt) == [("asked", 0, True, 0, False)]
