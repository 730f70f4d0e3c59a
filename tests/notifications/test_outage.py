"""While the mail server is down, refuses or hangs, mail waits, one mail at a time probes, and nothing is sent twice."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection
from pytest_django.fixtures import Settings

from goodword.core import mail, outbox
from goodword.core.addresses import Correspondent
from goodword.core.mail import MailWithdrawn
from goodword.notifications.domain.queue import cancel
from goodword.notifications.domain.send import (
    BEFORE_MESSAGE,
    FOR_ANSWER,
    PROBE_PACE,
    SLOT_WAIT,
    UNANSWERED,
    SendPermit,
    _hand_over,
    ask_permit,
    current_outage,
    extend_probe,
    requeue_interrupted,
    return_permit,
    send,
    send_email,
    sweep_emails,
)
from goodword.notifications.models import Email, Link
from tests.notifications.mails import NOW, application, queued, state
from tests.support.jobs import event_names, run_jobs, waiting
from tests.support.mail_server import MailServer, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def several(count: int) -> list[Email]:
    about = application()
    return [
        queued(about, key=f"test:{n}", to=Correspondent(name="Ada", address=f"ada{n}@mail.example"))
        for n in range(count)
    ]


def sweep(at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        sweep_emails.run()


def states(mails: list[Email]) -> list[str]:
    return [state(email)[0] for email in mails]


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("greeting", "554 No service here"),
        ("greeting", "421 Too busy"),
        ("greeting", None),
        ("ehlo", "421 Closing"),
        ("auth", "535 5.7.8 Wrong password"),
        ("auth", "454 4.7.0 Temporary failure"),
        ("mail", "451 4.3.0 Try later"),
        ("mail", "421 Closing"),
        ("mail", "553 5.7.1 Not your sender address"),
        ("rcpt", "421 Closing"),
        ("rcpt", "530 5.7.0 Authentication required"),
        ("data", "421 Closing"),
        ("data", None),
        ("message", "421 4.3.2 Shutting down"),
    ],
)
def test_server_errors_never_use_up_attempts(
    server: MailServer, settings: Settings, step: str, answer: str | None
) -> None:
    if step == "auth":
        settings.MAILERS["default"]["OPTIONS"] |= {"username": "me", "password": "secret"}
    server.answers = {step: answer}
    email = queued()
    moment = NOW
    # one case is swept as often as in production
    between = timedelta(minutes=5) if answer == "421 Too busy" else timedelta(hours=1)
    while moment < NOW + timedelta(hours=6):
        sweep(moment)
        moment += between
    assert (states([email]), email.counted_attempts, event_names()) == (["queued"], 0, [])
    assert server.taken == []
    found = current_outage()
    assert found is not None
    assert found.since == NOW
    server.answers = {}
    sweep(moment + PROBE_PACE[-1])
    assert (states([email]), len(server.taken), event_names()) == (["sent"], 1, ["email.sent"])
    assert current_outage() is None
    assert Link.objects.of(email.organisation).filter(email=email).count() == 1


@pytest.mark.world
def test_connection_errors_do_not_use_up_attempts(server: MailServer, settings: Settings) -> None:
    port = settings.MAILERS["default"]["OPTIONS"]["port"]
    for number, options in enumerate(
        (
            {"host": "127.0.0.1", "port": 9},
            {"host": "mail.invalid", "port": 25},
            {"host": "127.0.0.1", "port": port, "use_tls": True},
        )
    ):
        settings.MAILERS = {"default": settings.MAILERS["default"] | {"OPTIONS": options}}
        email = queued(key=f"test:{number}")
        assert send(email_id=email.pk, now=NOW + timedelta(hours=number)) is False
        assert (states([email]), email.counted_attempts) == (["queued"], 0)


@pytest.mark.main_case
def test_one_mail_probes_the_server_and_then_all_are_sent_in_order(server: MailServer) -> None:
    server.answers = {"greeting": "421 Too busy"}
    mails = several(5)
    with time_machine.travel(NOW, tick=False):
        run_jobs()
    assert server.connections == 1
    moment = NOW
    for wait in (*PROBE_PACE, PROBE_PACE[-1], PROBE_PACE[-1]):
        before = server.connections
        sweep(moment + wait - timedelta(seconds=1))
        assert server.connections == before
        moment += wait
        sweep(moment)
        sweep(moment + timedelta(seconds=10))
        assert server.connections == before + 1
    server.answers = {}
    moment += PROBE_PACE[-1]
    with time_machine.travel(moment, tick=False):
        sweep_emails.run()
        run_jobs()
    assert (states(mails), len(server.taken)) == (["sent"] * 5, 5)
    first, *others = server.to()
    assert others == [email.to_address for email in mails if email.to_address != first]


@pytest.mark.world
def test_probes_rotate_so_that_one_bad_mail_does_not_block_the_others(
    server: MailServer,
) -> None:
    poison, other = several(2)
    server.answers = {"rcpt": "421 I choke on this"}
    sweep(NOW)
    assert state(poison)[0] == "queued"
    server.answers = {}
    sweep(NOW + PROBE_PACE[0])
    assert server.to()[0] == other.to_address


@pytest.mark.world
def test_a_mail_queued_during_an_outage_waits_and_can_be_the_probe(
    server: MailServer,
) -> None:
    server.answers = {"greeting": "421 Too busy"}
    (first,) = several(1)
    send(email_id=first.pk, now=NOW)
    later = queued(key="later", now=NOW + timedelta(seconds=5))
    assert send(email_id=later.pk, now=NOW + timedelta(seconds=5)) is False
    assert (state(later)[:2], server.connections) == (("queued", 0), 1)
    server.answers = {}
    assert send(email_id=later.pk, now=NOW + PROBE_PACE[0]) is True
    assert ("email.sweep", {}) in waiting()


@pytest.mark.world
def test_a_probe_of_a_dead_worker_passes_to_the_next(server: MailServer) -> None:
    server.answers = {"greeting": "421 Too busy"}
    mails = several(2)
    send(email_id=mails[0].pk, now=NOW)
    at = NOW + PROBE_PACE[0]
    died = ask_permit(now=at)
    assert died is not None
    assert outbox.claim(Email, mails[0].pk, now=at) is not None
    server.answers = {}
    sweep(at + BEFORE_MESSAGE - timedelta(seconds=1))
    assert server.taken == []
    sweep(at + BEFORE_MESSAGE)
    assert states(mails) == ["sent", "sent"]
    extend_probe(died, now=at)  # the worker was only slow; its late call has no effect
    return_permit(died)
    assert current_outage() is None


def test_no_other_probe_starts_while_one_waits_for_its_response(server: MailServer) -> None:
    server.answers = {"greeting": "421 Too busy"}
    (email,) = several(1)
    send(email_id=email.pk, now=NOW)
    at = NOW + PROBE_PACE[0]
    permit = ask_permit(now=at)
    assert permit is not None
    extend_probe(permit, now=at)
    assert ask_permit(now=at + FOR_ANSWER - timedelta(seconds=1)) is None
    assert ask_permit(now=at + FOR_ANSWER) is not None


@pytest.mark.world
def test_setting_the_clock_back_does_not_delay_the_next_probe(server: MailServer) -> None:
    server.answers = {"greeting": "421 Too busy"}
    mails = several(2)
    send(email_id=mails[0].pk, now=NOW + timedelta(days=3))
    server.answers = {}
    assert send(email_id=mails[1].pk, now=NOW) is True


def test_the_recorded_outage_contains_no_address(server: MailServer) -> None:
    server.answers = {"rcpt": "421 <ada0@mail.example> has to wait"}
    (email,) = several(1)
    send(email_id=email.pk, now=NOW)
    found = current_outage()
    assert found is not None
    assert found.error == "421 … has to wait"


@pytest.mark.world
def test_an_invalid_address_does_not_end_the_outage(server: MailServer) -> None:
    server.answers = {"greeting": "421 Too busy"}
    (email,) = several(1)
    send(email_id=email.pk, now=NOW)
    wrong = queued(key="wrong", to=Correspondent(name="Ada", address="not an address"))
    send(email_id=wrong.pk, now=NOW + PROBE_PACE[0])
    assert state(wrong)[0] == "failed"
    assert current_outage() is not None


@pytest.mark.programs
def test_a_slow_response_does_not_send_the_mail_twice() -> None:
    # the limit per step is two seconds, and the response takes three
    with mail_server(timeout=2, answer_timeout=60) as server:
        thought = threading.Event()
        server.before_answer = partial(thought.wait, 3)
        (email,) = several(1)
        assert send(email_id=email.pk, now=NOW) is True
        assert (state(email), len(server.taken)) == (("sent", 1, ""), 1)


def test_timeouts_are_short_except_for_the_final_response(settings: Settings) -> None:
    assert (mail.STEP_SECONDS, mail.ANSWER_SECONDS) == (20, 600)
    assert timedelta(seconds=mail.ANSWER_SECONDS + mail.HAND_OVER_SECONDS) < FOR_ANSWER - BEFORE_MESSAGE


def test_no_other_worker_sends_a_mail_that_waits_for_its_response(server: MailServer) -> None:
    (email,) = several(1)
    claimed = outbox.claim(Email, email.pk, now=NOW)
    assert claimed is not None
    Email.objects.across_organisations().update(handed_over_at=NOW)
    sweep(NOW + timedelta(minutes=11))
    assert (state(email)[0], server.connections) == ("sending", 0)
    sweep(NOW + FOR_ANSWER)
    assert (state(email)[0], email.unanswered, server.connections) == ("queued", 1, 0)


@pytest.mark.world
def test_a_mail_without_a_response_is_sent_three_times_at_most_and_then_fails(
    server: MailServer,
) -> None:
    server.answers = {"message": None}
    (email,) = several(1)
    assert send(email_id=email.pk, now=NOW) is False
    assert (state(email)[0], email.not_before) == ("queued", NOW + UNANSWERED[0])
    sweep(NOW + UNANSWERED[0] - timedelta(seconds=1))
    assert len(server.taken) == 1
    sweep(NOW + UNANSWERED[0])
    sweep(NOW + UNANSWERED[0] + UNANSWERED[1])
    assert (state(email)[0], len(server.taken)) == ("failed", 3)
    assert email.last_error.endswith("It may have arrived.")
    assert len({message["Message-ID"] for message in server.taken}) == 1
    assert event_names() == ["email.failed"]
    sweep(NOW + timedelta(days=3))
    assert len(server.taken) == 3


def test_an_error_after_delivery_is_ignored(server: MailServer) -> None:
    server.answers = {"quit": "421 " + "x" * 9000}
    (email,) = several(1)
    send(email_id=email.pk, now=NOW)
    assert (state(email)[0], len(server.taken)) == ("sent", 1)


def test_a_mail_cancelled_during_the_connection_is_not_sent(server: MailServer) -> None:
    (email,) = several(1)
    claimed = outbox.claim(Email, email.pk, now=NOW)
    assert claimed is not None
    cancel(organisation=email.organisation, subject_ref=email.subject_ref, now=NOW)
    with pytest.raises(MailWithdrawn):
        _hand_over(claimed, SendPermit(probe=0), link=None, now=NOW)


def test_a_worker_that_lost_its_claim_does_not_send(server: MailServer) -> None:
    (email,) = several(1)
    slow = outbox.claim(Email, email.pk, now=NOW)
    assert slow is not None
    requeue_interrupted(now=NOW + BEFORE_MESSAGE)
    assert send(email_id=email.pk, now=NOW + BEFORE_MESSAGE) is True
    with pytest.raises(MailWithdrawn):
        _hand_over(slow, SendPermit(probe=0), link=None, now=NOW + BEFORE_MESSAGE)


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_a_slow_server_does_not_occupy_all_worker_threads(settings: Settings) -> None:
    settings.GOODWORD_WORKER_CONCURRENCY = 4
    go = threading.Event()
    with mail_server() as server:
        server.before_answer = partial(go.wait, 60)
        mails = several(3)

        def work(email_id: int) -> None:
            try:
                send_email.run(email_id=email_id)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(email.pk,)) for email in mails]
        for thread in threads:
            thread.start()
        threads[2].join(SLOT_WAIT + 30)
        alive = sum(thread.is_alive() for thread in threads)
        go.set()
        for thread in threads:
            thread.join()
        assert (alive, len(server.taken)) == (2, 2)
        assert sorted(states(mails)) == ["queued", "sent", "sent"]
        sweep_emails.run()
        assert len(server.taken) == 3
