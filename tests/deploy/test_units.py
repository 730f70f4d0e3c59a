"""The systemd units in deploy/, checked by `systemd-analyze`."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from goodword.cli import _parser
from goodword.core.supervise import goodword
from tests.architecture.source import ROOT

UNITS = sorted((ROOT / "deploy").glob("*.service"))
SOCKET = ROOT / "deploy/goodword-web.socket"
each = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)


def installed(unit: Path, folder: Path) -> Path:
    """The unit with the path of this installation's program."""
    program, *_ = goodword()
    assert "/opt/goodword/bin/goodword" in unit.read_text()
    shutil.copy(SOCKET, folder)
    for path in UNITS:
        (folder / path.name).write_text(path.read_text().replace("/opt/goodword/bin/goodword", program))
    return folder / unit.name


@pytest.mark.proxy
@each
def test_systemd_accepts_the_unit(unit: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", str(installed(unit, tmp_path)), str(tmp_path / SOCKET.name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in done.stderr.splitlines() if unit.name in line] == []
    assert done.returncode == 0


@pytest.mark.proxy
@each
def test_systemd_finds_the_unit_hardened(unit: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(installed(unit, tmp_path))],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found is not None
    assert float(found[1]) <= 2.0


@each
def test_its_command_exists_and_it_always_restarts(unit: Path) -> None:
    lines = unit.read_text().splitlines()
    [command] = [line.partition("=")[2] for line in lines if line.startswith("ExecStart=")]
    program, *arguments = shlex.split(command)
    assert program == "/opt/goodword/bin/goodword"
    assert _parser().parse_args(arguments)
    for line in (
        "Restart=always",
        "Type=notify",
        "NotifyAccess=all",
        "WatchdogSec=60",
        "StartLimitIntervalSec=0",
    ):
        assert line in lines


def test_the_sockets_address_is_the_one_of_the_proxies() -> None:
    [address] = re.findall(r"^ListenStream=(.+)$", SOCKET.read_text(), re.MULTILINE)
    assert f"server {address};" in (ROOT / "deploy/nginx.conf").read_text()
    assert f"{{$GOODWORD_UPSTREAM:{address}}}" in (ROOT / "deploy/Caddyfile").read_text()
