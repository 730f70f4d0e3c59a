"""Members and the candidate act on one assessment at the same time, over real connections."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from goodword.assessments.attempts import member_actions
from goodword.assessments.attempts.completion import decline, finish_part
from goodword.assessments.attempts.invitations import invite_again
from goodword.assessments.attempts.parts import AttemptClosed
from goodword.assessments.models import Attempt
from goodword.core.models import Event
from goodword.workflow.domain.runs import Refused
from tests.assessments.support import answer_all, assigned, scores
from tests.support import factories
from tests.support.overlap import before_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]

NOW = factories.NOW


@pytest.fixture(autouse=True)
def no_jobs_of_others(transactional_db: None) -> Iterator[None]:
    """Django's flush does not empty the job queue."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def at_once(*acts: Callable[[], Any]) -> None:
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=60)
            act()
        except (AttemptClosed, Refused):
            pass  # a result like any other
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))


def test_an_assessment_ends_only_once() -> None:
    attempt = assigned()
    answer_all(attempt)
    one, two = (factories.member(attempt.organisation) for _ in range(2))
    at_once(
        lambda: member_actions.mark_complete(attempt_id=attempt.pk, member=one, now=NOW),
        lambda: member_actions.mark_complete(attempt_id=attempt.pk, member=two, now=NOW),
        lambda: finish_part(attempt_id=attempt.pk, order=1, now=NOW),
    )
    names = Event.objects.filter(application_id=attempt.step_request.application_id).values_list(
        "name", flat=True
    )
    assert list(names).count("attempt.completed") == 1
    assert scores(attempt).count() == 4


def test_two_members_pause_and_cancel_without_contradiction() -> None:
    attempt = assigned()
    one, two = (factories.member(attempt.organisation) for _ in range(2))
    at_once(
        lambda: member_actions.pause_attempt(attempt_id=attempt.pk, member=one, now=NOW),
        lambda: member_actions.cancel_attempt(attempt_id=attempt.pk, member=two, now=NOW),
    )
    found = Attempt.objects.of(attempt.organisation).get(pk=attempt.pk)
    assert (found.closed_at, found.next_reminder_at) == (NOW, None)


def test_a_candidate_who_declines_while_being_invited_again_is_invited() -> None:
    attempt = assigned()
    member = factories.member(attempt.organisation)

    def invite() -> Attempt:
        return invite_again(step_request=attempt.step_request, member=member, now=NOW, after=attempt.pk)

    with before_commit(invite) as found:
        decline(attempt_id=attempt.pk, now=NOW)
    rows = Attempt.objects.of(attempt.organisation).order_by("pk").values_list("pk", "progress", "closed_at")
    assert list(rows) == [(attempt.pk, "declined", None), (found[0].pk, "pending", None)]
