"""Reminders: few, on their days, and none a moment after they have become pointless."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client

from goodword.notifications.models import Email
from goodword.references.domain.remind import remind_candidates, remind_referees
from goodword.references.jobs import sweep_candidates, sweep_referees
from tests.references.story import (
    MANAGER,
    NOW,
    Story,
    answer,
    candidate_door,
    mails_to,
    named,
    opened,
    post,
    press_send,
    referee_door,
    sent,
)
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db

MARIA, PAUL = "maria@globex.example", "paul@globex.example"


def days_pass(days: int) -> None:
    """The sweeps run every six hours for so many days, and what they queue goes out."""
    for quarter in range(1, days * 4 + 1):
        with time_machine.travel(NOW + timedelta(hours=6 * quarter), tick=False):
            sweep_candidates.run()
            sweep_referees.run()
            run_jobs()


def subjects(address: str) -> list[str]:
    return [str(message.subject) for message in mails_to(address)]


def test_a_candidate_who_does_nothing_gets_two_reminders_in_a_fortnight() -> None:
    story = opened()
    days_pass(20)
    first, second = mails_to(story.application.candidate.email)[1:]
    assert first.subject == second.subject == "Still open: your references for Window Washer at Acme"
    assert "There will be one more reminder at most." in str(first.body)
    assert "This is the last reminder." in str(second.body)
    assert event_names().count("check.reminded") == 2


def test_who_named_referees_and_did_not_press_send_is_reminded_too() -> None:
    story = named()
    days_pass(3)
    assert len(mails_to(story.application.candidate.email)) == 2


def test_after_send_the_candidate_is_not_reminded_and_each_referee_twice_at_most() -> None:
    story = sent()
    days_pass(20)
    name = story.application.candidate.name
    expected = [f"A reference for {name}?", *[f"Still open: a reference for {name}"] * 2]
    assert len(mails_to(story.application.candidate.email)) == 1
    assert (subjects(MARIA), subjects(PAUL)) == (expected, expected)


def test_three_working_days_bring_one_reminder() -> None:
    story = opened()
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        sweep_candidates.run()
        sweep_candidates.run()
        run_jobs()
    assert len(mails_to(story.application.candidate.email)) == 2


def test_an_answer_a_no_or_a_replacement_ends_a_referees_reminders() -> None:
    story = sent()
    answer(referee_door(MARIA))
    post(f"{referee_door(PAUL)}no/", {"d-why": "would_rather_not"})
    post(f"{candidate_door(story)}2/another/", MANAGER | {"r-email": "nora@globex.example"})
    press_send(story)
    days_pass(3)
    assert (len(subjects(MARIA)), len(subjects(PAUL)), len(subjects("nora@globex.example"))) == (1, 1, 2)


@pytest.mark.parametrize("what", ["application.rejected", "candidate declines"])
def test_closing_and_declining_end_all_reminders(what: str) -> None:
    story = sent()
    if what == "candidate declines":
        post(f"{candidate_door(story)}decline/")
    else:
        story.happens(what, reason="x")
    before = len(mail.outbox)
    days_pass(20)
    assert len(mail.outbox) == before


def test_a_rejected_candidate_is_not_reminded() -> None:
    story = opened()
    story.happens("application.rejected", reason="x")
    days_pass(20)
    assert len(mail.outbox) == 1


def test_nobody_is_reminded_while_the_check_is_paused() -> None:
    story = sent()
    pause(story)
    days_pass(20)
    assert len(mail.outbox) == 3


def test_a_reminder_that_waits_for_the_mail_server_does_not_survive_a_pause_or_an_answer() -> None:
    story = sent()
    assert remind_referees(now=NOW + timedelta(days=3)) == 2
    waiting = Email.objects.of(story.application.organisation).filter(kind="references.request_reminder")
    pause(story)
    assert set(waiting.values_list("state", flat=True)) == {"cancelled"}


def test_a_reminder_does_not_overtake_the_mail_that_it_repeats() -> None:
    story = opened()
    story.application.emails.update(state=Email.State.QUEUED)
    assert remind_candidates(now=NOW + timedelta(days=2)) == 0
    check = story.check
    assert (check.reminders_sent, check.next_reminder_at) == (0, datetime.fromisoformat("2026-03-10T09:00Z"))


def test_after_the_deadline_nobody_is_reminded() -> None:
    opened()
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        sweep_candidates.run()
        run_jobs()
    assert len(mail.outbox) == 1


def test_who_asked_not_to_be_contacted_is_not_reminded_of_another_request() -> None:
    story, other = sent(), sent()
    post(f"{referee_door(MARIA)}no/", {"d-why": "not_me", "d-never_again": "on"})
    assert story.application.organisation != other.application.organisation
    days_pass(3)
    assert len(subjects(MARIA)) == 3  # two requests, and the other organisation's reminder


def test_a_sweep_that_comes_late_at_night_waits_for_the_morning() -> None:
    story = sent()
    other = opened()
    night = datetime.fromisoformat("2026-03-05T21:00Z")
    assert (remind_candidates(now=night), remind_referees(now=night)) == (0, 0)
    morning = datetime.fromisoformat("2026-03-06T08:00Z")
    assert other.check.next_reminder_at == morning
    assert [request.next_reminder_at for request in story.requests] == [morning] * 2
    assert (remind_candidates(now=morning), remind_referees(now=morning)) == (1, 2)


def test_reminders_leave_at_working_hours_of_the_organisation() -> None:
    story = opened()
    due = story.check.next_reminder_at
    assert due is not None
    local = due.astimezone(story.application.organisation.zone)
    assert (local.weekday() < 5, 9 <= local.hour < 17) == (True, True)


def pause(story: Story) -> None:
    step = story.check.start.step
    step.on_leave = "pause"
    step.save()
    story.happens("application.left_stage", stage_id=1, to_stage_id=2)
    assert story.check.paused_at is not None
    assert Client().get(candidate_door(story)).status_code == 200
