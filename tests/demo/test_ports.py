"""The demo's ports."""

from importlib.util import find_spec

import pytest

from goodword.cli import main
from goodword.core.environment import SettingError
from goodword.demo.world import Ports
from tests.demo.programs import free_ports


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, port in free_ports().items():
        monkeypatch.setenv(name, str(port))
    return monkeypatch


@pytest.mark.parametrize("value", ["0", "65536", "-1"])
def test_invalid_ports_are_refused(named: pytest.MonkeyPatch, value: str) -> None:
    named.setenv("SANDBOX_PORT", value)
    with pytest.raises(SettingError) as refused:
        Ports.named()
    assert str(refused.value) == f"SANDBOX_PORT must be a port number, from 1 to 65535, not {value!r}."


def test_two_programs_on_one_port_are_refused(named: pytest.MonkeyPatch) -> None:
    port = Ports.named().goodword
    named.setenv("MAILBOX_PORT", str(port))
    with pytest.raises(SettingError) as refused:
        Ports.named().refuse_busy()
    assert str(refused.value) == f"GOODWORD_PORT and MAILBOX_PORT are both {port}. Choose different ports."


def test_missing_packages_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("goodword.cli.find_spec", lambda name: None if name == "flask" else find_spec(name))
    assert main(["demo"]) == 2
    assert capsys.readouterr().err == (
        "goodword: the demo needs flask. Install it with the extra: goodword[demo].\n"
    )
