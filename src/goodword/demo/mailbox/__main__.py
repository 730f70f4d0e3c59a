"""Run the mailbox: `python -m goodword.demo.mailbox --port 8025 --smtp-port 8026 [--state FILE]`."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

import waitress
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from goodword.demo.mailbox.store import Store
from goodword.demo.mailbox.web import create_app

#: mail to addresses there is refused, so that one can see what becomes of a wrong address
REFUSED = "bounces.example"


class Handler:
    """Takes whatever comes, but for addresses at REFUSED."""

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
        if address.rpartition("@")[2].lower() == REFUSED:
            return f"550 5.1.1 There is nobody of this name at {REFUSED}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's name
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else bytes(content or b"")
        # the mailbox is a program of its own: it stamps with the real time, whatever Goodword's clock says
        self.store.add(
            raw,
            recipients=envelope.rcpt_tos,
            received_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )
        return "250 OK"


def main() -> None:
    """Serve until a signal."""
    parser = argparse.ArgumentParser(prog="mailbox", description="A mailbox for the demo.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8025)
    parser.add_argument("--smtp-port", type=int, default=8026)
    parser.add_argument("--state", type=Path)
    options = parser.parse_args()
    store = Store(options.state)
    smtp = Controller(Handler(store), hostname=options.host, port=options.smtp_port)
    smtp.start()
    try:
        waitress.serve(create_app(store), host=options.host, port=options.port, threads=4, _quiet=True)
    finally:
        smtp.stop()


if __name__ == "__main__":
    main()
