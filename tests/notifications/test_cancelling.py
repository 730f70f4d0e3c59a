"""Cancelling mail while a worker sends it, and a mail server that hangs up."""

import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from pytest_django.fixtures import Settings

from goodword.candidates.models import Application, Candidate
from goodword.core import clock, environment, outbox
from goodword.core.events import record
from goodword.notifications.domain.queue import LinkFor, cancel, on_candidate_changed, restore_invitation
from goodword.notifications.domain.send import send, sweep_emails
from goodword.notifications.models import Email, Link
from tests.notifications.mails import NOW, application, queued, state
from tests.support.jobs import waiting

pytestmark = pytest.mark.django_db


def claimed() -> Email:
    email = outbox.claim(Email, queued().pk, now=NOW)
    assert email is not None
    return email


def stop(email: Email) -> int:
    return cancel(organisation=email.organisation, subject_ref=email.subject_ref, now=NOW)


def test_a_cancelled_mail_that_failed_to_send_is_not_retried() -> None:
    email = claimed()
    assert stop(email) == 1
    assert not outbox.still_claimed(email)
    assert outbox.settle_retry(email, now=NOW, error="451") is False
    assert state(email) == ("cancelled", 1, "")


def test_a_cancelled_mail_that_was_already_sent_counts_as_sent() -> None:
    email = claimed()
    stop(email)
    assert outbox.settle_sent(email, now=NOW) is True
    assert state(email) == ("sent", 1, "")


def test_a_mail_claimed_by_another_worker_is_left_alone() -> None:
    email = claimed()
    Email.objects.of(email.organisation).update(attempts=2)
    assert not outbox.still_claimed(email)


def test_restoring_sends_only_the_newest_invitation() -> None:
    about = application()
    older, newer = (queued(about, key=f"invitation:{n}", kind="test.invitation") for n in (1, 2))
    stop(older)
    again: dict[str, Any] = {"organisation": about.organisation, "subject_ref": older.subject_ref, "now": NOW}
    assert restore_invitation(**again) is True
    assert [state(email)[0] for email in (older, newer)] == ["cancelled", "queued"]
    Email.objects.of(about.organisation).filter(pk=newer.pk).update(state="sent")
    assert restore_invitation(**again) is False
    assert state(older)[0] == "cancelled"
    assert [name for name, _ in waiting()] == ["email.send"] * 3


@pytest.fixture
def closing_server() -> Iterator[list[socket.socket]]:
    """A mail server that closes each connection at once. Yields its socket, then the connections."""
    taken: list[socket.socket] = []
    server = socket.create_server(("127.0.0.1", 0))
    taken.append(server)

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            taken.append(connection)
            connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield taken
    server.shutdown(socket.SHUT_RDWR)
    thread.join()
    server.close()


def test_the_sweep_probes_an_unresponsive_server_once(
    settings: Settings, closing_server: list[socket.socket]
) -> None:
    server, *_ = closing_server
    port = server.getsockname()[1]
    settings.MAILERS = {
        "default": {
            "BACKEND": "goodword.core.mail.EmailBackend",
            "OPTIONS": environment.smtp(f"smtp://127.0.0.1:{port}"),
        }
    }
    about = application()
    due = clock.now() - timedelta(minutes=1)
    mails = [queued(about, key=f"test:{n}", not_before=due) for n in range(3)]
    sweep_emails.run()
    # all are due at the same time, so any of them may be sent first
    assert (len(closing_server) - 1, sorted(state(email)[1] for email in mails)) == (1, [0, 0, 1])


def test_a_restored_invitation_counts_as_not_yet_returned() -> None:
    email = queued(kind="test.invitation")
    Email.objects.of(email.organisation).update(
        state="failed", attempts=1, bounced_at=NOW, bounce_reason="550 no such user"
    )
    stop(email)
    assert restore_invitation(organisation=email.organisation, subject_ref=email.subject_ref, now=NOW)
    email.refresh_from_db()
    assert (email.state, email.bounced_at, email.bounce_reason) == ("queued", None, "")


def test_a_mail_to_a_candidate_who_may_no_longer_be_mailed_waits_until_they_may() -> None:
    about = application()
    email = queued(
        about, quotes=about.candidate, link=LinkFor(purpose=Link.Purpose.CANDIDATE, subject_id=about.pk)
    )
    Candidate.objects.of(about.organisation).update(can_email=False)
    assert send(email_id=email.pk, now=NOW)
    assert state(email) == ("queued", 0, "This candidate may not be e-mailed.")
    assert mail.outbox == []
    Candidate.objects.of(about.organisation).update(can_email=True)
    changed(about, at=NOW)
    email.refresh_from_db()
    assert email.not_before == NOW
    assert send(email_id=email.pk, now=NOW)
    assert state(email)[0] == "sent"


def test_a_mail_goes_to_the_address_that_the_candidate_has_when_it_is_sent() -> None:
    about = application()
    email = queued(
        about, quotes=about.candidate, link=LinkFor(purpose=Link.Purpose.CANDIDATE, subject_id=about.pk)
    )
    Candidate.objects.of(about.organisation).update(email="new@people.example")
    assert send(email_id=email.pk, now=NOW)
    email.refresh_from_db()
    assert (email.state, email.to_address) == ("sent", "new@people.example")
    assert "<new@people.example>" in mail.outbox[0].to[0]


def changed(about: Application, *, at: datetime) -> None:
    with transaction.atomic():
        event = record(
            "candidate.changed",
            organisation_id=about.organisation_id,
            application_id=about.pk,
            actor="greenhouse",
            at=at,
            data={},
        )
    on_candidate_changed(event)
