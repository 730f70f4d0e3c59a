"""Notices about slow referees."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from goodword.core.workdays import Calendar
from goodword.references.domain.member_actions import extend_request, pause_check
from goodword.references.domain.reminder_times import slow_from
from goodword.references.domain.reminders import mail_all_about_slow_referees
from goodword.references.jobs import sweep_slow
from goodword.references.models import Check, ReferenceRequest
from tests.references.story import FACTS, NOW, Story, html_of, mails_to, post, referee_path, sent
from tests.support import factories
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db

CALENDAR = Calendar(ZoneInfo("Europe/Berlin"))
#: two working days before the deadline on Thursday 12 March, at nine in Berlin
SLOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
SUBJECTS = "2 of your referees haven't answered yet"


def notice_subjects(story: Story) -> list[str]:
    """Subjects of the notices to the candidate."""
    subjects = [str(message.subject) for message in mails_to(story.application.candidate.email)]
    return [subject for subject in subjects if "answered yet" in subject]


def hours_pass(story: Story, *, until: datetime) -> list[datetime]:
    """Run the sweep hourly. Returns the times at which the candidate was notified."""
    times, now = [], NOW
    while now <= until:
        before = len(notice_subjects(story))
        with time_machine.travel(now, tick=False):
            sweep_slow.run()
            run_jobs()
        times += [now] * (len(notice_subjects(story)) - before)
        now += timedelta(hours=1)
    return times


@pytest.mark.world
def test_the_candidate_is_notified_once_of_all_slow_referees() -> None:
    story = sent()
    assert hours_pass(story, until=SLOW + timedelta(days=5)) == [SLOW]
    mail = mails_to(story.application.candidate.email)[-1]
    assert mail.subject == SUBJECTS
    for words in (str(mail.body), html_of(mail)):
        assert "Maria Schmidt" in words
        assert "Paul Meier" in words
        assert "Thursday 12 March" in words
    assert "We won't write to you about this again." in str(mail.body)
    assert event_names().count("check.slow_notified") == 1
    assert [request.slow_at for request in story.requests] == [None, None]


@pytest.mark.main_case
def test_only_referees_who_have_not_answered_are_named() -> None:
    story = sent()
    assert post(f"{referee_path('maria@globex.example')}facts/", FACTS).status_code == 302
    run_jobs()
    mail_all_about_slow_referees(now=SLOW)
    with time_machine.travel(SLOW, tick=False):
        run_jobs()
    assert notice_subjects(story) == ["Paul Meier hasn't answered yet"]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("row", "values"),
    [
        (Check, {"paused_at": NOW}),
        (Check, {"clock_stopped_at": NOW}),
        (Check, {"closed_at": NOW}),
        (Check, {"progress": "completed"}),
        (Check, {"slow_notified_at": NOW}),
        (Check, {"attention": "undelivered"}),
        (ReferenceRequest, {"state": "declined"}),
        (ReferenceRequest, {"undelivered_at": NOW}),
        (ReferenceRequest, {"deadline_at": NOW}),
    ],
)
def test_pointless_notices_are_not_sent(
    row: type[Check | ReferenceRequest], values: dict[str, object]
) -> None:
    story = sent()
    row.objects.of(story.application.organisation).update(**values)
    assert mail_all_about_slow_referees(now=SLOW) == 0


def test_a_notice_due_during_a_pause_is_sent_on_resume() -> None:
    story = sent()
    pause_check(check_id=story.check.pk, member=factories.member(story.application.organisation), now=NOW)
    assert mail_all_about_slow_referees(now=SLOW) == 0
    Check.objects.of(story.application.organisation).update(paused_at=None)
    assert mail_all_about_slow_referees(now=SLOW + timedelta(hours=2)) == 1


@pytest.mark.world
def test_an_extended_deadline_delays_the_notice() -> None:
    story = sent()
    member = factories.member(story.application.organisation)
    for request in story.requests:
        extend_request(request_id=request.pk, days=20, member=member, now=NOW)
    last_reminder = datetime(2026, 3, 10, 9, tzinfo=UTC)
    assert mail_all_about_slow_referees(now=last_reminder) == 0
    assert mail_all_about_slow_referees(now=last_reminder + timedelta(days=1)) == 1


def test_notices_follow_the_candidates_working_hours() -> None:
    story = sent()
    Check.objects.of(story.application.organisation).update(time_zone="America/Los_Angeles")
    assert mail_all_about_slow_referees(now=SLOW) == 0  # one at night there
    evening = datetime(2026, 3, 10, 16, tzinfo=UTC)
    assert {request.slow_at for request in story.requests} == {evening}
    assert mail_all_about_slow_referees(now=evening) == 1


@pytest.mark.world
@given(
    days=st.lists(st.integers(1, 12), max_size=3, unique=True).map(sorted),
    deadline=st.integers(1, 30),
    hour=st.integers(0, 23),
)
def test_a_referee_is_slow_after_the_last_reminder_or_two_days_before_the_deadline(
    days: list[int], deadline: int, hour: int
) -> None:
    sent_at = datetime(2026, 3, 3, hour, tzinfo=UTC)
    deadline_at = sent_at + timedelta(days=deadline)
    moment = slow_from(sent_at=sent_at, deadline_at=deadline_at, days=days, calendar=CALENDAR)
    assert moment >= sent_at + timedelta(days=1)
    if days:
        assert moment <= sent_at + timedelta(days=2 * (days[-1] + 1) + 2)
