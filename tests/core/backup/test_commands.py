"""The backup commands with the embedded PostgreSQL."""

import os
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from goodword.cli import main
from goodword.core import clock, installation
from goodword.core.backup import restore
from goodword.core.backup.programs import ConnectionParameters
from goodword.core.models import ErasureEntry
from goodword.core.supervise import goodword
from tests.core.backup.databases import empty_database
from tests.notifications.mails import queued
from tests.support.database import copy_migrated

pytestmark = pytest.mark.programs


def run(data: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and output, without the log."""
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


def test_the_embedded_database_is_restored_on_another_machine(tmp_path: Path) -> None:
    data, copy, file = tmp_path / "data", tmp_path / "copy", tmp_path / "one.goodword"
    copy_migrated(data)
    status, printed = run(data, "backup", str(file))
    assert (status, "GOODWORD_FIELD_KEYS is not in it" in printed) == (0, True)
    copy.mkdir()
    shutil.copy(data / "keys.json", copy)
    status, printed = run(copy, "restore", "--for-looking", "--no-erasures", str(file))
    assert (status, printed.splitlines()[1:]) == (
        0,
        [
            "People erased since that backup are back: erase them again.",
            "This copy is for inspection only: it sends no mail or notes and runs no jobs until `goodword go-live`.",
        ],
    )


@pytest.mark.django_db(transaction=True)
def test_the_embedded_database_moves_to_another_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    copy_migrated(data)
    with empty_database("server") as target:
        here = target.parameters
        url = f"postgresql://{here['user']}@/{here['dbname']}?host={here['host']}&port={here['port']}"
        status, printed = run(data, "move-to-server", url)
        assert (status, printed.partition(". ")[0]) == (0, f"Moved to {here['dbname']!r}")
        with psycopg.connect(url) as line:
            assert line.execute("SELECT mode FROM core_installation").fetchone() == ("",)
        assert len(list((data / "backups").iterdir())) == 1
        assert run(data, "move-to-server", url) == (
            2,
            f"goodword: this database was already moved to {here['dbname']!r}. Set DATABASE_URL to that one.\n",
        )
        assert len(list((data / "backups").iterdir())) == 1


@pytest.mark.django_db(transaction=True)
def test_commands_refuse_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, erasures = tmp_path / "one.goodword", tmp_path / "erasures.jsonl"
    assert main(["backup", str(tmp_path)]) == 0
    assert [path.suffix for path in tmp_path.iterdir()] == [".goodword"]
    assert main(["backup", str(file)]) == 0
    assert main(["erasures", str(erasures)]) == 0
    assert main(["restore", "--check", str(file)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(" It can be restored here.")
    assert main(["backup", str(file)]) == 2
    assert capsys.readouterr().err == f"goodword: {file} already exists. Choose another name.\n"
    erasures.rename(tmp_path / "elsewhere.jsonl")
    assert main(["restore", str(file)]) == 2
    assert capsys.readouterr().err.startswith(
        "goodword: people who have been erased since this backup would be back. Name the list"
    )
    erasures = (tmp_path / "elsewhere.jsonl").rename(erasures)
    assert main(["restore", str(file)]) == 2
    assert "is not empty; restore into an empty database" in capsys.readouterr().err
    erasures.write_text("{}")
    for option in ([], ["--check"]):
        assert main(["restore", *option, str(file)]) == 2
        assert "is incomplete or isn't a list of erasures" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_a_list_of_erasures_replaces_nothing_but_an_older_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, listed = tmp_path / "one.goodword", tmp_path / "erasures.jsonl"
    assert main(["backup", str(backup)]) == 0
    before = backup.read_bytes()
    assert main(["erasures", str(backup)]) == 2
    assert capsys.readouterr().err == (
        f"goodword: {backup} is incomplete or isn't a list of erasures. Use another copy, or move this file and write "
        "a new one with `goodword erasures`.\n"
    )
    assert backup.read_bytes() == before
    entry = ErasureEntry.objects.create(organisation_id=1, whole_organisation=True, erased_at=clock.now())
    listed.touch()
    assert main(["erasures", str(listed)]) == 0
    entry.delete()  # as after a restore of an older backup
    assert main(["erasures", str(listed)]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{listed}: 1 erasures."] * 2


@pytest.mark.django_db(transaction=True)
def test_only_one_restore_at_a_time_can_use_a_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, here = tmp_path / "one.goodword", ConnectionParameters.of_django()
    assert main(["backup", str(file)]) == 0
    capsys.readouterr()
    with restore.alone(here):
        assert main(["restore", "--no-erasures", str(file)]) == 2
    assert capsys.readouterr().err == (
        f"goodword: Another process is restoring the database {here.parameters['dbname']!r}. "
        "Wait until it has finished.\n"
    )
    assert main(["restore", "--no-erasures", str(file)]) == 2
    assert "is not empty; restore into an empty database" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["backup", "-"], ["erasures"]], ids=["backup", "erasures"])
def test_a_closed_standard_output_is_refused_in_a_sentence(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", None)  # as Python does it for `>&-`
    assert main(command) == 2
    assert capsys.readouterr().err == (
        "goodword: standard output is closed. Name a file, or pass the output on to a program.\n"
    )


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_the_database_cannot_record_is_complete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "one.goodword"
    installation.uid()
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")  # as on a standby server
        assert main(["backup", str(file)]) == 0
        cursor.execute("RESET default_transaction_read_only")
    shown = capsys.readouterr()
    assert shown.out.startswith(f"{file}: ")
    assert shown.err == (
        "goodword: the backup is complete, but `goodword doctor` won't know about it: the database could not record it "
        "(cannot execute INSERT in a read-only transaction).\n"
    )
    assert main(["restore", "--check", str(file)]) == 0


def test_a_list_of_erasures_cannot_be_both_given_and_declined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["restore", "--no-erasures", "--erasures", str(tmp_path / "erasures.jsonl"), "one.goodword"])
    assert "not allowed with argument --no-erasures" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_a_move_without_a_server_or_a_folder_for_its_backup_changes_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    copy_migrated(data)
    status, printed = run(data, "move-to-server", "postgresql:///nowhere?host=/nowhere")
    assert (status, printed.startswith("goodword: The database can't be reached: ")) == (2, True)
    assert list((data / "backups").iterdir()) == []
    (data / "backups").rmdir()
    (data / "backups").write_text("a file, not a folder")
    status, printed = run(data, "move-to-server", "postgresql:///nowhere?host=/nowhere")
    assert (status, printed.partition(". ")[0]) == (
        2,
        f"goodword: GOODWORD_BACKUPS ({data / 'backups'}) cannot be written: File exists",
    )
    assert run(data, "go-live") == (0, "This database is already in use.\n")


@pytest.mark.parametrize("command", ["backup", "rotate-keys"])
def test_no_database_is_created_where_the_settings_were_forgotten(tmp_path: Path, command: str) -> None:
    data = tmp_path / "var"
    printed = (
        f"goodword: There is no embedded database in {data} (GOODWORD_DATA). Set DATABASE_URL or GOODWORD_DATA as for "
        "the web server and the worker.\n"
    )
    assert run(data, command) == (2, printed)
    assert not (data / "postgres").exists()


def test_the_data_folder_can_be_named_by_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "named"
    (tmp_path / "name").write_text(f"{named}\n")
    monkeypatch.setenv("GOODWORD_DATA_FILE", str(tmp_path / "name"))
    status, printed = run(tmp_path / "var", "backup")
    assert (status, printed.partition(". ")[0]) == (
        2,
        f"goodword: There is no embedded database in {named} (GOODWORD_DATA)",
    )


@pytest.mark.django_db(transaction=True)
def test_a_copy_goes_live_only_after_confirmation(capsys: pytest.CaptureFixture[str]) -> None:
    queued()
    installation.set_mode(installation.Mode.LOOKING)
    assert main(["go-live"]) == 1
    assert capsys.readouterr().out.startswith(
        "1 mail, 0 notes and 1 job are waiting. They go out, perhaps a second"
    )
    assert installation.mode() == "looking"
    assert main(["go-live", "--yes"]) == 0
    assert installation.mode() == ""
    installation.set_mode(installation.Mode.RESTORING)
    assert main(["go-live", "--yes"]) == 2
    assert "Run the same `goodword restore` again first." in capsys.readouterr().err


def test_a_lost_key_of_the_embedded_database_can_be_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    copy_migrated(data)
    monkeypatch.setenv("GOODWORD_FIELD_KEYS", f"k1:{b64encode(b'1' * 32).decode()}")
    assert run(data, "rotate-keys") == (0, "Re-encrypted: 0.\n")
    monkeypatch.setenv("GOODWORD_FIELD_KEYS", f"k2:{b64encode(b'2' * 32).decode()}")
    status, printed = run(data, "forget-field-key", "k1")
    assert (status, printed.partition(":")[0]) == (
        0,
        "The key 'k1' is forgotten. 0 secrets of Greenhouse can no longer be decrypted",
    )
    assert run(data, "rotate-keys") == (0, "Re-encrypted: 0.\n")
