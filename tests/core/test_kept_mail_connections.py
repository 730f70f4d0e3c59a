"""A worker keeps its connection to the mail server between messages, and opens another if it has become stale."""

from collections.abc import Iterator

import pytest
from django.core.mail import EmailMessage

from goodword.core import mail
from goodword.core.mail import Fault, FaultScope, connection_kept
from tests.support.mail_server import Answers, MailServer, mail_server


class Once(Answers):
    """Gives each answer once."""

    def get(self, step: str, otherwise: str | None = None) -> str | None:  # type: ignore[override]  # a simpler signature
        return self.pop(step, otherwise)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        running.answers = Once()
        yield running


def send(handed: list[str], to: str) -> None:
    message = EmailMessage("Hello", "Text", "people@goodword.example", [to])
    message.hand_over = lambda: handed.append(to)  # type: ignore[attr-defined]  # set by sending
    message.send()


def test_messages_share_a_connection_while_it_is_kept(server: MailServer) -> None:
    handed: list[str] = []
    with connection_kept() as close:
        send(handed, "a@mail.example")
        send(handed, "b@mail.example")
        assert server.connections == 1
        close()
        send(handed, "c@mail.example")
    send(handed, "d@mail.example")
    assert server.connections == 3
    assert server.to() == handed == [f"{name}@mail.example" for name in "abcd"]


@pytest.mark.parametrize(
    "stale", [{"rset": None}, {"rset": "421 Idle"}, {"mail": "421 Too many"}, {"mail": None}]
)
def test_a_stale_connection_is_replaced_before_the_message_is_handed_over(
    server: MailServer, stale: Answers
) -> None:
    handed: list[str] = []
    with connection_kept():
        send(handed, "a@mail.example")
        server.answers.update(stale)
        send(handed, "b@mail.example")
        assert not server.answers
    assert (server.connections, server.to(), handed) == (
        2,
        ["a@mail.example", "b@mail.example"],
        ["a@mail.example", "b@mail.example"],
    )


def test_an_old_connection_is_not_used_again(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "KEPT_SECONDS", -1.0)
    with connection_kept():
        send([], "a@mail.example")
        send([], "b@mail.example")
    assert server.connections == 2


def test_a_message_without_an_answer_is_not_sent_again(server: MailServer) -> None:
    handed: list[str] = []
    with connection_kept():
        send(handed, "a@mail.example")
        server.answers = {"message": None}
        with pytest.raises(Fault) as raised:
            send(handed, "b@mail.example")
        server.answers = {}
        assert raised.value.scope is FaultScope.UNKNOWN
        send(handed, "c@mail.example")
    assert handed == ["a@mail.example", "b@mail.example", "c@mail.example"]
    assert server.connections == 2


def test_a_refused_recipient_leaves_the_connection_for_the_next(server: MailServer) -> None:
    with connection_kept():
        server.answers["rcpt"] = "550 No such user"
        with pytest.raises(Fault) as raised:
            send([], "a@mail.example")
        assert (raised.value.scope, raised.value.permanent) == (FaultScope.MAIL, True)
        send([], "b@mail.example")
    assert (server.connections, server.to()) == (1, ["b@mail.example"])
