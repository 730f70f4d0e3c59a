"""The command `greenhouse-sandbox`."""

import errno
import os
import signal
import socket
import ssl
import sys
from argparse import Namespace
from types import FrameType
from typing import NoReturn

from greenhouse_sandbox.app import create_app
from greenhouse_sandbox.context import Sandbox
from greenhouse_sandbox.options import parser
from greenhouse_sandbox.server import Server
from greenhouse_sandbox.start import give_api_key, give_oauth_client, make_webhooks, read_switch
from greenhouse_sandbox.store.persistence import StateError
from greenhouse_sandbox.tls import TlsError, default_directory, server_context

USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> None:
    """Serve the sandbox until Ctrl-C or SIGTERM. Exits with 2 and one line if it cannot start."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    options = parser().parse_args(arguments)
    try:
        # Listen first: holding the port also reserves the state file.
        listener = socket.create_server(
            (options.host, options.port),
            family=socket.AF_INET6 if ":" in options.host else socket.AF_INET,
            backlog=128,
        )
    except (OSError, OverflowError) as error:
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
    """The TLS context and the file to trust, if TLS is asked for."""
    if not options.tls and not options.tls_ca_dir and not options.tls_name:
        return None, None
    names = [options.host, socket.gethostname(), *options.tls_name]
    context, trust = server_context(options.tls_ca_dir or default_directory(), names)
    return context, str(trust)


def _give(app: Sandbox, options: Namespace) -> None:
    """Credentials, web hooks and switches of the command line."""
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
        if options.webhook_url:
            make_webhooks(store, options.webhook_url, options.webhook_secret, options.webhook_actions, now)
    app.changed()


def _banner(app: Sandbox, options: Namespace, url: str, trust: str | None) -> list[str]:
    addresses = f"Harvest {url}/v3 and {url}/v1, tokens {url}/token, control {url}/_sandbox"
    lines = [f"Sandbox, not Greenhouse: {url} ({addresses})"]
    if trust:
        lines.append(f"TLS: trust the certificate authority in {trust}")
    if options.webhook_url:
        hooks = [one for one in app.store.webhooks.rising() if one.endpoint_url == options.webhook_url]
        lines.append(f"Web hooks: {len(hooks)} to {options.webhook_url}")
    if options.open_control:
        lines.append("Screens and control plane are open to every machine that reaches this one.")
    return lines


def _reason(error: OSError | OverflowError) -> str:
    """What the system says, without the address that Python adds."""
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return str(error)


def _address(host: str, port: int, *, tls: bool) -> str:
    """Where a browser on this machine finds the sandbox."""
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
