"""The web server: waitress, several processes on one socket.

waitress reads whole requests in its one asynchronous thread before a worker thread sees them, so that slow
senders hold none of our threads; it closes them after a while, and refuses bodies that are too large with 413.
"""

import os
import signal
import socket
import sys
import time
from types import FrameType

from goodword.core.supervise import PortInUse

THREADS = 8
SLOW_SENDER_SECONDS = 30


def serve(*, host: str = "127.0.0.1", port: int | None = None, processes: int = 1) -> int:
    """Serve until a signal. With several processes this one holds the socket and watches over the others."""
    chosen = port or int(os.environ.get("GOODWORD_PORT") or 8000)
    listening = bind(host, chosen)
    if processes <= 1:
        _run(listening)
        return 0
    return _watch(listening, processes)


def bind(host: str, port: int) -> socket.socket:
    """A bound socket. Raises PortInUse with what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise PortInUse(port) from error
    listening.listen(1024)
    return listening


def _run(listening: socket.socket) -> None:
    import waitress
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()

    signal.signal(signal.SIGTERM, _leave)
    behind_proxies: dict[str, object] = {}
    if count := settings.GOODWORD_TRUSTED_PROXIES:
        behind_proxies = {
            "trusted_proxy": "*",
            "trusted_proxy_count": count,
            "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto x-forwarded-host",
        }
    waitress.serve(
        application,
        sockets=[listening],
        threads=THREADS,
        channel_timeout=SLOW_SENDER_SECONDS,
        cleanup_interval=5,
        connection_limit=1000,
        max_request_body_size=settings.GOODWORD_MAX_BODY,
        ident="Goodword",
        clear_untrusted_proxy_headers=True,
        **behind_proxies,
    )


def _watch(listening: socket.socket, processes: int) -> int:
    children: set[int] = set()
    signal.signal(signal.SIGTERM, _leave)
    try:
        while True:
            while len(children) < processes:
                children.add(_child(listening))
            pid, _ = os.wait()
            children.discard(pid)
            time.sleep(0.5)  # a process that dies at once is not started in a tight loop
    except (SystemExit, KeyboardInterrupt):
        return 0
    finally:
        for pid in children:
            os.kill(pid, signal.SIGTERM)
        for pid in children:
            os.waitpid(pid, 0)


def _child(listening: socket.socket) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        _run(listening)
    except (SystemExit, KeyboardInterrupt):
        pass
    finally:
        os._exit(0)
    raise AssertionError("a child never comes here")


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
    sys.exit(0)
