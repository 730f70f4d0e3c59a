"""After a mail outage, people are invited once and then reminded."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import transaction

from goodword.assessments.attempts.reminders import remind_due
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.core.workdays import add_working_days, end_of_working_day
from goodword.notifications.domain.send import PROBE_PACE, current_outage, sweep_emails
from goodword.notifications.models import Email
from goodword.references.domain.nominations import nominate
from goodword.references.domain.reminders import (
    mail_all_about_slow_referees,
    remind_candidates,
    remind_referees,
)
from goodword.references.domain.sending import send_request
from goodword.references.models import Check, ReferenceRequest
from goodword.workflow.models import StepRun, lock, status
from tests.references.stage import DETAILS
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.mail_server import MailServer, mail_server
from tests.workflow.greenhouse_changes import apply_each, enter

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

#: five in the afternoon in Berlin: the outage lasts into the evening, past the end of the working day
BEGAN = datetime.fromisoformat("2026-03-03T16:00:00+00:00")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        running.answers = {"mail": "421 4.3.2 Not now"}
        yield running


def moved(kind: str) -> list[Application]:
    """Two candidates enter the step's stage, with all reactions."""
    role = factories.role(factories.organisation(name="Acme"))
    factories.automation(role, connection_id=1, job_id=31, stages={kind: (501, "Stage")})
    two = [factories.application(role, job_id=31, stage_id=500, created_at=BEGAN) for _ in range(2)]
    with time_machine.travel(BEGAN, tick=False):
        for application in two:
            apply_each(application, enter(501))
        run_jobs()
    return two


def run_sweeps(since: datetime, until: datetime, *, step: timedelta) -> None:
    """Run the sweeps as they come due, with all their reactions."""
    moment = since
    while moment <= until:
        with time_machine.travel(moment, tick=False):
            sweep_emails.run()
            for remind in (remind_due, remind_candidates, remind_referees, mail_all_about_slow_referees):
                remind(now=moment)
            run_jobs()
        moment += step


def run_of(application: Application, model: type[Attempt] | type[Check]) -> StepRun:
    return model.objects.of(application.organisation).get(step_request__application=application)


@pytest.mark.parametrize(("kind", "model"), [("assessment", Attempt), ("reference_check", Check)])
@pytest.mark.parametrize("lasting", [timedelta(hours=6), timedelta(days=5)])
def test_candidates_are_invited_once_after_an_outage_and_reminded_from_then_on(
    server: MailServer, kind: str, model: type[Attempt] | type[Check], lasting: timedelta
) -> None:
    two = moved(kind)
    ended = BEGAN + lasting
    run_sweeps(
        BEGAN, ended, step=timedelta(minutes=30) if lasting < timedelta(days=1) else timedelta(hours=12)
    )
    assert server.taken == []
    for application in two:
        run = run_of(application, model)
        assert (status(run, now=ended), run.invited_at, run.next_reminder_at) == ("unsent", None, None)
        mails = Email.objects.of(application.organisation).filter(application=application)
        assert list(mails.values_list("kind", "state")) == [
            ("assessment.invitation" if kind == "assessment" else "references.invitation", "queued")
        ]
    found = current_outage()
    assert found is not None
    assert BEGAN <= found.since < BEGAN + timedelta(seconds=1)

    server.answers = {}
    back = ended + PROBE_PACE[-1]
    run_sweeps(back, back, step=timedelta(minutes=1))
    assert sorted(server.to()) == sorted(application.candidate.email for application in two)
    calendar = two[0].organisation.calendar
    for application in two:
        run = run_of(application, model)
        step = run.step_request.step
        deadline = end_of_working_day(back, step.deadline_days, calendar=calendar)
        assert (status(run, now=back), run.invited_at, run.opened_at) == ("pending", back, back)
        assert run.deadline_at == deadline
        assert run.next_reminder_at is not None
        assert run.next_reminder_at >= add_working_days(back, step.reminder_days[0], calendar=calendar)
    day = deadline.astimezone(calendar.zone).strftime("%A %-d %B")
    for message in server.taken:
        part = message.get_body(("plain",))
        assert part is not None
        assert day in " ".join(part.get_content().split())

    reminder = run.next_reminder_at
    assert reminder is not None
    run_sweeps(back, reminder - timedelta(minutes=1), step=timedelta(days=1))
    assert len(server.taken) == 2
    run_sweeps(reminder, reminder, step=timedelta(minutes=1))
    assert len(server.taken) == 4


def test_a_referee_is_invited_once_and_the_deadline_counts_from_the_mail(server: MailServer) -> None:
    server.answers = {}
    first, _ = moved("reference_check")
    server.answers = {"message": "421 Not now"}
    check = Check.objects.of(first.organisation).get(step_request__application=first)
    with time_machine.travel(BEGAN, tick=False):
        referee = nominate(check_id=check.pk, slot=1, details=DETAILS, now=BEGAN)
        with transaction.atomic():
            check = lock(Check, check.pk)
            send_request(check, referee, now=BEGAN)
            check.save()
        run_jobs()
    lasting = BEGAN + timedelta(days=9)
    before = len(server.taken)
    run_sweeps(BEGAN, lasting, step=timedelta(hours=12))
    request = ReferenceRequest.objects.of(first.organisation).get()
    assert (request.invited_at, request.next_reminder_at, request.slow_at) == (None, None, None)
    server.answers = {}
    back = lasting + PROBE_PACE[-1]
    run_sweeps(back, back, step=timedelta(minutes=1))
    request.refresh_from_db()
    days = check.step_request.step.referee_deadline_days
    assert (request.invited_at, request.sent_at) == (back, back)
    assert request.deadline_at == end_of_working_day(back, days, calendar=first.organisation.calendar)
    assert request.next_reminder_at is not None
    assert server.to()[before:].count("maria@globex.example") == 1
