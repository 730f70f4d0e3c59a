"""Reminders: few, on time, and never pointless."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.notifications.models import Email
from goodword.references.domain.member_actions import pause_check, resume_check
from goodword.references.domain.reminders import (
    mail_all_about_slow_referees,
    remind_candidates,
    remind_referees,
)
from goodword.references.domain.slot_changes import answer_cannot, cannot_provide
from goodword.references.jobs import sweep_candidates, sweep_referees
from goodword.references.models import Check, Referee, ReferenceRequest
from tests.references.story import (
    MANAGER,
    NOW,
    Story,
    answer,
    candidate_path,
    mails_to,
    named,
    opened,
    post,
    press_send,
    referee_path,
    sent,
)
from tests.support import factories
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db

MARIA, PAUL = "maria@globex.example", "paul@globex.example"


def days_pass(days: int, *, sweeps: int = 1) -> None:
    """Run the sweeps several times a day and send the mail."""
    for number in range(1, days * sweeps + 1):
        with time_machine.travel(NOW + timedelta(days=1) * number / sweeps, tick=False):
            sweep_candidates.run()
            sweep_referees.run()
            run_jobs()


def subjects(address: str) -> list[str]:
    return [str(message.subject) for message in mails_to(address)]


@pytest.mark.main_case
def test_an_inactive_candidate_gets_two_reminders_in_two_weeks() -> None:
    story = opened()
    days_pass(20)
    first, second = mails_to(story.application.candidate.email)[1:]
    assert first.subject == second.subject == "Reminder: your references for Window Washer at Acme"
    assert "You'll get one more reminder at most." in str(first.body)
    assert "This is the last reminder." in str(second.body)
    assert event_names().count("check.reminded") == 2


@pytest.mark.world
def test_candidates_who_have_not_pressed_send_are_reminded() -> None:
    story = named()
    days_pass(3)
    assert len(mails_to(story.application.candidate.email)) == 2


@pytest.mark.world
def test_after_sending_only_referees_are_reminded() -> None:
    story = sent()
    days_pass(20, sweeps=4)
    name = story.application.candidate.name
    expected = [f"A reference for {name}?", *[f"Reminder: a reference for {name}"] * 2]
    assert len(mails_to(story.application.candidate.email)) == 1
    assert (subjects(MARIA), subjects(PAUL)) == (expected, expected)


@pytest.mark.main_case
def test_a_reminder_is_sent_after_three_working_days() -> None:
    story = opened()
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        sweep_candidates.run()
        sweep_candidates.run()
        run_jobs()
    assert len(mails_to(story.application.candidate.email)) == 2


@pytest.mark.world
def test_answering_declining_or_replacing_ends_reminders() -> None:
    story = sent()
    answer(referee_path(MARIA))
    post(f"{referee_path(PAUL)}no/", {"d-why": "would_rather_not"})
    post(f"{candidate_path(story)}2/another/", MANAGER | {"r-email": "nora@globex.example"})
    press_send(story)
    days_pass(3)
    assert (len(subjects(MARIA)), len(subjects(PAUL)), len(subjects("nora@globex.example"))) == (1, 1, 2)


@pytest.mark.world
@pytest.mark.parametrize("what", ["application.rejected", "candidate declines"])
def test_closing_or_declining_a_check_ends_all_reminders(what: str) -> None:
    story = sent()
    if what == "candidate declines":
        post(f"{candidate_path(story)}decline/")
    else:
        story.happens(what, reason="x")
    before = len(mail.outbox)
    days_pass(20)
    assert len(mail.outbox) == before


@pytest.mark.main_case
def test_a_rejected_candidate_is_not_reminded() -> None:
    story = opened()
    story.happens("application.rejected", reason="x")
    days_pass(20)
    assert len(mail.outbox) == 1


@pytest.mark.world
def test_a_paused_check_sends_no_reminders() -> None:
    story = sent()
    pause(story)
    days_pass(20)
    assert len(mail.outbox) == 3


@pytest.mark.world
def test_queued_reminders_are_cancelled_by_a_pause_or_an_answer() -> None:
    story = sent()
    assert remind_referees(now=NOW + timedelta(days=3)) == 2
    waiting = Email.objects.of(story.application.organisation).filter(kind="references.request_reminder")
    pause(story)
    assert set(waiting.values_list("state", flat=True)) == {"cancelled"}


def test_no_reminder_is_sent_while_the_request_is_queued() -> None:
    story = opened()
    story.application.emails.update(state=Email.State.QUEUED)
    assert remind_candidates(now=NOW + timedelta(days=2)) == 0
    check = story.check
    assert (check.reminders_sent, check.next_reminder_at) == (0, datetime.fromisoformat("2026-03-10T09:00Z"))


@pytest.mark.world
def test_no_reminders_are_sent_after_the_deadline() -> None:
    opened()
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        sweep_candidates.run()
        run_jobs()
    assert len(mail.outbox) == 1


@pytest.mark.world
def test_opted_out_referees_are_not_reminded_of_other_requests() -> None:
    story, other = sent(), sent()
    post(f"{referee_path(MARIA)}no/", {"d-why": "not_me", "d-opt_out": "on"})
    assert story.application.organisation != other.application.organisation
    days_pass(3)
    assert len(subjects(MARIA)) == 3  # two requests, and the other organisation's reminder


@pytest.mark.world
def test_a_late_sweep_waits_for_working_hours() -> None:
    story = sent()
    other = opened()
    night = datetime.fromisoformat("2026-03-05T21:00Z")
    assert (remind_candidates(now=night), remind_referees(now=night)) == (0, 0)
    morning = datetime.fromisoformat("2026-03-06T08:00Z")
    assert other.check.next_reminder_at == morning
    assert [request.next_reminder_at for request in story.requests] == [morning] * 2
    assert (remind_candidates(now=morning), remind_referees(now=morning)) == (1, 2)


def test_reminders_are_sent_in_the_organisations_working_hours() -> None:
    story = opened()
    due = story.check.next_reminder_at
    assert due is not None
    local = due.astimezone(story.application.organisation.zone)
    assert (local.weekday() < 5, 9 <= local.hour < 17) == (True, True)


def pause(story: Story) -> None:
    step = story.check.step_request.step
    step.on_leave = "pause"
    step.save()
    story.happens("application.left_stage", stage_id=1, to_stage_id=2)
    assert story.check.paused_at is not None
    assert "Your references" in Client().get(candidate_path(story)).content.decode()


@pytest.mark.world
def test_reminders_missed_during_a_hold_are_skipped() -> None:
    story = opened()
    for slot in (1, 2):
        cannot_provide(check_id=story.check.pk, slot=slot, reason="They retired.", now=NOW)
    assert (story.check.clock_stopped_at, story.check.next_reminder_at) == (NOW, None)
    # nor is a reminder left over from the hold
    Check.objects.of(story.application.organisation).update(next_reminder_at=NOW)
    assert days_until(12) == 0
    member = factories.member(story.application.organisation)
    went_on = NOW + timedelta(days=3, hours=4)  # after the first reminder was due
    for slot in (1, 2):
        answer_cannot(
            check_id=story.check.pk, slot=slot, answer="still_asked", note="", member=member, now=went_on
        )
    assert story.check.clock_stopped_at is None
    assert story.check.next_reminder_at == datetime.fromisoformat("2026-03-10T13:00Z")
    assert story.check.reminders_sent == 0


def days_until(days: int) -> int:
    """The number of reminders queued."""
    moments = (NOW + timedelta(hours=6 * quarter) for quarter in range(days * 4))
    return sum(remind_candidates(now=moment) + remind_referees(now=moment) for moment in moments)


@pytest.mark.world
def test_a_pause_does_not_add_reminders() -> None:
    story = sent()
    member = factories.member(story.application.organisation)
    for day in range(30):
        now = NOW + timedelta(days=day)
        act = resume_check if day % 2 else pause_check
        act(check_id=story.check.pk, member=member, now=now)
        remind_referees(now=now + timedelta(hours=1))
    assert {request.reminders_promised for request in story.requests} == {2}
    assert all(request.reminders_sent <= 2 for request in story.requests)


@pytest.mark.world
def test_candidate_and_referees_have_separate_reminders() -> None:
    story = opened()
    step = story.check.step_request.step
    step.reminder_days, step.referee_reminder_days = [4], [1, 3, 6]
    step.save()
    press_send(named(story))
    assert story.check.next_reminder_at is None
    assert [(request.reminders_promised, request.next_reminder_at) for request in story.requests] == [
        (3, datetime.fromisoformat("2026-03-04T09:00Z"))
    ] * 2
    assert "3 times at most" in str(mails_to(MARIA)[0].body)
    days_pass(20)
    assert len(subjects(MARIA)) == 4


def many(
    model: type[Model],
    pk: int,
    *,
    source: str = "generate_series(1, 10000) n",
    where: str = "true",
    **other: str,
) -> None:
    """Ten thousand copies of this row, with unchecked foreign keys. `other`: columns that differ, as SQL."""
    meta = model._meta
    columns = [
        field.column or "" for field in meta.concrete_fields if not (field.primary_key or field.generated)
    ]
    values = ", ".join(other.get(column, f"row.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO {meta.db_table} ({', '.join(columns)}) "
            f"SELECT {values} FROM {meta.db_table} row, {source} WHERE row.id = %s AND {where}",
            [pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.world
def test_sweeps_use_an_index() -> None:
    story = sent()
    request = story.requests[0]
    many(Referee, request.referee_id, replaced_at="now()")
    many(
        ReferenceRequest,
        request.pk,
        referee_id="other.id",
        next_reminder_at="CASE WHEN other.id %% 2 = 0 THEN row.next_reminder_at + interval '10 days' END",
        slow_at="row.slow_at + interval '11 days'",
        source="references_referee other",
        where="other.replaced_at IS NOT NULL",
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE references_referencerequest; ANALYZE references_check")
    with CaptureQueriesContext(connection) as asked:
        remind_referees(now=NOW)
        mail_all_about_slow_referees(now=NOW)
    plans = [explained(query["sql"]) for query in asked.captured_queries]
    assert ["request_reminder" in plans[0], "request_slow" in plans[1], len(plans)] == [True, True, 2]
    assert [plan for plan in plans if "Seq Scan on references_referencerequest" in plan] == []


def explained(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(str(row[0]) for row in cursor.fetchall())
