"""The command `greenhouse-sandbox`."""

import errno
import os
import signal
import socket
import ssl
import sys
import uuid
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from greenhouse_sandbox.app import create_app
from greenhouse_sandbox.context import Sandbox
from greenhouse_sandbox.credentials import CLIENT_ID_SUFFIX, create_api_key, create_oauth_client, digest
from greenhouse_sandbox.permissions import categories
from greenhouse_sandbox.reading import is_web_address
from greenhouse_sandbox.server import Server
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.state_file import StateError
from greenhouse_sandbox.store.store import CHOICES, checked_switches
from greenhouse_sandbox.store.webhooks import EVENTS, PENDING, PING, Delivery, Webhook
from greenhouse_sandbox.tls import TlsError, default_directory, server_context
from greenhouse_sandbox.webhooks.delivery import body_text
from greenhouse_sandbox.webhooks.payloads import ping_payload

EXAMPLES = """\
examples:
  greenhouse-sandbox
      the demo world on http://127.0.0.1:8100, in memory
  greenhouse-sandbox --state sandbox.json
      the same, kept between runs
  greenhouse-sandbox --world 100000 --seed 7
      100,000 applications, the same ones each time
  greenhouse-sandbox --api-key secret-v1 --client-id me.harvest-v3.greenhouse --client-secret secret-v3
      fixed credentials for tests, with every permission
  greenhouse-sandbox --webhook-url http://127.0.0.1:9000/hook --webhook-secret s3cret
      a web hook for every event, each with a ping at the start
  greenhouse-sandbox --tls
      https, with a certificate authority of its own whose file is printed

try it:
  curl -u secret-v1: http://127.0.0.1:8100/v1/jobs
  curl -X POST http://127.0.0.1:8100/_sandbox/act -H 'Content-Type: application/json' \\
       -d '{"act": "move", "candidate": "candidate1@people.example", "stage": "Assessment"}'
"""
GIVEN = "From the command line"
USAGE_ERROR = 2


class Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Report an invalid argument in one line, without the usage."""
        _give_up(f"{message} (see --help).")


def parser() -> ArgumentParser:
    made = Parser(
        prog="greenhouse-sandbox",
        description="A sandbox that behaves like Greenhouse Recruiting: Harvest v1 and v3, web hooks, screens.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    where = made.add_argument_group("address")
    where.add_argument(
        "--port", type=_port, default=8100, help="TCP port, 0 for any free one (default: %(default)s)"
    )
    where.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    where.add_argument("--tls", action="store_true", help="serve https; prints which CA file to trust")
    where.add_argument(
        "--tls-ca-dir", type=Path, metavar="DIR", help="folder of the certificate authority (implies --tls)"
    )
    where.add_argument(
        "--tls-name",
        action="append",
        default=[],
        metavar="NAME",
        help="another host name or address for the certificate (repeatable; implies --tls)",
    )
    where.add_argument(
        "--open-control",
        action="store_true",
        help="let other machines use screens and control plane, which have no login",
    )
    what = made.add_argument_group("data")
    what.add_argument(
        "--world",
        type=_world,
        default="demo",
        metavar="WORLD",
        help="demo, empty, or a number of applications (default: %(default)s)",
    )
    what.add_argument(
        "--seed", type=int, default=0, metavar="N", help="which world of that size (default: %(default)s)"
    )
    what.add_argument("--state", type=Path, metavar="FILE", help="keep everything in this file between runs")
    keys = made.add_argument_group("credentials with every permission")
    keys.add_argument("--api-key", metavar="KEY", help="a Harvest v1 key")
    keys.add_argument(
        "--client-id", metavar="ID", help="a Harvest v3 client; ends with .harvest-v3.greenhouse"
    )
    keys.add_argument("--client-secret", metavar="SECRET", help="its secret")
    hooks = made.add_argument_group("web hooks")
    hooks.add_argument("--webhook-url", metavar="URL", help="where events are sent")
    hooks.add_argument("--webhook-secret", metavar="SECRET", help="the secret key that signs them")
    hooks.add_argument(
        "--webhook-actions",
        type=lambda text: [one.strip() for one in text.split(",") if one.strip()],
        default=[],
        metavar="A,B",
        help="which events (default: all)",
    )
    hooks.add_argument(
        "--webhook-ca", type=Path, metavar="FILE", help="also trust this authority when sending to https"
    )
    manner = made.add_argument_group("behaviour")
    manner.add_argument(
        "--switch",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a switch, such as v1=410 (repeatable; see /sandbox/switches)",
    )
    manner.add_argument("--no-limits", action="store_true", help="no rate limits")
    return made


def _port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65535:
        return int(text)
    raise ArgumentTypeError(f"must be a port from 0 to 65535, not {text!r}")


def _world(text: str) -> str:
    if text in {"demo", "empty"} or (text.isdecimal() and 0 < int(text) <= 5_000_000):
        return text
    raise ArgumentTypeError(f"must be demo, empty or a number of applications, not {text!r}")


def give_api_key(store: Store, key: str, now: datetime) -> None:
    """Create this key with every permission. Idempotent."""
    known = store.api_keys.by("key_hash", digest(key))
    row = known[0] if known else None
    if row is None:
        row, _ = create_api_key(store, description=GIVEN, partner="", actor_id=store.acting_user_id, now=now)
    row.key_hash, row.hint, row.revoked = digest(key), f"…{key[-4:]}", False
    row.permissions = _all("v1")
    store.api_keys.changed(row, now)


def give_oauth_client(store: Store, client_id: str, secret: str, now: datetime) -> None:
    """Create this client with every scope, or set its secret. Raises ValueError if the token endpoint would reject the
    id."""
    if not client_id.endswith(CLIENT_ID_SUFFIX):
        raise ValueError(f"A client id ends with {CLIENT_ID_SUFFIX}.")
    known = store.oauth_clients.by("client_id", client_id)
    row = known[0] if known else None
    if row is None:
        row, _ = create_oauth_client(
            store, description=GIVEN, partner="", actor_id=store.acting_user_id, now=now
        )
    row.client_id, row.secret_hash, row.hint = client_id, digest(secret), f"…{secret[-4:]}"
    row.scopes, row.revoked = _all("v3"), False
    store.oauth_clients.changed(row, now)


def make_webhooks(store: Store, url: str, secret: str, actions: list[str], now: datetime) -> int:
    """Create a webhook for each action, by default all, with a ping. Returns how many are new. Raises ValueError for an
    unknown action."""
    unknown = [one for one in actions if one not in EVENTS]
    if unknown:
        raise ValueError(f"There is no web hook for {', '.join(unknown)}. Known: {', '.join(EVENTS)}.")
    there = {(hook.action, hook.endpoint_url, hook.secret_key) for hook in store.webhooks.rising()}
    wanted = [one for one in actions or EVENTS if (one, url, secret) not in there]
    for action in wanted:
        hook = store.webhooks.insert(
            Webhook(
                id=store.webhooks.new_id(),
                created_at=now,
                updated_at=now,
                name=EVENTS[action],
                action=action,
                endpoint_url=url,
                secret_key=secret,
                active=True,
            )
        )
        store.deliveries.insert(
            Delivery(
                id=store.deliveries.new_id(),
                created_at=now,
                updated_at=now,
                webhook_id=hook.id,
                event_id=str(uuid.uuid4()),
                action=PING,
                body=body_text(PING, ping_payload(hook)),
                state=PENDING,
                next_attempt_at=now,
            )
        )
    return len(wanted)


def read_switch(text: str) -> dict[str, Any]:
    """Parse `name=value`. Raises ValueError with a message for an unknown switch or value."""
    name, equals, written = text.partition("=")
    if not equals:
        raise ValueError(f"A switch is written name=value, not {text!r}.")
    value: Any = int(written) if written.isdecimal() else written
    for choice in CHOICES.get(name, ()):
        if str(choice).lower() == written.lower():
            value = choice
    return checked_switches({name: value})


def _all(version: str) -> list[str]:
    return [member.key for members in categories(version).values() for member in members]


def main(arguments: list[str] | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM. If it can't start, exits with status 2 and a message in one line."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    options = parser().parse_args(arguments)
    try:
        # Listen first: having the port also reserves the state file.
        listener = socket.create_server(
            (options.host, options.port),
            family=socket.AF_INET6 if ":" in options.host else socket.AF_INET,
            backlog=128,
        )
    except OSError as error:
        _give_up(f"The sandbox cannot listen on {options.host}:{options.port}: {_reason(error)}.")
    app: Sandbox | None = None
    try:
        tls, trust = _tls(options)
        url = _address(options.host, listener.getsockname()[1], tls=tls is not None)
        app = create_app(
            state_file=options.state,
            world=options.world,
            random=options.seed,
            base_url=url,
            open_control=options.open_control,
            webhook_ca=options.webhook_ca,
        )
        app.names = frozenset(name.lower() for name in (options.host, *options.tls_name))
        _give(app, options)
    except (StateError, TlsError, ValueError, OSError) as error:
        listener.close()
        _give_up(str(error))
    except SystemExit:
        listener.close()
        raise
    server = Server(listener, app, tls)
    for line in _banner(app, options, url, trust):
        print(line, flush=True)
    try:
        server.serve_forever(poll_interval=0.1)
    except SystemExit:
        pass
    finally:
        server.server_close()
        app.close()


def _tls(options: Namespace) -> tuple[ssl.SSLContext | None, str | None]:
    """Return the TLS context and the file to trust, if `--tls` is given."""
    if not options.tls and not options.tls_ca_dir and not options.tls_name:
        return None, None
    names = [options.host, socket.gethostname(), *options.tls_name]
    context, trust = server_context(options.tls_ca_dir or default_directory(), names)
    return context, str(trust)


def _give(app: Sandbox, options: Namespace) -> None:
    """Set up what the command line asks for: credentials, webhooks and switches."""
    store = app.store
    with store.lock:
        now = store.clock.now()
        for text in options.switch:
            store.switches.update(read_switch(text))
        if options.no_limits:
            store.switches.update(v1_rate_limit=0, v3_rate_limit=0, token_rate_limit=0)
        if options.api_key:
            give_api_key(store, options.api_key, now)
        if bool(options.client_id) != bool(options.client_secret):
            raise ValueError("--client-id and --client-secret go together.")
        if options.client_id:
            give_oauth_client(store, options.client_id, options.client_secret, now)
        if bool(options.webhook_url) != bool(options.webhook_secret):
            raise ValueError("--webhook-url and --webhook-secret go together.")
        if options.webhook_actions and not options.webhook_url:
            raise ValueError("--webhook-actions needs --webhook-url and --webhook-secret.")
        if options.webhook_url and not is_web_address(options.webhook_url):
            raise ValueError(
                f"--webhook-url takes http:// or https:// and a host, not {options.webhook_url!r}."
            )
        if options.webhook_url:
            make_webhooks(store, options.webhook_url, options.webhook_secret, options.webhook_actions, now)
    app.changed()


def _banner(app: Sandbox, options: Namespace, url: str, trust: str | None) -> list[str]:
    addresses = f"Harvest {url}/v3 and {url}/v1, tokens {url}/token, control {url}/_sandbox"
    lines = [f"Sandbox, not Greenhouse: {url} ({addresses})"]
    if trust:
        lines.append(f"TLS: trust the certificate authority in {trust}")
    if options.webhook_url:
        hooks = [
            webhook for webhook in app.store.webhooks.rising() if webhook.endpoint_url == options.webhook_url
        ]
        lines.append(f"Web hooks: {len(hooks)} to {options.webhook_url}")
    if options.open_control:
        lines.append("Screens and control plane are open to every machine that reaches this one.")
    return lines


def _reason(error: OSError) -> str:
    """The system's error message, without the address that Python adds."""
    if error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    if isinstance(error, socket.gaierror):
        return str(error.args[1]).partition(" (")[0]
    return str(error)


def _address(host: str, port: int, *, tls: bool) -> str:
    """The URL of the sandbox for a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  (compared, not bound)
    if ":" in shown and not shown.startswith("["):
        shown = f"[{shown}]"
    return f"{'https' if tls else 'http'}://{shown}:{port}"


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _give_up(sentence: str) -> NoReturn:
    print(f"greenhouse-sandbox: {sentence}", file=sys.stderr)
    raise SystemExit(USAGE_ERROR)


if __name__ == "__main__":
    main()
