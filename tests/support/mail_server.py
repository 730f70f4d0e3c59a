"""A mail server over real sockets, with failures chosen by the test."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from django.test import override_settings

#: the server's reply at each step; None: it hangs up
Answers = dict[str, str | None]


class MailServer:
    """Speaks plain SMTP, one thread per connection.

    `answers` by step: "greeting", "ehlo", "auth", "mail", "rcpt", "data" (the command), "message" (its end).
    `before_answer` runs when a whole message has arrived, before it is answered.
    """

    def __init__(self) -> None:
        self.answers: Answers = {}
        self.taken: list[EmailMessage] = []
        self.connections = 0
        self.before_answer: Callable[[], object] = lambda: None
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def stop(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._socket.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            thread.start()
            self._threads.append(thread)

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as lines:
            try:
                self._talk(lines)
            except (OSError, ValueError):
                return

    def _talk(self, lines: Any) -> None:
        if not self._say(lines, "greeting", "220 mail.test"):
            return
        while line := lines.readline():
            command = line[:4].decode().strip().lower()
            if command == "ehlo":
                told = self._say(lines, "ehlo", "250-mail.test\r\n250 AUTH PLAIN")
            elif command == "quit":
                self._say(lines, "quit", "221 Bye")
                return
            elif command == "data":
                told = self._say(lines, "data", "354 Go on")
                if told and self.answers.get("data") is None:
                    told = self._take(lines)
            else:
                told = self._say(lines, command, "235 OK" if command == "auth" else "250 OK")
            if not told:
                return

    def _take(self, lines: Any) -> bool:
        content = b""
        while (line := lines.readline()) != b".\r\n":
            if not line:
                return False
            content += line
        self.before_answer()
        answer = self.answers.get("message", "250 OK")
        if answer is None or answer.startswith("2"):
            message = message_from_bytes(content, policy=default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
        return self._say(lines, "message", "250 OK")

    def _say(self, lines: Any, step: str, otherwise: str) -> bool:
        answer = self.answers.get(step, otherwise)
        if answer is None:
            return False
        lines.write(answer.encode() + b"\r\n")
        lines.flush()
        return not answer.startswith("421")

    def to(self) -> list[str]:
        """Recipients of the accepted messages, in order."""
        return [message["To"].addresses[0].addr_spec for message in self.taken]


@contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    """A running mail server, set as the one to send through; `options` are those of core.mail, such as timeouts."""
    server = MailServer()
    mailer = {
        "BACKEND": "goodword.core.mail.EmailBackend",
        "OPTIONS": {"host": "127.0.0.1", "port": server.port, "timeout": 20} | options,
    }
    try:
        with override_settings(MAILERS={"default": mailer}):
            yield server
    finally:
        server.stop()
