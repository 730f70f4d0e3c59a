"""A mail server with injected failures. It records every message it accepts."""

import asyncio
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from weakref import WeakKeyDictionary

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
#: start of the subject -> kind of mail
KINDS = (
    ("Your assessment for", "assessment invitation"),
    ("Reminder: your assessment for", "assessment reminder"),
    ("Your references for", "check invitation"),
    ("Reminder: your references for", "check reminder"),
    ("A reference for", "reference request"),
    ("Reminder: a reference for", "reference reminder"),
)
#: failures with their weights while the server is "bad"
WAYS = {
    "none": 6,
    "refused recipient for now": 1,
    "refused sender for now": 1,
    "mail server error": 1,
    "temporary refusal of the message": 1,
    "closing": 1,
    "cut before the message": 1,
    "cut within the message": 1,
    "cut after the message": 2,
    "slow before the message": 1,
    "slow after the message": 2,
    "hangs": 1,
}


@dataclass(kw_only=True)
class Letter:
    """An accepted message. `began` and `taken` are monotonic times."""

    organisation: str
    to: str
    kind: str
    subject: str
    message_id: str
    text: str
    links: list[str]
    began: float
    taken: float
    #: whether the reply reached the sender
    answered: bool


@dataclass
class Talk:
    """One SMTP transaction and the failure chosen for it."""

    way: str
    began: float


@dataclass
class Handler:
    chance: random.Random
    letters: list[Letter] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    #: whether failures are on
    bad: bool = False
    #: the next message is answered slowly
    slow_next: bool = False
    failures: Counter[str] = field(default_factory=Counter)
    talks: "WeakKeyDictionary[Session, Talk]" = field(default_factory=WeakKeyDictionary)

    def _way(self) -> str:
        if self.slow_next:
            self.slow_next = False
            return "slow after the message"
        if not self.bad:
            return "none"
        way = self.chance.choices(list(WAYS), list(WAYS.values()))[0]
        if way != "none":
            self.failures[way] += 1
        return way

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        way = self._way()
        self.talks[session] = Talk(way, time.monotonic())
        if way == "hangs":
            await asyncio.sleep(25)
        if way == "closing":
            self._cut(server)
            return "421 4.3.2 Closing"
        if way == "refused sender for now":
            return "451 4.7.1 Not now"
        if way == "mail server error":
            return "554 5.7.1 No mail from you today"
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        talk = self.talks[session]
        if talk.way == "refused recipient for now":
            return "450 4.2.1 Greylisted"
        if talk.way == "cut before the message":
            self._cut(server)
            return "250 OK"
        if talk.way == "slow before the message":
            await asyncio.sleep(2)
        talk.began = time.monotonic()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        talk = self.talks[session]
        way = talk.way
        if way == "cut within the message":
            self._cut(server)
            return "451 4.3.0 Lost"
        if way == "temporary refusal of the message":
            return "451 4.3.0 Try again"
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else bytes(content or b"")
        letters = [_read(raw, to=to, began=talk.began) for to in envelope.rcpt_tos]
        with self.lock:
            self.letters += letters
        if way == "slow after the message":
            await asyncio.sleep(3)
        if way == "cut after the message":
            self._cut(server)
            return "250 OK"
        for letter in letters:
            letter.answered = server.transport is not None and not server.transport.is_closing()
        return "250 OK"

    @staticmethod
    def _cut(server: SMTP) -> None:
        if isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()


def _read(raw: bytes, *, to: str, began: float) -> Letter:
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    part = parsed.get_body(preferencelist=("plain",))
    text = str(part.get_content()) if part is not None else ""
    subject = str(parsed["Subject"] or "")
    found = re.search(r"\(([^()]+)\)", str(parsed["From"] or ""))
    return Letter(
        organisation=found[1] if found else "",
        to=to,
        kind=next((kind for start, kind in KINDS if subject.startswith(start)), "other"),
        subject=subject,
        message_id=str(parsed["Message-ID"] or "").strip(),
        text=text,
        links=list(dict.fromkeys(_LINK.findall(text))),
        began=began,
        taken=time.monotonic(),
        answered=False,
    )


class MailServer:
    def __init__(self, *, seed: int, address: str, port: int) -> None:
        self.address, self.port = address, port
        self.handler = Handler(random.Random(f"mail {seed}"))
        self._controller: Controller | None = None

    @property
    def failures(self) -> Counter[str]:
        return self.handler.failures

    def up(self) -> None:
        if self._controller is None:
            self._controller = Controller(
                self.handler, hostname=self.address, port=self.port, ready_timeout=60
            )
            self._controller.start()

    def down(self) -> None:
        """Refuse connections."""
        controller, self._controller = self._controller, None
        if controller is not None:
            controller.stop()

    def be_bad(self, bad: bool) -> None:
        self.handler.bad = bad

    def slow_next(self) -> None:
        self.handler.slow_next = True

    def letters(self) -> list[Letter]:
        with self.handler.lock:
            return list(self.handler.letters)
