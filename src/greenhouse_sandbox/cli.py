"""The command `greenhouse-sandbox`."""

import argparse
import errno
import os
import signal
import socket
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

import waitress
from waitress import wasyncore

from greenhouse_sandbox.app import create_app
from greenhouse_sandbox.seed import WORLDS
from greenhouse_sandbox.store.persistence import StateError

THREADS = 16
USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> None:
    """Serve the sandbox until Ctrl-C or SIGTERM. Exits with 2 and one line if it cannot start."""
    options = _parser().parse_args(arguments)
    try:
        # Listening comes first: whoever has the port has the state file.
        listener = socket.create_server((options.host, options.port))
    except (OSError, OverflowError) as error:
        _give_up(f"The sandbox cannot listen on {options.host}:{options.port}: {_reason(error)}.")
    url = _address(options.host, listener.getsockname()[1])
    try:
        app = create_app(state_file=options.state, world=options.seed, base_url=url)
    except StateError as error:
        listener.close()
        _give_up(str(error))
    connections: dict[int, object] = {}
    server = waitress.create_server(app, map=connections, sockets=[listener], threads=THREADS, ident=None)
    signal.signal(signal.SIGTERM, _stop)
    print(f"Sandbox, not Greenhouse: {url} (Harvest {url}/v3 and {url}/v1, tokens {url}/token)", flush=True)
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        # The server's own close leaves open the connections that clients keep alive.
        wasyncore.close_all(connections, ignore_all=True)
        app.close()


def _reason(error: OSError | OverflowError) -> str:
    """What the system says, without the address that Python adds."""
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return str(error)


def _address(host: str, port: int) -> str:
    """Where a browser on this machine finds the sandbox."""
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104  (compared, not bound)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="greenhouse-sandbox",
        description="A sandbox that behaves like Greenhouse Recruiting: Harvest v1 and v3, web hooks, screens.",
    )
    parser.add_argument("--port", type=int, required=True, help="TCP port to listen on (0: any free one)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help="keep everything in this file between runs"
    )
    parser.add_argument(
        "--seed", choices=WORLDS, default="demo", help="what a new world contains (default: %(default)s)"
    )
    return parser


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _give_up(sentence: str) -> NoReturn:
    print(f"greenhouse-sandbox: {sentence}", file=sys.stderr)
    raise SystemExit(USAGE_ERROR)


if __name__ == "__main__":
    main()
