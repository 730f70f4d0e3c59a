"""The demo's mailbox."""

import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from goodword.demo.mailbox import MailboxHandler, Store, create_app
from tests.support.ports import free_port


def test_the_mailbox_accepts_all_mail_except_to_one_domain() -> None:
    store = Store()
    port = free_port()
    server = Controller(MailboxHandler(store), hostname="127.0.0.1", port=port, ready_timeout=60)
    server.start()
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
            client.send_message(message("maria@globex.example"))
            with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
                client.send_message(message("nobody@Bounces.example"))
    finally:
        server.stop()
    assert [mail.to for mail in store.all()] == ["maria@globex.example"]
    assert refused.value.recipients["nobody@Bounces.example"][0] == 550
    assert "bounces.example is rejected" in create_app(store).test_client().get("/").get_data(as_text=True)


def test_a_message_half_written_when_the_mailbox_was_killed_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "mails.jsonl"
    raw = message("maria@globex.example").as_bytes()
    for kept in (0, 1):
        Store(path).add(raw, recipients=["maria@globex.example"], received_at="2026-11-02T09:00:00Z")
        with path.open("a") as file:
            file.write('{"number": 9, "to": "jon')
        assert [mail.number for mail in Store(path).all()] == list(range(1, kept + 2))


def message(to: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "people@goodword.example", to, "Hello"
    made.set_content("Hello")
    return made
