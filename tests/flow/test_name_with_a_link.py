"""A link appears in a candidate's name after the invitation: mails wait instead of quoting it.

Waiting mails are sent once the name is corrected or confirmed.
"""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import transaction

from goodword.assessments.attempts.mails import mail_candidate
from goodword.assessments.models import Attempt
from goodword.candidates.domain.people import confirm_name
from goodword.candidates.models import Application, Candidate
from goodword.core.events import record
from goodword.notifications.domain.queue import cancel
from goodword.notifications.domain.send import sweep_emails
from goodword.notifications.models import Email
from goodword.references.models import Check
from tests.assessments.support import assigned
from tests.references.story import named, press_send
from tests.support import factories
from tests.support.jobs import event_names, run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import path

NOW = factories.NOW
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
BAD = "http://evil.example/win"


@pytest.fixture
def attempt() -> Attempt:
    made = assigned()
    run_jobs()
    mail.outbox.clear()
    return made


def renamed(application: Application, last: str, *, at: datetime = NOW) -> Candidate:
    """Change the name as a sync does."""
    with transaction.atomic():
        row = Candidate.objects.of(application.organisation).get(pk=application.candidate_id)
        row.last_name = last
        row.save()
        record(
            "candidate.changed",
            organisation_id=row.organisation_id,
            application_id=application.pk,
            actor="greenhouse",
            at=at,
            data={},
        )
    run_jobs()
    return row


def remind(attempt: Attempt, *, key: str = "reminder:1", not_after: datetime | None = None) -> Email:
    application = Application.objects.of(attempt.organisation).select_related(
        "candidate", "organisation", "role__owner__user"
    )
    with transaction.atomic():
        mail_candidate(
            attempt,
            application=application.get(pk=attempt.step_request.application_id),
            name="reminder",
            key=key,
            left=1,
            now=NOW,
            not_after=not_after,
        )
    run_jobs()
    return Email.objects.of(attempt.organisation).get(key=f"attempt:{attempt.pk}:{key}")


def sweep() -> None:
    sweep_emails.defer_once(lock="email.sweep")
    run_jobs()


def attention(attempt: Attempt) -> str:
    return Attempt.objects.of(attempt.organisation).get(pk=attempt.pk).attention


def to(address: str) -> list[str]:
    return [f"{one.subject}\n{one.to[0]}\n{one.body}" for one in mail.outbox if address in one.to[0]]


@pytest.mark.world
def test_a_reminder_waits_for_the_name_to_be_corrected(attempt: Attempt) -> None:
    application = attempt.step_request.application
    candidate = renamed(application, BAD)
    email = remind(attempt)
    assert (email.state, email.counted_attempts, attention(attempt)) == ("queued", 0, "link_in_name")
    assert to(candidate.email) == []
    [told] = mail.outbox
    assert told.subject.startswith("Please check the name of")
    assert "evil.example" not in told.subject + str(told.body)

    mail.outbox.clear()
    renamed(application, "Lovelace")
    sweep()
    [text] = to(candidate.email)
    assert ("evil" in text, "Lovelace" in text) == (False, True)
    assert attention(attempt) == ""
    assert len(mail.outbox) == 1


@pytest.mark.main_case
def test_confirming_the_name_sends_the_waiting_mail(attempt: Attempt) -> None:
    application = attempt.step_request.application
    candidate = renamed(application, BAD)
    remind(attempt)
    member = factories.member(application.organisation)
    page = path("candidate", application.organisation, application.pk)
    html = signed_in(member).get(page).content.decode()
    assert "E-mails containing it are on hold." in html
    assert html.count(path("candidate_confirm_name", application.organisation, application.pk)) == 1
    assert confirm_name(candidate=candidate, name=candidate.name, member=member, now=NOW)
    run_jobs()
    sweep()
    [text] = to(candidate.email)
    assert "http://evil" not in text  # defused
    assert attention(attempt) == ""


@pytest.mark.world
def test_a_mail_queued_earlier_waits_too_and_flags_the_step(attempt: Attempt) -> None:
    application = attempt.step_request.application
    Candidate.objects.of(application.organisation).update(
        last_name=BAD
    )  # no event, as for a change before an update of Goodword
    email = remind(attempt)
    assert (email.state, attention(attempt)) == ("queued", "link_in_name")
    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        sweep()
        run_jobs()
    assert to(application.candidate.email) == []
    assert event_names(application.pk).count("email.waits_for_name") == 1
    assert len(mail.outbox) == 1  # the recruiter is notified once


@pytest.mark.world
def test_a_missed_name_event_only_delays_the_mail(attempt: Attempt) -> None:
    application = attempt.step_request.application
    renamed(application, BAD)
    remind(attempt)
    Candidate.objects.of(application.organisation).update(last_name="Lovelace")
    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        sweep()
    assert len(to(application.candidate.email)) == 1


@pytest.mark.world
def test_waiting_mails_end_with_their_step_or_expiry(attempt: Attempt) -> None:
    application = attempt.step_request.application
    renamed(application, BAD)
    late = remind(attempt, key="reminder:1", not_after=NOW + timedelta(minutes=5))
    closed = remind(attempt, key="reminder:2")
    cancel(
        organisation=application.organisation,
        subject_ref=attempt.step_request.mail_ref,
        now=NOW,
        failed=False,
    )
    Email.objects.of(application.organisation).filter(pk=late.pk).update(state="queued", not_before=NOW)
    renamed(application, "Lovelace")
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        sweep()
    for email in (late, closed):
        email.refresh_from_db(from_queryset=Email.objects.of(application.organisation))
    assert (late.state, closed.state, to(application.candidate.email)) == ("cancelled", "cancelled", [])


@pytest.mark.world
def test_referee_mails_wait_for_the_name() -> None:
    story = named()
    application = story.check.step_request.application
    renamed(application, BAD)
    press_send(story)
    run_jobs()
    assert to("globex.example") == []
    assert Check.objects.of(application.organisation).get(pk=story.check.pk).attention == "link_in_name"
    renamed(application, "Lovelace")
    sweep()
    texts = to("globex.example")
    assert len(texts) == 2
    assert all("Lovelace" in text and "evil" not in text for text in texts)
