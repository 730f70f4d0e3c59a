"""The demo's mailbox: SMTP server and web page. `python -m goodword.demo.mailbox --port 8025 --smtp-port 8026`"""

import argparse
import json
import re
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import waitress
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask, Response, abort, jsonify, render_template

#: mail to this domain is rejected, to demonstrate wrong addresses
REJECTED_DOMAIN = "bounces.example"
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")


@dataclass(frozen=True, kw_only=True)
class Message:
    """`to`: the envelope's recipient. `links`: those in the text part, in order."""

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
        values = asdict(self)
        values["from"] = values.pop("sender")
        return values


class Store:
    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._messages: list[Message] = []
        if path and path.exists():
            stored, _, unfinished = path.read_text(encoding="utf-8").rpartition("\n")
            if unfinished:  # the mailbox was killed while it wrote this line
                path.write_text(f"{stored}\n" if stored else "", encoding="utf-8")
            self._messages = [Message(**json.loads(line)) for line in stored.split("\n") if line]

    def add(self, raw: bytes, *, recipients: list[str], received_at: str) -> None:
        """Store one message per recipient."""
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
        with self._lock:
            return list(self._messages)

    def get(self, number: int) -> Message | None:
        return next((message for message in self.all() if message.number == number), None)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


class MailboxHandler:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002 - as above
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        if address.rpartition("@")[2].lower() == REJECTED_DOMAIN:
            return f"550 5.1.1 No such user at {REJECTED_DOMAIN}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's name
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else bytes(content or b"")
        # real time, since the mailbox is a separate program without access to Goodword's clock
        self.store.add(
            raw,
            recipients=envelope.rcpt_tos,
            received_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )
        return "250 OK"


def create_app(store: Store) -> Flask:
    app = Flask(__name__, template_folder="mailbox_templates", static_folder=None)

    @app.template_filter()
    def moment(received_at: str) -> str:
        return datetime.fromisoformat(received_at).strftime("%a %-d %b, %H:%M UTC")

    @app.get("/")
    def index() -> str:
        return render_template("index.html", messages=list(reversed(store.all())))

    @app.get("/messages.json")
    def messages() -> Response:
        return jsonify([message.public() for message in store.all()])

    @app.get("/<int:number>/")
    def show(number: int) -> str:
        message = store.get(number)
        if message is None:
            abort(404, "No such mail.")
        return render_template("message.html", message=message)

    @app.get("/<int:number>/html")
    def html(number: int) -> Response:
        message = store.get(number)
        if message is None:
            abort(404, "No such mail.")
        response = Response(message.html, mimetype="text/html")
        # as in a mail program: styles, no scripts, links open outside the frame
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups "
            "allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
        )
        return response

    return app


def main() -> None:
    parser = argparse.ArgumentParser(prog="mailbox", description="A mailbox for the demo.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8025)
    parser.add_argument("--smtp-port", type=int, default=8026)
    parser.add_argument("--state", type=Path)
    options = parser.parse_args()
    store = Store(options.state)
    smtp = Controller(MailboxHandler(store), hostname=options.host, port=options.smtp_port, ready_timeout=20)
    smtp.start()
    try:
        waitress.serve(create_app(store), host=options.host, port=options.port, threads=4, _quiet=True)
    finally:
        smtp.stop()


if __name__ == "__main__":
    main()
