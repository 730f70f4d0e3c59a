"""The commands, as an operator runs them, with the embedded PostgreSQL."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from goodword.core.supervise import goodword
from tests.support.database import copy_migrated

pytestmark = pytest.mark.programs


def run(data: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and what was printed, without the log."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"GOODWORD_ENV": "demo", "GOODWORD_DATA": str(data), "GOODWORD_LOG_LEVEL": "ERROR"}
    done = subprocess.run(
        goodword(*arguments),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        input="a long password",
    )
    return done.returncode, done.stdout + done.stderr


def test_a_backup_is_restored_for_looking_and_goes_live(tmp_path: Path) -> None:
    data, copy, file = tmp_path / "data", tmp_path / "copy", tmp_path / "one.goodword"
    copy_migrated(data)
    new = ("--organisation", "Acme", "--email", "ann@acme.example", "--name", "Ann", "--password-stdin")
    assert run(data, "createadmin", *new)[0] == 2  # nothing runs the embedded server
    status, said = run(data, "backup", str(file))
    assert (status, "GOODWORD_FIELD_KEYS is not in it" in said) == (0, True)
    assert run(data, "erasures", str(tmp_path / "erasures.jsonl")) == (
        0,
        f"{tmp_path}/erasures.jsonl: 0 erasures.\n",
    )
    head = json.loads((tmp_path / "erasures.jsonl").read_text().splitlines()[0])
    status, said = run(data, "restore", str(file))
    assert status == 2
    assert f"Stop `goodword up`, move {data / 'postgres'} away, and restore again." in said

    copy.mkdir()
    shutil.copy(data / "keys.json", copy)
    assert "It can be restored here." in run(copy, "restore", "--check", str(file))[1]
    status, said = run(copy, "restore", "--for-looking", str(file))
    assert (status, said.splitlines()[1:]) == (
        0,
        [
            "Erased again from erasures.jsonl: 0.",
            "This is a copy for looking: no mail, note or job goes out until `goodword go-live`.",
        ],
    )
    status, said = run(copy, "go-live")
    assert (status, said.partition(" are waiting.")[0]) == (1, "0 mails, 0 notes and 0 jobs")
    assert run(copy, "go-live", "--yes")[0] == 0
    assert run(copy, "go-live") == (0, "This database is in use already.\n")
    again = json.loads(run(copy, "erasures")[1].splitlines()[0])
    assert again == head
