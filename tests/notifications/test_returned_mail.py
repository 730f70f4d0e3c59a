"""Bounce messages: parsing, matching to a mail, and rejecting forgeries."""

import io
import os
import subprocess
import sys
import time
from email import message_from_bytes
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.core import mail
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from goodword.cli import main
from goodword.core import installation
from goodword.core.addresses import Correspondent
from goodword.notifications import returned_mail
from goodword.notifications.domain.bounces import (
    Returned,
    _cut,
    mark_of,
    marked_in,
    read_returned,
    return_address_of,
)
from goodword.notifications.domain.queue import send_again
from goodword.notifications.domain.send import send
from goodword.notifications.models import Email
from tests.notifications import returned_messages as messages
from tests.notifications.mails import NOW, queued, state
from tests.notifications.returned_messages import take_returned
from tests.support.jobs import event_names

pytestmark = pytest.mark.django_db


@pytest.fixture
def email() -> Email:
    """A sent mail."""
    made = queued(to=Correspondent(name="Maria", address="maria@globex.example"))
    send(email_id=made.pk, now=NOW)
    made.refresh_from_db()
    return made


def kept(email: Email) -> tuple[bool, str, bool]:
    email.refresh_from_db()
    return email.bounced_at is not None, email.bounce_reason, email.complained_at is not None


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (lambda email: messages.report(email, code="550 5.1.1 No such user"), "550 5.1.1 No such user"),
        (lambda email: messages.report(email, status="5.4.4"), "5.4.4"),
        (lambda email: messages.report(email, status="4.4.7", code="timed out"), "timed out"),
        (messages.exim_report, "550 5.7.1 Recipient rejected"),
        (messages.qmail_report, "Remote host said: 554 5.4.14 Hop count exceeded"),
    ],
)
def test_a_permanent_bounce_is_stored_with_its_reason(email: Email, write: Any, reason: str) -> None:
    raw = write(email)
    expected = Returned(email_id=email.pk, outcome="bounced", address="maria@globex.example", reason=reason)
    assert take_returned(raw, now=NOW) == expected
    assert kept(email) == (True, reason, False)
    take_returned(raw, now=NOW)
    assert event_names() == ["email.sent", "email.bounced"]


@pytest.mark.matrix
@pytest.mark.parametrize(
    "write", [messages.report, messages.whole_report, messages.exim_report, messages.qmail_report]
)
def test_a_late_bounce_of_an_old_address_does_not_concern_the_mail_to_the_new_one(
    email: Email, write: Any
) -> None:
    late = write(email).replace(b"\n", b"\r\n")
    assert send_again(email_id=email.pk, to_address="maria@new.example", member=None, now=NOW, arrived=True)
    take_returned(late, now=NOW)
    assert (state(email)[0], kept(email)) == ("queued", (False, "", False))
    send(email_id=email.pk, now=NOW)
    take_returned(late, now=NOW)
    assert (state(email)[0], kept(email)) == ("sent", (False, "", False))
    take_returned(write(email), now=NOW)
    assert kept(email)[0]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("write", "outcome"),
    [
        (lambda email: messages.report(email, action="delayed", status="4.4.1"), "delayed"),
        (lambda email: messages.report(email, action="relayed", status="2.1.5"), "nothing"),
        (messages.away, "nothing"),
    ],
)
def test_delays_and_automatic_replies_change_nothing(email: Email, write: Any, outcome: str) -> None:
    assert take_returned(write(email), now=NOW) == Returned(email_id=email.pk, outcome=outcome)  # type: ignore[arg-type]
    assert (kept(email), event_names()) == ((False, "", False), ["email.sent"])


def test_a_complaint_is_stored(email: Email) -> None:
    assert take_returned(messages.complaint(email), now=NOW).outcome == "complained"
    assert kept(email) == (False, "", True)
    assert event_names() == ["email.sent", "email.complained"]


def test_a_bounce_is_matched_by_its_return_address(email: Email, settings: Settings) -> None:
    settings.GOODWORD_RETURN_ADDRESS = "bounce@goodword.example"
    address = return_address_of(email.pk)
    email.message_id = "<rewritten@mx.example>"  # some servers replace it
    assert read_returned(messages.report(email, to=address)).email_id == email.pk
    assert read_returned(messages.report(email)).email_id is None
    assert read_returned(messages.report(email), sent_to=address.upper()).email_id == email.pk


@pytest.mark.matrix
@pytest.mark.parametrize("forged", ["{pk}", "{pk}.aaaaaaaaaaaaaaaa", "{other}", "{pk}.", "{pk}.{short}"])
def test_a_forged_tag_matches_no_mail(email: Email, forged: str) -> None:
    tag = mark_of(email.pk).partition(".")[2]
    mark = forged.format(pk=email.pk, other=f"{email.pk + 1}.{tag}", short=tag[:-1])
    email.message_id = f"<goodword-{mark}@localhost>"
    raw = messages.report(email, to=f"bounce+{mark}@goodword.example")
    assert take_returned(raw, now=NOW) == Returned(email_id=None, outcome="nothing")
    assert kept(email)[0] is False


def test_a_tag_made_with_an_older_key_still_matches(email: Email, settings: Settings) -> None:
    old = email.message_id
    settings.GOODWORD_FIELD_KEYS = {"k2": b"2" * 32} | settings.GOODWORD_FIELD_KEYS
    assert mark_of(email.pk) not in old
    assert marked_in(old) == marked_in(f"<goodword-{mark_of(email.pk)}@x.example>") == email.pk


def test_a_bounce_of_an_erased_mail_is_ignored(email: Email) -> None:
    raw, number = messages.report(email), email.pk
    email.delete()
    assert take_returned(raw, now=NOW).email_id == number
    assert event_names() == ["email.sent"]


def test_a_bounced_mail_is_not_retried_but_can_be_sent_again(email: Email) -> None:
    Email.objects.across_organisations().filter(pk=email.pk).update(state="queued", unanswered=1)
    take_returned(messages.report(email), now=NOW)
    email.refresh_from_db()
    assert email.state == "failed"
    assert send_again(email_id=email.pk, to_address="new@mail.example", member=None, now=NOW)


def test_the_return_address_is_used_only_in_the_envelope(settings: Settings) -> None:
    settings.GOODWORD_RETURN_ADDRESS = "bounce@goodword.example"
    email = queued(sender=Correspondent(name="Rita", address="rita@acme.example"))
    send(email_id=email.pk, now=NOW)
    (message,) = mail.outbox
    assert message.from_email == f"bounce+{mark_of(email.pk)}@goodword.example"
    assert message.message()["From"] == '"Rita (Acme)" <people@goodword.example>'


@pytest.mark.slow
@given(st.binary(max_size=600))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_bytes_can_be_parsed(email: Email, noise: bytes) -> None:
    whole = messages.report(email)
    for raw in (noise, whole[:200] + noise + whole[200:], whole[: len(noise)], whole + noise):
        read_returned(raw, sent_to=f"bounce+{mark_of(email.pk)}@x.example")


@pytest.mark.matrix
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Content-Type: multipart/report; report-type=delivery-status\n\nno parts",
        b'Content-Type: multipart/mixed; boundary=""\n\n--\n\n----\n',
        b"Content-Type: message/delivery-status\n\n",
        b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n????",
        b"Content-Type: text/plain; charset=nonsense\nTo: =?nonsense?q?=FF?=\n\n\xff\xfe",
        b"To: \xff\xfe@x.example\n\n\x00",
    ],
)
def test_malformed_messages_match_no_mail(email: Email, raw: bytes) -> None:
    assert read_returned(raw).email_id is None
    read_returned(raw, sent_to=f"bounce+{mark_of(email.pk)}@x.example")


def nested(parts: int, kind: str = "multipart/mixed; boundary=b{n}") -> bytes:
    """Nested parts."""
    heads = (f"Content-Type: {kind.format(n=n)}\n\n" + f"--b{n}\n" * ("{n}" in kind) for n in range(parts))
    return ("Subject: Undelivered\n" + "".join(heads) + "\n550 5.1.1 No such user\n").encode()


HOSTILE = {
    "2,000 parts in parts": nested(2000),
    "2,000 messages in messages": nested(2000, "message/rfc822"),
    "2,000 folded": nested(2000).replace(b"Content-Type: ", b"CONTENT-TYPE:\n\t"),
    "2,000 after carriage returns": nested(2000).replace(b"\n", b"\r"),
    "2,000 digests": nested(2000, "multipart/digest; boundary=b{n}"),
    "2 MB of short lines": b"Subject: Undelivered\n\n" + b"a\n" * 1_000_000,
    "2 MB of empty lines": b"\n" * 2_000_000,
    "2 MB of carriage returns": b"x\r" * 1_000_000,
    "2 MB of headers": b"a: b\n" * 400_000,
    "2 MB in a line": b"Subject: x\n\n" + b"<a@" * 700_000,
    "2 MB of reports": b"Content-Type: message/delivery-status\n\n" + b"a: b\n\n" * 300_000,
    "2 MB of binary": bytes(range(256)) * 8000,
}


@pytest.mark.slow
@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_parsing_hostile_messages_takes_bounded_work(email: Email, raw: bytes) -> None:
    """Bytes, parts and function calls are counted; `bench/hostile.py` measures seconds."""
    parsed = _cut(raw)
    assert len(parsed) <= 256 * 1024
    assert sum(1 for _ in message_from_bytes(parsed).walk()) <= 10_000
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        found = read_returned(raw, sent_to=f"bounce+{mark_of(email.pk)}@x.example")
    finally:
        sys.setprofile(None)
    assert found.email_id == email.pk
    assert calls < 4_000_000


def test_the_beginning_of_a_large_message_is_parsed(email: Email) -> None:
    large = messages.report(email, code="550 gone") + b"x\n" * 1_000_000
    found = read_returned(large)
    assert (found.email_id, found.outcome, found.reason) == (email.pk, "bounced", "550 gone")


@pytest.mark.matrix
@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_the_command_accepts_any_message(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert command(raw, monkeypatch, "--sent-to", "-x@y.example") == 0


def test_a_message_that_takes_too_long_is_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(HOSTILE["2 MB of reports"], monkeypatch) == 0  # imports everything that reading needs
    monkeypatch.setattr(returned_mail, "MOST_SECONDS", 0.004)
    capsys.readouterr()
    assert command(HOSTILE["2 MB of reports"], monkeypatch) == 0
    assert capsys.readouterr().out == "This message cannot be read (TooLong).\n"


def test_a_timeout_inside_a_finaliser_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returned_mail, "MOST_SECONDS", 0.001)

    class Slow:
        def __del__(self) -> None:
            began = time.process_time()
            while time.process_time() < began + 0.02:
                pass

    with pytest.raises(returned_mail.TooLong), returned_mail._limited_time():
        slow = Slow()
        del slow
        while True:
            pass


def test_wrong_options_make_the_mail_server_keep_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    assert command(b"", monkeypatch, "--sent") == 75
    assert command(b"", monkeypatch, "surplus") == 75


def command(raw: bytes, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    return main(["returned-mail", *arguments])


def test_a_mail_server_pipes_messages_to_the_command(
    email: Email, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(messages.report(email, code="550 gone"), monkeypatch) == 0
    assert command(b"Subject: Hello\n\nI am a person.", monkeypatch, "--sent-to", "bounce@x.example") == 0
    assert capsys.readouterr().out == (
        f"Mail {email.pk}: bounced.\nThis message is not about a mail from Goodword.\n"
    )
    assert kept(email)[:2] == (True, "550 gone")


def test_a_copy_makes_the_mail_server_keep_the_message(email: Email, monkeypatch: pytest.MonkeyPatch) -> None:
    installation.set_mode(installation.Mode.MOVED)
    assert command(messages.report(email, code="550 gone"), monkeypatch) == 75
    assert not kept(email)[0]


@pytest.mark.world
def test_a_missing_database_makes_the_mail_server_keep_the_message(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "goodword.cli", "returned-mail"]
    environment = {"GOODWORD_ENV": "test", "GOODWORD_DATA": str(tmp_path / "data"), "PATH": "/usr/bin:/bin"}
    ended = subprocess.run(program, input=b"", env=environment, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 75


@pytest.mark.programs
def test_the_command_exits_with_0_even_if_its_output_is_closed(tmp_path: Path) -> None:
    """As a mail server may run it, with a closed pipe for output."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    ended = subprocess.run(
        [sys.executable, "-m", "goodword.cli", "returned-mail"],
        input=HOSTILE["2,000 parts in parts"],
        env={
            "GOODWORD_ENV": "test",
            "DATABASE_URL": "postgresql:///none",
            "GOODWORD_DATA": str(tmp_path),
            "PATH": "/usr/bin:/bin",
        },
        stdout=write_end,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write_end)
    assert ended.returncode == 0, ended.stderr.decode()
