"""Reminders go out in working hours, at most as many as announced."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from goodword.assessments.attempts.reminders import remind, remind_due
from goodword.assessments.jobs import sweep_reminders
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.notifications.domain.mail_texts import render
from goodword.notifications.domain.send import send
from goodword.notifications.models import Email
from goodword.roles.models import Step
from goodword.workflow.models import lock, move
from tests.assessments.support import answer_all, application, assigned, rows
from tests.support import factories
from tests.support.jobs import event_names
from tests.support.mail import mail_is_taken

pytestmark = pytest.mark.django_db

#: two and five working days after Tuesday 3 March, ten in the morning in Berlin
FIRST = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
SECOND = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def reminders(attempt: Attempt) -> list[str]:
    mails = Email.objects.of(attempt.organisation).filter(kind="assessment.reminder")
    return [
        key.removeprefix(f"attempt:{attempt.pk}:")
        for key in mails.order_by("pk").values_list("key", flat=True)
    ]


def test_a_due_reminder_is_sent_and_the_next_planned() -> None:
    attempt = assigned()
    assert remind_due(now=FIRST - MINUTE) == 0
    assert remind_due(now=FIRST) == 1
    assert remind_due(now=FIRST + MINUTE) == 0
    attempt.refresh_from_db()
    assert (attempt.reminders_sent, attempt.next_reminder_at) == (1, SECOND)
    assert reminders(attempt) == ["reminder:1"]
    assert event_names(attempt.step_request.application_id) == ["attempt.assigned", "attempt.reminded"]


@pytest.mark.parametrize(
    ("language", "saved"),
    [
        ("en", "if you've started, you'll continue where you left off."),
        ("de", "falls Sie schon begonnen haben, machen Sie dort weiter, wo Sie aufgehört haben."),
        ("fr", "si vous avez commencé, vous reprendrez là où vous en étiez."),
    ],
)
def test_a_reminder_mentions_no_answers_before_the_start(language: str, saved: str) -> None:
    of = application()
    of.candidate.language = language
    of.candidate.save()
    attempt = assigned(of)
    remind_due(now=FIRST)
    words = render(Email.objects.of(attempt.organisation).get(kind="assessment.reminder"), link="").text
    assert saved in words
    assert "Your answers" not in words
    if language == "fr":
        assert "Merci de la terminer au plus tard" in words  # l'évaluation


def test_candidates_already_invited_keep_the_reminders_that_were_promised() -> None:
    attempt = assigned(application())
    Step.objects.of(attempt.organisation).update(deadline_days=20, reminder_days=[1, 15])
    assert attempt.next_reminder_at is not None
    assert remind(attempt_id=attempt.pk, now=attempt.next_reminder_at)
    attempt.refresh_from_db()
    assert attempt.next_reminder_at == SECOND


@pytest.mark.world
def test_no_more_reminders_than_promised_are_sent() -> None:
    attempt = assigned()
    Step.objects.of(attempt.organisation).update(reminder_days=[2, 5, 6, 6])
    sent = []
    for hours in range(0, 24 * 60, 3):
        sent.append(remind_due(now=factories.NOW + timedelta(hours=hours)))
        mail_is_taken(attempt.step_request.application, at=factories.NOW + timedelta(hours=hours))
    assert sum(sent) == 2
    attempt.refresh_from_db()
    assert (attempt.reminders_sent, attempt.next_reminder_at) == (2, None)
    assert reminders(attempt) == ["reminder:1", "reminder:2"]


def test_only_invited_candidates_are_reminded() -> None:
    attempt = assigned(sent=False)
    assert attempt.next_reminder_at is None
    # even if a reminder was planned
    Attempt.objects.of(attempt.organisation).update(next_reminder_at=FIRST)
    assert remind_due(now=FIRST) == 0
    assert reminders(attempt) == []


def test_no_reminder_while_another_is_queued() -> None:
    attempt = assigned()
    assert [remind_due(now=moment) for moment in (FIRST, SECOND)] == [1, 0]
    attempt.refresh_from_db()
    assert (reminders(attempt), attempt.reminders_sent) == (["reminder:1"], 1)


def test_a_reminder_that_waited_past_the_deadline_is_not_sent() -> None:
    attempt = assigned()
    remind_due(now=FIRST)
    email = Email.objects.of(attempt.organisation).get(kind="assessment.reminder")
    send(email_id=email.pk, now=attempt.deadline_at + MINUTE)
    email.refresh_from_db()
    assert email.state == "cancelled"


def test_after_an_outage_only_one_reminder_is_sent() -> None:
    attempt = assigned()
    assert [remind_due(now=SECOND + MINUTE) for _ in range(3)] == [1, 0, 0]
    assert reminders(attempt) == ["reminder:1"]


def test_at_night_reminders_wait_for_the_morning() -> None:
    attempt = assigned()
    night = datetime(2026, 3, 6, 22, 0, tzinfo=UTC)  # a Friday
    assert remind_due(now=night) == 0
    attempt.refresh_from_db()
    assert (attempt.reminders_sent, attempt.next_reminder_at) == (0, datetime(2026, 3, 9, 8, 0, tzinfo=UTC))
    assert remind_due(now=datetime(2026, 3, 9, 8, 0, tzinfo=UTC)) == 1


@pytest.mark.world
def test_each_reminder_says_how_many_are_left() -> None:
    attempt = assigned()
    remind_due(now=FIRST)
    mail_is_taken(attempt.step_request.application, at=FIRST)
    remind_due(now=SECOND)
    first, second = (
        render(mail, link="https://goodword.example/p/token/")
        for mail in Email.objects.of(attempt.organisation).filter(kind="assessment.reminder").order_by("pk")
    )
    assert first.subject == "Reminder: your assessment for Window Washer at Acme Bikes"
    assert first.text.count("You'll get one more reminder at most.") == 1
    assert second.text.count("This is the last reminder.") == 1
    assert second.text.count("Please finish it by Thursday 12 March, 23:59 (CET).") == 1


@pytest.mark.matrix
@pytest.mark.parametrize("act", ["complete", "decline", "close", "pause"])
def test_finished_and_paused_attempts_are_not_reminded(act: str) -> None:
    attempt = assigned()
    with transaction.atomic():
        held = lock(Attempt, attempt.pk)
        move(held, act, at=factories.NOW, by="greenhouse", reason="rejected")
    # even if a reminder was still planned
    Attempt.objects.of(attempt.organisation).update(next_reminder_at=FIRST)
    assert remind_due(now=FIRST) == 0
    assert reminders(attempt) == []


def test_no_reminders_after_the_deadline() -> None:
    attempt = assigned()
    Attempt.objects.of(attempt.organisation).update(deadline_at=FIRST - MINUTE)
    assert remind_due(now=FIRST) == 0
    attempt.refresh_from_db()
    assert (attempt.reminders_sent, attempt.next_reminder_at) == (0, None)


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("status", "column", "go_on"),
    [
        ("rejected", "on_reject", False),
        ("rejected", "on_reject", True),
        ("hired", "on_hire", False),
        ("hired", "on_hire", True),
    ],
)
def test_an_ended_application_is_not_reminded_even_before_its_reaction_has_run(
    status: str, column: str, go_on: bool
) -> None:
    of = application()
    Step.objects.of(of.organisation).update(**{column: "go_on" if go_on else "close"})
    assigned(of)
    Application.objects.of(of.organisation).update(status=status)
    assert remind_due(now=FIRST) == int(go_on)


@pytest.mark.parametrize(("column", "value"), [("email", ""), ("can_email", False)])
def test_a_blocked_candidate_is_not_reminded(column: str, value: object) -> None:
    attempt = assigned()
    candidate = attempt.step_request.application.candidate
    setattr(candidate, column, value)
    candidate.save()
    assert remind_due(now=FIRST) == 0


def test_candidates_with_some_answers_are_still_reminded() -> None:
    attempt = assigned()
    answer_all(attempt, but=(16,))
    assert remind_due(now=FIRST) == 1


def test_reminding_before_it_is_due_changes_nothing() -> None:
    attempt = assigned()
    before = rows(attempt)
    assert remind(attempt_id=attempt.pk, now=FIRST - MINUTE) is False
    assert rows(attempt) == before


def test_the_sweep_sends_due_reminders() -> None:
    attempt = assigned()
    sweep_reminders.run()  # by the real clock, the deadline of 2026-03-12 has passed, so nobody is reminded
    attempt.refresh_from_db()
    assert (attempt.reminders_sent, attempt.next_reminder_at) == (0, None)
