"""Sends signed deliveries over keep-alive connections, each as soon as the previous one is answered.

`bench.intake` runs it as a separate process, so it doesn't compete with the server for the interpreter. The null server
(`--null`) shows the maximum rate of the sender.
"""

import argparse
import hashlib
import hmac
import json
import random
import secrets
import select
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: number of different bodies; event ids are never repeated
BODIES = 2_000
#: like the published example of a stage change
BODY_BYTES = 5_154
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,-"


def stage_change(number: int) -> bytes:
    """A stage change of a separate application, padded with random text, which doesn't compress."""
    body: dict[str, Any] = {
        "action": "candidate_stage_change",
        "payload": {
            "application": {
                "id": 1_000_000 + number,
                "status": "active",
                "jobs": [{"id": 149_995, "name": "Analyst"}],
                "current_stage": {"id": 71_416, "name": "Assessment"},
                "candidate": {
                    "id": 2_000_000 + number,
                    "first_name": "Giuseppe",
                    "recruiter": {"id": 92_120, "email": "ada@example.com", "name": "Ada Lacey"},
                },
            }
        },
    }
    attributes = [{"name": f"custom_{place}", "value": ""} for place in range(20)]
    body["payload"]["application"]["custom_fields"] = attributes
    left = BODY_BYTES - len(json.dumps(body))
    for attribute in attributes:
        attribute["value"] = "".join(random.choices(_LETTERS, k=left // len(attributes)))
    return json.dumps(body).encode()


@dataclass
class Line:
    """A connection and its pending request."""

    socket: socket.socket
    event_id: str = ""
    began: float = 0.0
    received: bytes = b""


class Sender:
    def __init__(self, *, port: int, path: str, key: str, connections: int) -> None:
        self.port, self.connections = port, connections
        run = secrets.token_hex(6)
        self._ids = (f"{run}-{number}" for number in range(10**9))
        self._requests = []
        for number in range(BODIES):
            body = stage_change(number)
            digest = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
            head = (
                f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nUser-Agent: Greenhouse-Webhook\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nSignature: sha256 {digest}\r\n"
                "Greenhouse-Event-ID: "
            )
            self._requests.append((head.encode(), b"\r\n\r\n" + body))
        self.seconds: list[float] = []
        self.statuses: dict[str, int] = {}
        self.acknowledged: list[str] = []
        #: requests whose connection broke before the response
        self.broken = 0

    def run(self, seconds: float, *, patient: bool) -> float:
        """Send for this long. `patient`: reconnect when the server goes away. Returns the time taken."""
        poll = select.epoll()
        lines: dict[int, Line] = {}
        began = time.perf_counter()
        until = began + seconds
        while (now := time.perf_counter()) < until or lines:
            while now < until and len(lines) < self.connections:
                try:
                    line = Line(socket.create_connection(("127.0.0.1", self.port)))
                    line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    poll.register(line.socket, select.EPOLLIN)
                    lines[line.socket.fileno()] = line
                    self._send(line)
                except OSError:
                    if not patient:
                        raise
                    time.sleep(0.05)
                    break
            for number, _ in poll.poll(0.2):
                line = lines[number]
                try:
                    if not self._receive(line):
                        continue
                    if time.perf_counter() < until:
                        self._send(line)
                        continue
                except OSError:
                    self.broken += 1
                poll.unregister(number)
                del lines[number]
                line.socket.close()
            if now > until + 60:
                self.broken += len(lines)
                break
        return time.perf_counter() - began

    def _send(self, line: Line) -> None:
        line.event_id = next(self._ids)
        head, rest = self._requests[int(line.event_id.rpartition("-")[2]) % BODIES]
        line.received, line.began = b"", time.perf_counter()
        line.socket.sendall(head + line.event_id.encode() + rest)

    def _receive(self, line: Line) -> bool:
        """Whether the response is complete. Raises OSError if the connection must be closed."""
        if not (data := line.socket.recv(65536)):
            raise ConnectionError
        line.received += data
        head, end, body = line.received.partition(b"\r\n\r\n")
        if not end:
            return False
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if len(body) < int(length):
            return False
        self.seconds.append(time.perf_counter() - line.began)
        status = head[9:12].decode()
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status == "200":
            self.acknowledged.append(line.event_id)
        if b"connection: close" in head.lower():
            raise ConnectionResetError
        return True


def serve_null() -> None:
    """Answer each request and do nothing else. Prints the port."""
    server = socket.create_server(("127.0.0.1", 0))
    print(server.getsockname()[1], flush=True)
    poll = select.epoll()
    poll.register(server, select.EPOLLIN)
    lines: dict[int, tuple[socket.socket, bytearray]] = {}
    while True:
        for number, _ in poll.poll():
            if number == server.fileno():
                line = server.accept()[0]
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                lines[line.fileno()] = (line, bytearray())
                poll.register(line, select.EPOLLIN)
                continue
            line, arrived = lines[number]
            try:
                data = line.recv(65536)
            except ConnectionError:
                data = b""
            arrived += data
            if not data:
                poll.unregister(number)
                lines.pop(number)[0].close()
                continue
            head, end, body = bytes(arrived).partition(b"\r\n\r\n")
            length = head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]
            if end and len(body) >= int(length):
                arrived.clear()
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nReceived.")


def main() -> None:
    """Send, and print the measurements as JSON."""
    parser = argparse.ArgumentParser(description="Signed deliveries on keep-alive connections.")
    parser.add_argument("--null", action="store_true", help="answer instead of sending")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--path", default="/")
    parser.add_argument("--key", default="")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument(
        "--acknowledged", type=Path, help="write the ids of the events that were answered by 200"
    )
    parser.add_argument("--patient", action="store_true", help="connect again when the server goes away")
    options = parser.parse_args()
    if options.null:
        serve_null()
    sender = Sender(port=options.port, path=options.path, key=options.key, connections=options.connections)
    used = time.process_time()
    took = sender.run(options.seconds, patient=options.patient)
    used = time.process_time() - used
    if options.acknowledged:
        options.acknowledged.write_text("\n".join(sender.acknowledged))
    ordered = sorted(sender.seconds)
    at = [1000 * ordered[int(share * (len(ordered) - 1))] if ordered else 0.0 for share in (0.5, 0.99, 1.0)]
    json.dump(
        {
            "answers": len(ordered),
            "statuses": sender.statuses,
            "acknowledged": len(sender.acknowledged),
            "broken": sender.broken,
            "seconds": took,
            "milliseconds": at,
            "processor": used,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
