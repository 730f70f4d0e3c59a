"""A queued mail is a row and a job: once per key, in the caller's transaction, and cancellable."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction

from goodword.core.addresses import Correspondent
from goodword.notifications.domain.queue import cancel, queue
from goodword.notifications.domain.send import send
from goodword.notifications.models import Email
from tests.notifications.mails import NOW, application, queued, state
from tests.support import factories
from tests.support.jobs import event_names, run_jobs, waiting

pytestmark = pytest.mark.django_db


class Undone(Exception):
    """Undoes a transaction."""


def test_a_mail_is_queued_once_per_key() -> None:
    email = queued()
    again = queue(
        organisation=email.organisation,
        kind="other",
        key=email.key,
        to=Correspondent(name="Else", address="else@acme.example"),
        sender=Correspondent(name="Goodword", address="help@goodword.example"),
        template="reports/mail/completed",
        context={},
        now=NOW,
    )
    assert again is None
    assert (Email.objects.across_organisations().count(), mail.outbox) == (1, [])
    assert waiting() == [("email.send", {"email_id": email.pk})]


def test_a_rollback_removes_mail_and_job() -> None:
    with pytest.raises(Undone), transaction.atomic():
        queued()
        raise Undone
    assert (Email.objects.across_organisations().count(), waiting()) == (0, [])


def test_context_has_the_values_shared_by_all_mails() -> None:
    email = queued()
    assert email.context == {
        "candidate_name": "Ada Lovelace",
        "role_title": "Engineer",
        "step": "assessment",
        "organisation": {"name": "Acme", "accent": "#0e6b57"},
        "to_name": "Rita Recruiter",
        "sender_name": "Goodword",
        "reply_to": "help@goodword.example",
    }
    assert (email.from_name, email.reply_to, email.language) == (
        "Goodword (Acme)",
        "help@goodword.example",
        "en",
    )


@pytest.mark.world
def test_overlong_names_are_truncated() -> None:
    email = queued(
        to=Correspondent(name="A" * 500, address="a@mail.example"),
        sender=Correspondent(name="B" * 500, address="b@acme.example"),
        context={"candidate_name": "C" * 800, "step": "assessment"},
    )
    assert (len(email.to_name), email.from_name) == (200, f"{'B' * 120} (Acme)")
    run_jobs()
    assert state(email) == ("sent", 1, "")


def test_a_postponed_mail_has_no_job_until_it_is_due() -> None:
    email = queued(not_before=NOW + timedelta(hours=1))
    assert waiting() == []
    send(email_id=email.pk, now=NOW)
    assert state(email) == ("queued", 0, "")
    send(email_id=email.pk, now=NOW + timedelta(hours=1))
    assert state(email) == ("sent", 1, "")


@pytest.mark.main_case
def test_a_cancelled_mail_is_not_sent() -> None:
    email = queued()
    assert cancel(organisation=email.organisation, subject_ref=email.subject_ref, now=NOW) == 1
    run_jobs()
    assert (state(email), mail.outbox, event_names()) == (("cancelled", 0, ""), [], [])


def test_cancelling_affects_neither_sent_mails_nor_other_organisations() -> None:
    sent, other = queued(), queued()
    send(email_id=sent.pk, now=NOW)
    ref = sent.subject_ref
    Email.objects.across_organisations().filter(pk=other.pk).update(subject_ref=ref)
    assert cancel(organisation=sent.organisation, subject_ref=ref, now=NOW) == 0
    assert (state(sent)[0], state(other)[0]) == ("sent", "queued")


def test_a_mail_uses_the_readers_language_or_that_of_the_organisation() -> None:
    about = application()
    about.organisation.language = "de"
    about.organisation.save()
    assert (queued(about).language, queued(about, key="2", language="fr").language) == ("de", "fr")


def test_a_repeated_job_sends_once() -> None:
    email = queued()
    for _ in range(3):
        send(email_id=email.pk, now=NOW)
    assert (len(mail.outbox), state(email)) == (1, ("sent", 1, ""))
    assert event_names() == ["email.sent"]


def test_a_job_for_a_deleted_mail_does_nothing() -> None:
    send(email_id=queued().pk + 1, now=factories.NOW)
    assert mail.outbox == []
