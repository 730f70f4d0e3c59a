"""Private networks are refused, by address and by name, and certificates are checked."""

import ipaddress
import socket
from pathlib import Path

import httpx2
import pytest

from goodword.greenhouse.client import (
    AddressRefused,
    RetryPolicy,
    Unavailable,
    V1Credentials,
    V3Credentials,
    build,
)
from goodword.greenhouse.client.transport import PrivateAddressError, PublicOnly, is_public
from tests.contract import wires
from tests.contract.moments import Moments


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("64:ff9b::808:808", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("192.88.99.1", False),
        ("::ffff:192.88.99.1", False),
        ("64:ff9b::192.88.99.1", False),
        ("192.88.98.1", True),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("ff0e::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        # IPv4-compatible (RFC 4291, 2.5.5.1, deprecated) and IPv4-translated (RFC 2765)
        ("::127.0.0.1", False),
        ("::8.8.8.8", False),
        ("::ffff:0:127.0.0.1", False),
        ("::ffff:0:8.8.8.8", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        # NAT64: the well-known prefix (RFC 6052), and the one for local use (RFC 8215)
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b::169.254.169.254", False),
        ("64:ff9b:1::8.8.8.8", False),
        # 6to4 (RFC 3056)
        ("2002:808:808::1", False),
        ("2002:a00:1::1", False),
        ("2002:c0a8:101::1", False),
        ("2002:a9fe:a9fe::1", False),
        # Teredo (RFC 4380)
        ("2001:0:808:808::80ff:fffe", False),
        ("2001:0:808:808::f7f7:f7f7", False),
        # ISATAP (RFC 5214)
        ("2606:4700::5efe:10.0.0.1", False),
        ("2606:4700::200:5efe:8.8.8.8", True),
        # site-local, SRv6 (RFC 9602), discard-only, documentation, unallocated
        ("fec0::1", False),
        ("5f00::1", False),
        ("100::1", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("4000::1", False),
        ("fe80::1%lo", False),
        # IPv4: benchmarking, documentation, reserved, protocol assignments
        ("198.18.0.1", False),
        ("203.0.113.1", False),
        ("240.0.0.1", False),
        ("192.0.0.1", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"),
        *("[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:0:127.0.0.1]", "[fec0::1]", "[5f00::1]"),
    ],
)
def test_private_addresses_are_refused_before_anything_is_sent(host: str, time: Moments) -> None:
    with wires.serving(wires.answers()) as wire:
        api = build(
            V1Credentials("key"),
            base_url=f"https://{host}:{wire.port}/v1",
            clock=time.now,
            sleep=time.sleep,
        )
        with pytest.raises(AddressRefused) as caught:
            list(api.users())
        assert wire.requests == []
    assert caught.value.outcome_unknown is False
    assert time.waits == []
    assert caught.value.sentence == (
        "The address is in a private network, which this installation does not allow."
    )


def test_a_name_is_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when checked, private when called."""
    answers = iter(["8.8.8.8", "127.0.0.1"])

    def resolver(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    called: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        called.append(request.url.host)
        return httpx2.Response(200)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    transport = PublicOnly(httpx2.MockTransport(answer))
    asked = httpx2.Request("GET", "https://harvest.example/")
    assert transport.handle_request(asked).status_code == 200
    with pytest.raises(PrivateAddressError):
        transport.handle_request(asked)
    assert called == ["8.8.8.8"]


def test_a_name_with_any_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resolver(host: str, port: int, **_: object) -> list[object]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", port)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with pytest.raises(PrivateAddressError):
        PublicOnly(httpx2.HTTPTransport()).handle_request(httpx2.Request("GET", "https://harvest.example/"))


def test_the_checked_address_is_used_with_the_original_host_and_sni(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        tried.append(request)
        if len(tried) == 1:
            raise httpx2.ConnectError("the first address is down")
        return httpx2.Response(200)

    def resolver(host: str, port: int, **_: object) -> list[object]:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2606:4700::1111", port, 0, 0)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    asked = httpx2.Request("POST", "https://harvest.example/v3/notes?x=%7C", content=b"body")
    assert PublicOnly(httpx2.MockTransport(answer)).handle_request(asked).status_code == 200
    assert [str(one.url) for one in tried] == [
        "https://[2606:4700::1111]/v3/notes?x=%7C",
        "https://8.8.8.8/v3/notes?x=%7C",
    ]
    for one in tried:
        assert one.headers["Host"] == "harvest.example"
        assert one.extensions["sni_hostname"] == "harvest.example"
        assert one.read() == b"body"


def test_an_untrusted_certificate_is_refused(time: Moments, tmp_path: Path) -> None:
    with wires.serving(wires.answers(), certificate=wires.self_signed(tmp_path)) as wire:
        api = wire.api(time, base_url=f"https://127.0.0.1:{wire.port}/v1")
        with pytest.raises(Unavailable) as caught:
            list(api.users())
        assert wire.requests == []
    assert caught.value.detail == "The server's certificate could not be trusted."
    assert caught.value.outcome_unknown is False


def test_ssl_cert_file_is_honoured(time: Moments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = wires.self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with wires.serving(wires.answers(), certificate=certificate) as wire:
        api = wire.api(time, base_url=f"https://127.0.0.1:{wire.port}/v1")
        assert list(api.users()) == []


@pytest.mark.parametrize(
    "address",
    [
        "http://harvest.greenhouse.io/v3",
        "harvest.greenhouse.io/v3",
        "https://user:pass@harvest.greenhouse.io/v3",
        "https://harvest.greenhouse.io/v3?x=1",
        "ftp://harvest.greenhouse.io/v3",
        "https://",
        "https://harvest.greenhouse.io:port/v3",
        "",
    ],
)
def test_invalid_base_urls_are_rejected(address: str, time: Moments) -> None:
    with pytest.raises(ValueError, match="address"):
        build(V1Credentials("key"), base_url=address, clock=time.now)
    with pytest.raises(ValueError, match="address"):
        build(
            V3Credentials("id", "secret"),
            base_url="https://harvest.greenhouse.io/v3",
            token_url=address,
            clock=time.now,
            retry=RetryPolicy(attempts=1),
        )
