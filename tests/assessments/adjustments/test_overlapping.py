"""A request is answered while a member invites the candidate again, or erases them."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.invitations import invite_again
from goodword.assessments.models import Adjustment
from tests.assessments.adjustments.support import NOW, answer_path, asked, timed
from tests.support import factories
from tests.support.overlap import before_commit
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs, pytest.mark.world]


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


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
