"""Changes of a step's settings while checks are open."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from goodword.core.workdays import add_working_days, end_of_working_day
from goodword.references.domain.member_actions import pause_check
from goodword.references.domain.nominations import nominate
from goodword.references.domain.reminders import remind_candidate, remind_referee
from goodword.references.domain.sending import release_referee
from goodword.references.models import Referee
from goodword.roles.domain.settings import change_settings, settings_of
from goodword.workflow.domain.runs import Refused
from tests.references.stage import DETAILS
from tests.references.story import NOW, PAUL, Story, opened, press_send, sent
from tests.support import factories

pytestmark = pytest.mark.django_db


def change(story: Story, **values: Any) -> None:
    step = story.check.step_request.step
    member = factories.member(story.application.organisation)
    change_settings(step=step, settings=replace(settings_of(step), **values), by=member, now=NOW)


def is_closed(story: Story) -> bool:
    return story.check.closed_at is not None


@pytest.mark.main_case
def test_a_check_keeps_the_reminders_that_were_promised() -> None:
    story = opened()
    change(story, deadline_days=30, reminder_days=(2, 25))
    check, calendar = story.check, story.check.organisation.calendar
    assert check.next_reminder_at == add_working_days(NOW, 2, calendar=calendar)
    assert remind_candidate(check_id=check.pk, now=check.next_reminder_at)
    assert story.check.next_reminder_at == add_working_days(NOW, 5, calendar=calendar)


def test_a_referee_keeps_the_reminders_that_were_promised() -> None:
    story = sent()
    change(story, referee_reminder_days=())
    request, calendar = story.requests[0], story.check.organisation.calendar
    assert request.next_reminder_at is not None
    assert remind_referee(request_id=request.pk, now=request.next_reminder_at)
    after = story.requests[0].next_reminder_at
    assert after == add_working_days(request.sent_at, 5, calendar=calendar)


@pytest.mark.world
def test_a_deferred_request_keeps_the_deadline_and_reminders_that_the_candidate_saw() -> None:
    story = opened()
    nominate(check_id=story.check.pk, slot=1, details=replace(DETAILS, after_offer=True), now=NOW)
    nominate(check_id=story.check.pk, slot=2, details=replace(PAUL, after_offer=True), now=NOW)
    press_send(story)
    change(story, referee_deadline_days=2, referee_reminder_days=(1,))
    maria = Referee.objects.of(story.application.organisation).get(email=DETAILS.email)
    member = factories.member(story.application.organisation)
    released = release_referee(referee_id=maria.pk, member=member, now=NOW)
    assert released is not None
    promised = end_of_working_day(NOW, 7, calendar=story.check.organisation.calendar)
    assert (released.deadline_at, released.reminders_promised) == (promised, 2)


@pytest.mark.world
@pytest.mark.parametrize(
    ("event", "setting", "undo"),
    [
        ("application.hired", "on_hire", "application.unhired"),
        ("application.rejected", "on_reject", "application.unrejected"),
    ],
)
def test_a_check_closed_by_the_outcome_stays_closed(event: str, setting: str, undo: str) -> None:
    story = sent(opened(step={setting: "close"}))
    story.happens(event)
    change(story, **{setting: "go_on"})
    story.happens("application.left_stage", to_stage_id=3)
    assert is_closed(story)
    story.happens("candidate.merged")
    assert is_closed(story)
    story.happens(undo)
    assert (is_closed(story), story.check.attention) == (False, "reopened")


@pytest.mark.world
@pytest.mark.parametrize(
    ("event", "setting", "undo"),
    [
        ("application.hired", "on_hire", "application.unhired"),
        ("application.rejected", "on_reject", "application.unrejected"),
    ],
)
def test_a_check_that_continued_after_the_outcome_still_does(event: str, setting: str, undo: str) -> None:
    story = sent(opened(step={setting: "go_on"}))
    story.happens(event)
    change(story, **{setting: "close"})
    request, member = story.requests[0], factories.member(story.application.organisation)
    assert request.next_reminder_at is not None
    assert remind_referee(request_id=request.pk, now=request.next_reminder_at)
    story.happens("application.left_stage", to_stage_id=3)
    assert not is_closed(story)
    pause_check(check_id=story.check.pk, member=member, now=NOW)
    story.happens(undo)
    assert (is_closed(story), story.check.attention) == (False, "")
    story.happens(event, at=NOW + timedelta(hours=1))
    assert is_closed(story)
    with pytest.raises(Refused):
        pause_check(check_id=story.check.pk, member=member, now=NOW)
