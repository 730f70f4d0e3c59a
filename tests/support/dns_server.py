"""A small local DNS server: answers TXT and MX queries over UDP from a dictionary."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

#: instead of texts: report a failed lookup, don't answer, answer nonsense
SERVFAIL, SILENT, GARBAGE = "SERVFAIL", "SILENT", "GARBAGE"
Zone = Mapping[str, str | list[str]]


@contextmanager
def dns_server(zone: Zone) -> Iterator[tuple[str, int]]:
    """Yields address and port. `zone`: name -> TXT records, or "name MX" -> MX records, or one of the constants; other
    names don't exist."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(60)
        thread = threading.Thread(target=_serve, args=(sock, zone), daemon=True)
        thread.start()
        try:
            yield sock.getsockname()
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
                stop.sendto(b"", sock.getsockname())
            thread.join(timeout=10)


def _serve(sock: socket.socket, zone: Zone) -> None:
    while True:
        wire, sender = sock.recvfrom(4096)
        if not wire:
            return
        answer = _answer(wire, zone)
        if answer:
            sock.sendto(answer, sender)


def _answer(wire: bytes, zone: Zone) -> bytes:
    query = dns.message.from_wire(wire)
    name = query.question[0].name
    kind = dns.rdatatype.to_text(query.question[0].rdtype)
    asked = name.to_text(omit_final_dot=True).casefold()
    wanted = zone.get(asked if kind == "TXT" else f"{asked} {kind}")
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA
    if wanted == SILENT:
        return b""
    if wanted == GARBAGE:
        return wire[:2] + b"\xff" * 9
    if wanted == SERVFAIL:
        response.set_rcode(dns.rcode.SERVFAIL)
    elif wanted is None:
        response.set_rcode(dns.rcode.NXDOMAIN)
    elif wanted:
        quoted = [" ".join(f'"{piece}"' for piece in _pieces(text)) for text in wanted]
        response.answer.append(
            dns.rrset.from_text(name, 60, "IN", kind, *(quoted if kind == "TXT" else wanted))
        )
    return response.to_wire()


def _pieces(text: str) -> list[str]:
    """Split a text into strings of at most 255 characters, as TXT records require."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return [escaped[start : start + 200] for start in range(0, len(escaped), 200)]
