"""A demo shared by all tests in this folder, since its first start plays the whole story."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.demo.programs import Demo, busy, free_ports, processes_of, refused, share_built, wait_for

OLD_MAIL = '{"number": 1}\n'


@dataclass(frozen=True, kw_only=True)
class FirstStart:
    """Observations of a first start, from an unfinished folder to Ctrl-C."""

    data: Path
    ports: dict[str, int]
    addresses: dict[str, Any]
    mails: list[dict[str, Any]]
    output: str
    beside: tuple[int, str]
    v1_status: int
    v3_status: int
    pinged: int
    status: int
    left: list[str]
    busy: list[str]


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirstStart]:
    """A demo on a folder in which an earlier story was interrupted."""
    data, ports = tmp_path_factory.mktemp("demo") / "data", free_ports()
    leave_unfinished(data)
    share_built(data)
    demo = Demo(data, ports)
    try:
        wait_for(lambda: "Starting" in demo.output, otherwise=lambda: demo.output)
        beside = refused(data, free_ports())
        addresses = demo.addresses()
        yield FirstStart(
            data=data,
            ports=ports,
            addresses=addresses,
            mails=mails_of(addresses),
            v1_status=_asks_v1(addresses["sandbox"]),
            v3_status=_asks_v3(addresses["sandbox"]),
            pinged=_pings(addresses["webhook"]),
            beside=beside,
            status=demo.interrupt(),
            left=processes_of(data),
            busy=busy(ports),
            output=demo.output,
        )
    finally:
        demo.end()


def leave_unfinished(data: Path) -> None:
    """Files of a demo interrupted during its story."""
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "data").write_text("no cluster at all")
    (data / "sandbox.json").write_text("half a")
    (data / "mailbox.jsonl").write_text(OLD_MAIL)
    (data / "demo.json").write_text("{}")
    (data / "demo-begun").touch()


def mails_of(addresses: dict[str, Any]) -> list[dict[str, Any]]:
    """All mails in the demo's mailbox."""
    found: list[dict[str, Any]] = (
        httpx2.get(f"{addresses['mailbox']['url']}/messages.json").raise_for_status().json()
    )
    return found


def _asks_v1(sandbox: dict[str, Any]) -> int:
    return httpx2.get(f"{sandbox['v1_base']}/candidates", auth=(sandbox["v1_key"], "")).status_code


def _asks_v3(sandbox: dict[str, Any]) -> int:
    credential = (sandbox["v3"]["client_id"], sandbox["v3"]["client_secret"])
    token = httpx2.post(
        sandbox["token_url"], auth=credential, data={"grant_type": "client_credentials"}
    ).json()
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    return httpx2.get(f"{sandbox['v3_base']}/candidates", headers=bearer).status_code


def _pings(webhook: dict[str, Any]) -> int:
    """Send a ping, signed as Greenhouse documents it."""
    import hashlib
    import hmac

    body = b'{"action": "ping", "payload": {}}'
    digest = hmac.new(webhook["secret_key"].encode(), body, hashlib.sha256).hexdigest()
    headers = {"Signature": f"sha256 {digest}", "Content-Type": "application/json"}
    return httpx2.post(webhook["endpoint_url"], content=body, headers=headers).status_code
