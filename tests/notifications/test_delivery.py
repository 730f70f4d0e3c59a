"""Delivery over real SMTP: accepted, refused permanently or temporarily, no server, dead workers."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, LiteralString

import psycopg
import pytest
from aiosmtpd.controller import Controller
from django.db import OperationalError, connection
from pytest_django.fixtures import Settings

from goodword.core import clock, environment, outbox
from goodword.core.addresses import Correspondent
from goodword.core.models import Event
from goodword.notifications.domain.bounces import UNDELIVERED, mark_of
from goodword.notifications.domain.queue import cancel
from goodword.notifications.domain.send import (
    BEFORE_MESSAGE,
    FOR_ANSWER,
    MAIL_RETRY_DELAYS,
    requeue_interrupted,
    send,
    sweep_emails,
)
from goodword.notifications.models import Email
from goodword.workspace.candidate.timeline import timeline
from tests.core.transactions import transactions
from tests.notifications.mails import NOW, application, links_of, queued, state
from tests.support.jobs import event_names, run_jobs
from tests.support.ports import free_port

pytestmark = pytest.mark.django_db

_WAITING: LiteralString = (
    "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
WAITING: LiteralString = f"SELECT 1 {_WAITING}"
#: end the backends that wait for a lock
KILL_WAITING: LiteralString = f"SELECT pg_terminate_backend(pid) {_WAITING}"

GONE = "gone@mail.example"
FULL = "full@mail.example"


def until_one_waits(other: psycopg.Connection[Any], select: LiteralString) -> None:
    """Execute the statement until it finds a waiting connection."""
    while not other.execute(select).fetchall():
        time.sleep(0.01)
        other.execute("SELECT pg_stat_clear_snapshot()")  # a transaction would not see new activity


class Post:
    """A mail server that refuses two addresses."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.sender_answer = self.data_answer = "250 OK"

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        envelope.mail_from = address
        return self.sender_answer

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address == GONE:
            return "550 5.1.1 No such person here"
        if address == FULL:
            return "451 4.2.2 Mailbox full, try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return self.data_answer


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    handler = Post()
    port = free_port()
    server = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=60)
    server.start()
    settings.MAILERS = {
        "default": {
            "BACKEND": "goodword.core.mail.EmailBackend",
            "OPTIONS": environment.smtp(f"smtp://127.0.0.1:{port}"),
        }
    }
    yield handler
    server.stop()


def to(address: str, **values: Any) -> Email:
    return queued(to=Correspondent(name="Ada", address=address), **values)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.mark.main_case
def test_a_mail_is_delivered_with_text_and_html_parts(post: Post) -> None:
    email = to("ada@mail.example", context={"candidate_name": "Łukasz 東京", "step": "assessment"})
    run_jobs()
    (message,) = post.taken
    assert message["Subject"] == "Łukasz 東京 has finished the assessment"
    assert (message["To"], message["From"], message["Reply-To"]) == (
        "Ada <ada@mail.example>",
        '"Goodword (Acme)" <people@goodword.example>',
        "help@goodword.example",
    )
    assert "Łukasz 東京" in body(message, "plain")
    assert "Łukasz 東京" in body(message, "html")
    assert state(email) == ("sent", 1, "")
    assert event_names() == ["email.sent"]


@pytest.mark.world
@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [
        ("ada@müller.example", "ada@xn--mller-kva.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
    ],
)
def test_mail_to_a_non_ascii_domain_uses_its_ascii_form(post: Post, address: str, on_the_wire: str) -> None:
    email = to(address)
    run_jobs()
    assert [message["To"] for message in post.taken] == [f"Ada <{on_the_wire}>"]
    assert (email.to_address, state(email)) == (address, ("sent", 1, ""))


@pytest.mark.world
def test_an_address_with_an_impossible_domain_fails_at_once(post: Post) -> None:
    email = to("ada@people.exam\u2011ple")
    run_jobs()
    assert state(email) == ("failed", 1, "This is not a valid e-mail address.")


@pytest.mark.main_case
def test_a_permanent_refusal_is_reported_and_shown_on_the_timeline(post: Post) -> None:
    about = application(recruiter_email="rita@acme.example", recruiter_name="Rita Recruiter")
    email = to(GONE, about=about, kind="assessment.invitation")
    run_jobs()
    assert state(email) == ("failed", 1, "550 5.1.1 No such person here")
    (told,) = post.taken
    assert (told["To"], told["Subject"]) == (
        "Rita Recruiter <rita@acme.example>",
        f"An e-mail about {about.candidate.name} couldn't be delivered",
    )
    assert f"to {GONE} couldn't be delivered. The mail server said: 550 5.1.1 No such person here" in body(
        told, "plain"
    )
    assert [
        entry.title for entry in timeline(about, organisation=about.organisation, members={}, may_work=True)
    ] == [
        "E-mail sent: notice to the recruiter of an undelivered e-mail",
        "E-mail could not be sent: invitation to the assessment",
    ]


@pytest.mark.parametrize(
    ("answer", "stored"),
    [
        ("554 No\0such\x1b[31m user", ("failed", 1, "554 Nosuch[31m user")),
        ("451 Later,\0please", ("queued", 1, "451 Later,please")),
    ],
)
def test_control_characters_of_the_mail_servers_answer_are_not_stored(
    post: Post, answer: str, stored: tuple[str, int, str]
) -> None:
    """PostgreSQL accepts no NUL, and `goodword mails list` prints the answer on a terminal."""
    email = to("ada@mail.example")
    post.data_answer = answer
    send(email_id=email.pk, now=NOW)
    assert state(email) == stored


@pytest.mark.world
def test_the_role_owner_is_notified_once_if_the_recruiters_address_fails(post: Post) -> None:
    about = application(recruiter_email=GONE)
    to(GONE, about=about)
    run_jobs()
    assert about.role is not None
    assert [message["To"].addresses[0].addr_spec for message in post.taken] == [about.role.owner.user.email]
    Event.objects.all().delete()
    about.role.owner.user.email = GONE
    about.role.owner.user.save()
    to(GONE, about=about, key="again")
    run_jobs()
    assert (len(post.taken), Email.objects.across_organisations().filter(kind=UNDELIVERED).count()) == (1, 1)


@pytest.mark.world
def test_a_temporary_refusal_is_retried_and_reported_after_the_last_attempt(post: Post) -> None:
    about = application()
    email = to(FULL, about=about)
    moment = NOW
    for number, wait in enumerate(MAIL_RETRY_DELAYS, start=1):
        send(email_id=email.pk, now=moment)
        assert state(email) == ("queued", number, "451 4.2.2 Mailbox full, try later")
        assert email.not_before == moment + wait
        moment = email.not_before
    assert event_names() == []
    send(email_id=email.pk, now=moment)
    assert state(email) == ("failed", 9, "451 4.2.2 Mailbox full, try later")
    assert timedelta(days=2) < moment - NOW < timedelta(days=3)
    assert event_names() == ["email.failed"]


@pytest.mark.world
def test_each_attempt_has_a_new_link_and_the_same_message_id(post: Post) -> None:
    email = to("ada@mail.example")
    post.data_answer = "451 4.3.0 Try later"
    send(email_id=email.pk, now=NOW)
    post.data_answer = "250 OK"
    send(email_id=email.pk, now=NOW + timedelta(hours=1))
    ids = [message["Message-ID"] for message in post.taken]
    assert ids == [f"<goodword-{mark_of(email.pk)}@localhost>"] * 2
    assert len({row[2] for row in links_of(email)}) == 2


def test_a_mail_refused_before_its_message_is_stored_without_a_link(post: Post) -> None:
    email = to(GONE)
    send(email_id=email.pk, now=NOW)
    assert (state(email)[0], links_of(email)) == ("failed", [])
    assert (email.subject, "Ada Lovelace" in email.text) == ("Ada Lovelace has finished the assessment", True)


@pytest.mark.django_db(transaction=True)
def test_claim_hand_over_and_outcome_of_a_mail_each_take_a_transaction(post: Post) -> None:
    email = to("ada@mail.example")
    with transactions() as found:
        send(email_id=email.pk, now=NOW)
    assert len(found.seen) == 3
    assert state(email) == ("sent", 1, "")


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_while_recording_the_hand_over_sends_nothing(post: Post) -> None:
    email = to("ada@mail.example")

    def work() -> None:
        try:
            with suppress(OperationalError):
                send(email_id=email.pk, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("LOCK TABLE notifications_link")  # the hand-over waits here
        sending = pool.submit(work)
        until_one_waits(other, KILL_WAITING)
        sending.result()
        other.rollback()
    assert (state(email), email.handed_over_at, email.text) == (("sending", 1, ""), None, "")
    assert (post.taken, links_of(email)) == ([], [])
    requeue_interrupted(now=NOW + BEFORE_MESSAGE)
    send(email_id=email.pk, now=NOW + BEFORE_MESSAGE)
    assert (state(email), len(post.taken), len(links_of(email))) == (("sent", 2, ""), 1, 1)


@pytest.mark.world
def test_one_bad_address_does_not_block_the_others(post: Post) -> None:
    about = application()
    mails = [
        to(address, about=about, key=f"test:{number}", not_before=clock.now() - timedelta(minutes=1), now=NOW)
        for number, address in enumerate((GONE, FULL, "ada@mail.example", "not an address"))
    ]
    sweep_emails.run()
    assert [state(email)[0] for email in mails] == ["failed", "queued", "sent", "failed"]


def test_mail_waits_while_there_is_no_server(settings: Settings, post: Post) -> None:
    settings.MAILERS = {
        "default": settings.MAILERS["default"] | {"OPTIONS": environment.smtp("smtp://127.0.0.1:9")}
    }
    email = to("ada@mail.example")
    send(email_id=email.pk, now=NOW)
    assert state(email)[:2] == ("queued", 1)
    assert email.last_error.startswith("The mail server could not be used: ")


def test_a_mail_cancelled_between_attempts_is_not_sent(post: Post) -> None:
    email = to(FULL)
    send(email_id=email.pk, now=NOW)
    cancel(organisation=email.organisation, subject_ref=email.subject_ref, now=NOW)
    Email.objects.across_organisations().update(to_address="ada@mail.example")
    send(email_id=email.pk, now=NOW + timedelta(days=1))
    assert (state(email)[0], post.taken) == ("cancelled", [])


def test_the_sweep_resends_mail_of_a_dead_worker_with_the_same_message_id(post: Post) -> None:
    email = to("ada@mail.example")
    claimed = outbox.claim(Email, email.pk, now=clock.now() - BEFORE_MESSAGE + timedelta(seconds=30))
    assert claimed is not None
    sweep_emails.run()
    assert (state(email)[0], post.taken) == ("sending", [])
    Email.objects.across_organisations().update(claimed_at=clock.now() - BEFORE_MESSAGE)
    sweep_emails.run()
    assert state(email) == ("sent", 2, "")
    assert [message["Message-ID"] for message in post.taken] == [f"<goodword-{mark_of(email.pk)}@localhost>"]


def test_a_mail_that_keeps_killing_workers_fails(post: Post) -> None:
    email = to("ada@mail.example")
    Email.objects.across_organisations().update(
        state="sending", attempts=len(MAIL_RETRY_DELAYS) + 1, claimed_at=NOW - BEFORE_MESSAGE
    )
    requeue_interrupted(now=NOW)
    assert state(email) == ("failed", 9, "Goodword could not create this mail.")
    assert event_names() == ["email.failed"]


def test_a_slow_worker_records_no_second_event(post: Post) -> None:
    email = to("ada@mail.example")
    slow = outbox.claim(Email, email.pk, now=NOW)
    assert slow is not None
    requeue_interrupted(now=NOW + BEFORE_MESSAGE)
    send(email_id=email.pk, now=NOW + BEFORE_MESSAGE)
    assert outbox.settle_sent(slow, now=NOW + BEFORE_MESSAGE) is False
    assert event_names() == ["email.sent"]


@pytest.mark.world
@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_send_one_mail(post: Post) -> None:
    email = to("ada@mail.example")

    def work(_: int) -> None:
        try:
            send(email_id=email.pk, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert (len(post.taken), event_names()) == (1, ["email.sent"])


# Django leaves connections that failed to open to the garbage collector
@pytest.mark.filterwarnings(
    "ignore:.*unclosed:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize(
    "smtp_url", ["smtp://me:secret@127.0.0.1:{port}", "smtp+starttls://127.0.0.1:{port}"]
)
def test_failed_authentication_is_not_blamed_on_the_recipient(
    settings: Settings, post: Post, smtp_url: str
) -> None:
    port = settings.MAILERS["default"]["OPTIONS"]["port"]
    settings.MAILERS = {
        "default": settings.MAILERS["default"] | {"OPTIONS": environment.smtp(smtp_url.format(port=port))}
    }
    email = to("ada@mail.example")
    send(email_id=email.pk, now=NOW)
    assert state(email)[:2] == ("queued", 1)


def test_a_rejected_sender_is_not_blamed_on_the_recipient(post: Post) -> None:
    post.sender_answer = "553 5.7.1 Sender not allowed"
    email = to("ada@mail.example")
    send(email_id=email.pk, now=NOW)
    assert state(email) == ("queued", 1, "553 5.7.1 Sender not allowed")


def test_a_mail_rejected_as_spam_fails(post: Post) -> None:
    post.data_answer = "554 5.7.1 Looks like spam"
    email = to("ada@mail.example")
    send(email_id=email.pk, now=NOW)
    assert state(email) == ("failed", 1, "554 5.7.1 Looks like spam")


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_a_delivery_reported_while_the_worker_gives_up_waiting_counts_as_sent() -> None:
    email = to("ada@mail.example")
    Email.objects.across_organisations().filter(pk=email.pk).update(
        state="sending", attempts=1, claimed_at=NOW, handed_over_at=NOW
    )

    def give_up() -> None:
        try:
            requeue_interrupted(now=NOW + FOR_ANSWER)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("UPDATE notifications_email SET delivered_at = %s WHERE id = %s", [NOW, email.pk])
        giving_up = pool.submit(give_up)
        until_one_waits(other, WAITING)
        other.commit()
        giving_up.result()
    assert state(email) == ("sent", 1, "")
