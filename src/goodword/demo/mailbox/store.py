"""Mails as they came, kept in memory and, if a file is named, on disk."""

import json
import re
import threading
from dataclasses import asdict, dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

_LINK = re.compile(r"https?://[^\s<>\"')\]]+")


@dataclass(frozen=True, kw_only=True)
class Message:
    """One mail. `to` is the envelope's recipient; `links` are those of the text part, in order."""

    number: int
    to: str
    sender: str
    reply_to: str
    subject: str
    text: str
    html: str
    links: list[str]
    received_at: str

    def public(self) -> dict[str, object]:
        """The form of /messages.json."""
        values = asdict(self)
        values["from"] = values.pop("sender")
        return values


class Store:
    """All mails, in the order of arrival."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._messages: list[Message] = []
        if path and path.exists():
            lines = path.read_text(encoding="utf-8").splitlines()
            self._messages = [Message(**json.loads(line)) for line in lines if line]

    def add(self, raw: bytes, *, recipients: list[str], received_at: str) -> None:
        """Take a mail, one message a recipient."""
        parsed = message_from_bytes(raw, policy=policy.default)
        text, html = _part(parsed, "plain"), _part(parsed, "html")
        with self._lock:
            for recipient in recipients:
                message = Message(
                    number=len(self._messages) + 1,
                    to=recipient,
                    sender=str(parsed["From"] or ""),
                    reply_to=str(parsed["Reply-To"] or ""),
                    subject=str(parsed["Subject"] or ""),
                    text=text,
                    html=html,
                    links=list(dict.fromkeys(_LINK.findall(text))),
                    received_at=received_at,
                )
                self._messages.append(message)
                if self._path:
                    with self._path.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(asdict(message)) + "\n")

    def all(self) -> list[Message]:
        """Every mail so far, the oldest first."""
        with self._lock:
            return list(self._messages)

    def get(self, number: int) -> Message | None:
        """The mail of this number."""
        return next((message for message in self.all() if message.number == number), None)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
