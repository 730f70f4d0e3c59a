"""The systemd units in deploy/, checked by `systemd-analyze`."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from goodword.cli import _parser
from goodword.core.supervise import goodword
from tests.architecture.source import ROOT

UNITS = sorted((ROOT / "deploy").glob("*.service"))
each = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)


def installed(unit: Path, folder: Path) -> Path:
    """The unit with the path of this installation's program."""
    program, *_ = goodword()
    text = unit.read_text()
    assert "/opt/goodword/bin/goodword" in text
    copy = folder / unit.name
    copy.write_text(text.replace("/opt/goodword/bin/goodword", program))
    return copy


@pytest.mark.proxy
@each
def test_systemd_accepts_the_unit(unit: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", str(installed(unit, tmp_path))],
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
def test_its_command_exists_and_it_is_restarted_always(unit: Path) -> None:
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
