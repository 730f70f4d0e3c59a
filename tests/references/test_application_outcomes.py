"""How a check reacts to its application."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from goodword.references.domain.invitations import invite_again
from goodword.references.domain.requests import decline_request
from goodword.references.models import Check
from tests.references.story import (
    NOW,
    Story,
    answer,
    candidate_path,
    get,
    opened,
    post,
    referee_path,
    sent,
)
from tests.support import factories
from tests.support.jobs import event_names, run_jobs
from tests.support.kept import kept

pytestmark = pytest.mark.django_db

MARIA, PAUL = "maria@globex.example", "paul@globex.example"
STAGE: dict[str, Any] = {"job_id": 31, "stage_id": 1, "stage_name": "Reference check"}
LATER = NOW + timedelta(days=6)


def setting(story: Story, **values: str) -> None:
    step = story.check.step_request.step
    for name, value in values.items():
        setattr(step, name, value)
    step.save()


@kept
def in_a_stage_that_starts_it() -> Story:
    story = opened()
    assert story.application.role is not None
    factories.automation(
        story.application.role,
        connection_id=1,
        job_id=31,
        stages={"reference_check": (1, "Reference check")},
    )
    story.application.job_id, story.application.stage_id = 31, 1
    story.application.save()
    return story


def states(story: Story) -> list[tuple[str, str]]:
    return [(request.state, request.why) for request in story.requests]


@pytest.mark.main_case
def test_a_rejection_closes_check_and_requests_and_keeps_answers() -> None:
    story = sent()
    answer(referee_path(MARIA))
    post(f"{referee_path(PAUL)}questions/2/", {"q-reliability": "4"})
    story.happens("application.rejected", reason="x")
    check = story.check
    assert (check.closed_by, check.close_reason, check.progress) == ("greenhouse", "rejected", "in_progress")
    assert states(story) == [("answered", ""), ("ended", "check_closed")]
    assert (len(story.references), story.requests[1].draft["reliability"]["level"]) == (1, 4)


@pytest.mark.world
def test_a_role_can_continue_after_a_rejection() -> None:
    story = sent()
    setting(story, on_reject="go_on")
    story.happens("application.rejected", reason="x")
    assert (story.check.closed_at, states(story)) == (None, [("sent", ""), ("sent", "")])


@pytest.mark.main_case
def test_queued_mail_is_cancelled_by_a_rejection() -> None:
    story = sent()
    story.application.emails.update(state="queued")
    story.happens("application.rejected", reason="x")
    assert set(story.application.emails.values_list("state", flat=True)) == {"cancelled"}


@pytest.mark.world
def test_an_undone_rejection_restores_links_and_sends_nothing() -> None:
    story = sent()
    post(f"{referee_path(PAUL)}begin/")
    before = story.check.deadline_at
    story.happens("application.rejected", reason="x")
    story.happens("application.unrejected", at=LATER)
    check = story.check
    assert (check.closed_at, check.closed_by, check.next_reminder_at) == (None, "", None)
    assert check.deadline_at > before
    assert states(story) == [("sent", ""), ("begun", "")]
    assert [request.next_reminder_at for request in story.requests] == [None, None]
    assert len(mail.outbox) == 3
    assert get(referee_path(MARIA)).context["candidate"] == story.application.candidate.name


@pytest.mark.world
def test_a_check_continues_after_a_hire_unless_the_role_closes_it() -> None:
    story = sent()
    story.happens("application.hired")
    assert story.check.closed_at is None
    setting(story, on_hire="close")
    story.happens("application.unhired")
    story.happens("application.hired")
    assert (story.check.close_reason, states(story)) == ("hired", [("ended", "check_closed")] * 2)
    story.happens("application.unhired", at=LATER)
    assert (story.check.closed_at, states(story)) == (None, [("sent", "")] * 2)


@pytest.mark.world
def test_a_check_continues_outside_the_stage_unless_the_role_pauses_it() -> None:
    story = sent()
    story.happens("application.left_stage", stage_id=1, to_stage_id=2)
    assert story.check.paused_at is None
    setting(story, on_leave="pause")
    story.happens("application.left_stage", stage_id=1, to_stage_id=2)
    assert story.check.paused_at == NOW


@pytest.mark.world
def test_returning_to_the_stage_resumes_with_the_remaining_reminders() -> None:
    story = sent(in_a_stage_that_starts_it())
    setting(story, on_leave="pause")
    story.happens("application.left_stage", stage_id=1, to_stage_id=2)
    back = NOW + timedelta(days=3)  # the reminder of the second working day was due while it was paused
    story.happens("application.entered_stage", at=back, **STAGE)
    check = story.check
    assert (check.paused_at, check.next_reminder_at) == (None, None)
    assert [request.next_reminder_at for request in story.requests] == [NOW + timedelta(days=7)] * 2


@pytest.mark.world
def test_returning_before_sending_plans_the_candidates_reminder() -> None:
    story = in_a_stage_that_starts_it()
    setting(story, on_leave="pause")
    story.happens("application.left_stage", stage_id=1, to_stage_id=2)
    story.happens("application.entered_stage", **STAGE)
    assert story.check.next_reminder_at == NOW + timedelta(days=2)


@pytest.mark.world
def test_a_second_arrival_in_the_stage_sends_nothing() -> None:
    story = sent()
    story.happens("step.requested_again", step_request_id=story.check.step_request_id, kind="reference_check")
    assert len(mail.outbox) == 3
    assert Check.objects.of(story.application.organisation).count() == 1


@pytest.mark.world
def test_later_changes_do_not_affect_a_completed_check() -> None:
    story = sent()
    for address in (MARIA, PAUL):
        answer(referee_path(address))
    story.happens("application.rejected", reason="x")
    assert (story.check.progress, story.check.closed_at) == ("completed", None)
    assert event_names().count("step.closed") == 0
    assert b"Thank you" in get(candidate_path(story)).content


@pytest.mark.world
def test_after_an_undone_rejection_only_invite_again_asks_for_another_referee() -> None:
    story = sent()
    mails = story.application.emails.filter(kind="references.another")
    story.happens("application.rejected", reason="x")
    story.happens("application.unrejected", at=LATER)
    decline_request(
        request_id=story.requests[0].pk, why="would_rather_not", reason="", opt_out=False, now=LATER
    )
    run_jobs()
    assert not mails.exists()
    member = factories.member(story.application.organisation)
    invite_again(step_request=story.check.step_request, member=member, now=LATER)
    assert mails.count() == 1
