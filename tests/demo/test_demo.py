"""`goodword demo`: files, output, shutdown, second start."""

import time
from pathlib import Path

import pytest

from goodword.demo.run import STARTING
from tests.demo.conftest import FirstStart, mails_of
from tests.demo.programs import Demo, busy, free_ports, processes_of, refused

#: the first test of this file waits for the whole story
pytestmark = [pytest.mark.world, pytest.mark.timeout(400), pytest.mark.world]


def test_demo_json_has_the_documented_form(first_start: FirstStart) -> None:
    found, ports = first_start.addresses, first_start.ports
    goodword, sandbox = (
        f"http://localhost:{ports['GOODWORD_PORT']}",
        f"http://127.0.0.1:{ports['SANDBOX_PORT']}",
    )
    assert found == {
        "goodword": {
            "url": goodword,
            "email": "ann@northwind.example",
            "password": (first_start.data / "admin-password").read_text(),
        },
        "sandbox": {
            "url": sandbox,
            "token_url": f"{sandbox}/token",
            "v1_base": f"{sandbox}/v1",
            "v3_base": f"{sandbox}/v3",
            "v1_key": found["sandbox"]["v1_key"],
            "v3": {
                "client_id": found["sandbox"]["v3"]["client_id"],
                "client_secret": found["sandbox"]["v3"]["client_secret"],
            },
        },
        "mailbox": {
            "url": f"http://127.0.0.1:{ports['MAILBOX_PORT']}",
            "smtp_port": ports["MAILBOX_SMTP_PORT"],
        },
        "webhook": {
            "endpoint_url": found["webhook"]["endpoint_url"],
            "secret_key": found["webhook"]["secret_key"],
        },
    }
    assert (first_start.data / "demo.json").stat().st_mode & 0o777 == 0o600


def test_credentials_and_webhook_in_demo_json_work(first_start: FirstStart) -> None:
    assert (first_start.v1_status, first_start.v3_status, first_start.pinged) == (200, 200, 200)


def test_the_terminal_shows_each_step_and_the_addresses(first_start: FirstStart) -> None:
    output = first_start.output
    assert [number for number in range(1, 9) if f"\n{number}/8  " not in output] == []
    goodword = first_start.addresses["goodword"]
    wanted = [
        goodword["url"],
        goodword["email"],
        goodword["password"],
        first_start.addresses["mailbox"]["url"],
    ]
    assert [word for word in wanted if word not in output] == []


def test_the_mailbox_gives_every_mail_as_json(first_start: FirstStart) -> None:
    mails = first_start.mails
    assert {tuple(sorted(mail)) for mail in mails} == {
        ("from", "html", "links", "number", "received_at", "reply_to", "subject", "text", "to")
    }
    assert [mail["number"] for mail in mails] == list(range(1, len(mails) + 1))
    assert [mail["subject"] for mail in mails if not (mail["text"] and mail["html"])] == []
    first = mails[0]
    assert (first["to"], first["from"]) == (
        "ada@mail.example",
        '"Jonas Lindqvist (Northwind)" <people@northwind.example>',
    )
    assert [link.startswith(f"{first_start.addresses['goodword']['url']}/p/") for link in first["links"]] == [
        True
    ]


def test_a_second_demo_on_the_same_folder_is_refused(first_start: FirstStart) -> None:
    assert first_start.beside == (
        2,
        (
            f"goodword: A demo is already running on {first_start.data}. Stop it first (Ctrl-C), "
            "or set GOODWORD_DATA to another folder.\n"
        ),
    )


def test_ctrl_c_stops_all_programs(first_start: FirstStart) -> None:
    assert (first_start.status, first_start.left, first_start.busy) == (0, [], [])
    assert "Traceback" not in first_start.output


def test_a_second_start_keeps_the_data_and_skips_the_story(first_start: FirstStart) -> None:
    ports = free_ports()
    began = time.monotonic()
    demo = Demo(first_start.data, ports)
    try:
        addresses = demo.addresses()
        took = time.monotonic() - began
        # the daily mail depends on the time of day
        again, before = (
            [mail for mail in mails if not mail["subject"].startswith("Today:")]
            for mails in (mails_of(addresses), first_start.mails)
        )
        assert again == before
        same = ("v1_key", "v3")
        assert {name: addresses["sandbox"][name] for name in same} == {
            name: first_start.addresses["sandbox"][name] for name in same
        }
        assert addresses["goodword"]["password"] == first_start.addresses["goodword"]["password"]
        assert addresses["webhook"]["secret_key"] == first_start.addresses["webhook"]["secret_key"]
        assert "1/8" not in demo.output
        busy_port = refused(first_start.data.parent / "other", ports)
        demo.process.send_signal(2)
        time.sleep(0.3)
        assert demo.interrupt() == 0  # pressed twice by an impatient user
    finally:
        demo.end()
    assert (processes_of(first_start.data), busy(ports)) == ([], [])
    port = ports["GOODWORD_PORT"]
    assert busy_port == (
        2,
        (
            f"{STARTING}\ngoodword: Port {port} is in use. Stop what uses it, or choose another, as in "
            f"GOODWORD_PORT={port + 1}.\n"
        ),
    )
    assert took < 120


def test_the_data_of_an_installation_is_not_touched(tmp_path: Path) -> None:
    kept = tmp_path / "postgres" / "data" / "PG_VERSION"
    kept.parent.mkdir(parents=True)
    kept.write_text("18\n")
    assert refused(tmp_path, free_ports()) == (
        2,
        (
            f"goodword: {tmp_path} contains the data of an installation, not of a demo. "
            "Set GOODWORD_DATA to another folder.\n"
        ),
    )
    assert kept.read_text() == "18\n"
