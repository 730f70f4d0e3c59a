"""A backup contains all rows and no keys; it is restored completely or not at all."""

import base64
import io
import os
import resource
import shutil
import subprocess
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings as configured
from django.db import connection
from pytest_django.fixtures import Settings

from goodword.accounts.models import Logo
from goodword.core import crypto, installation
from goodword.core.backup import archive, dump, programs, restore
from goodword.core.backup.programs import BackupError, ConnectionParameters, Program, folder_for
from tests.core.backup.databases import empty_database, is_empty, rows
from tests.core.test_field_keys import connected
from tests.core.test_killed_worker import until
from tests.support import factories

pytestmark = [pytest.mark.programs, pytest.mark.django_db(transaction=True)]
NOW = factories.NOW


@pytest.fixture
def here() -> ConnectionParameters:
    """An organisation with secrets and a file."""
    organisation = connected().organisation
    Logo.objects.create(organisation=organisation, content=os.urandom(200_000))
    factories.application(factories.role(organisation))
    crypto.check_field_keys()
    return ConnectionParameters.of_django()


@pytest.fixture
def empty(here: ConnectionParameters) -> Iterator[ConnectionParameters]:
    with empty_database("copy") as target:
        yield target


@pytest.fixture
def backup(here: ConnectionParameters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(archive, "PIECE", 50_000)
    return dump.back_up(here, tmp_path / "one.goodword", recipients=[], now=NOW).path or Path()


def put_back(file: Path, target: ConnectionParameters, **options: Any) -> bool:
    with archive.opened(file, **options) as opened:
        restore.check_fits(opened)
        return restore.restore(opened, target)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(BackupError) as refused:
        act()
    return str(refused.value)


def mark(target: ConnectionParameters) -> tuple[Any, ...] | None:
    with psycopg.connect(**target.parameters) as line:
        return line.execute("SELECT mode, restored_from::text FROM core_installation").fetchone()


def test_a_restored_database_has_the_same_rows_and_waits_to_be_completed(
    here: ConnectionParameters, empty: ConnectionParameters, backup: Path
) -> None:
    with archive.opened(backup) as opened:
        manifest = opened.manifest
    assert put_back(backup, empty)
    theirs, ours = rows(empty), rows(here)
    del theirs["core_installation"], ours["core_installation"]
    assert theirs == ours
    assert mark(empty) == ("restoring", manifest["id"])
    assert not put_back(backup, empty)  # as after an interruption: the caller continues
    assert {key: manifest[key] for key in ("goodword", "format", "made_at")} == {
        "goodword": "backup",
        "format": 1,
        "made_at": NOW.isoformat(),
    }
    assert manifest["installation"] == str(installation.uid())
    assert ["core", "0001_initial"] in manifest["migrations"]


def test_a_backup_contains_no_key(here: ConnectionParameters, backup: Path) -> None:
    with tarfile.open(backup) as tar:
        parts = [tar.extractfile(member) for member in tar if member.name.startswith("database.dump")]
        content = b"".join(part.read() for part in parts if part)
    command = [str(folder_for(_server(here)) / "pg_restore"), "--file=-"]
    script = subprocess.run(command, input=content, capture_output=True, check=True).stdout
    assert b"core_fieldkeycanary" in script
    whole = script + backup.read_bytes()
    keys = [configured.SECRET_KEY.encode(), *configured.GOODWORD_FIELD_KEYS.values()]
    for key in keys:
        for form in (key, base64.b64encode(key), key.hex().encode()):
            assert form not in whole


def _server(target: ConnectionParameters) -> int:
    with psycopg.connect(**target.parameters) as line:
        return line.info.server_version // 10_000


@pytest.mark.parametrize("cut", [0, 100, 3000, 100_000, -2000])
def test_a_truncated_backup_changes_nothing(empty: ConnectionParameters, backup: Path, cut: int) -> None:
    os.truncate(backup, cut if cut >= 0 else backup.stat().st_size + cut - 10_240)
    message = refusal(lambda: put_back(backup, empty))
    assert "is damaged, or was not written to its end" in message or "is not a backup of Goodword" in message
    assert is_empty(empty)


def test_a_changed_byte_is_noticed(empty: ConnectionParameters, backup: Path) -> None:
    with backup.open("r+b") as file:
        file.seek(backup.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    assert "is damaged" in refusal(lambda: put_back(backup, empty))
    assert is_empty(empty)


def test_a_database_with_tables_is_refused(here: ConnectionParameters, backup: Path) -> None:
    before = rows(here)
    message = refusal(lambda: put_back(backup, here))
    assert message == (
        f"The database {here.parameters['dbname']!r} is not empty; restore into an empty database. Create "
        "one (createdb), and name it in DATABASE_URL."
    )
    assert rows(here) == before


def test_a_role_that_may_not_create_the_extension_is_told_the_remedy(
    empty: ConnectionParameters, backup: Path
) -> None:
    name = empty.parameters["dbname"]
    with psycopg.connect(**empty.parameters, autocommit=True) as line:
        line.execute("CREATE ROLE restorer LOGIN")
        line.execute("GRANT CREATE ON SCHEMA public TO restorer")
        try:
            message = refusal(
                lambda: put_back(backup, ConnectionParameters(dict(empty.parameters) | {"user": "restorer"}))
            )
            assert message == (
                f"The role 'restorer' may not create what Goodword needs in the database {name!r}. Make it the owner "
                "of the database (ALTER DATABASE ... OWNER TO ...), and run this command again."
            )
            assert is_empty(empty)
            line.execute("CREATE EXTENSION pg_trgm")
            assert put_back(backup, ConnectionParameters(dict(empty.parameters) | {"user": "restorer"}))
        finally:
            line.execute("DROP OWNED BY restorer CASCADE")
            line.execute("DROP ROLE restorer")


def with_manifest(file: Path, **changed: Any) -> Path:
    with archive.opened(file) as opened:
        pieces = io.BytesIO(b"".join(opened.pieces()))
        manifest = opened.manifest | changed
    other = file.with_name("changed.goodword")
    with other.open("wb") as sink:
        archive.write(sink, manifest, pieces, check=lambda: None)
    return other


def test_a_backup_of_a_newer_version_is_refused(empty: ConnectionParameters, backup: Path) -> None:
    newer = with_manifest(
        backup, version="0.9.0", migrations=[["core", "0001_initial"], ["core", "0099_later"]]
    )
    assert refusal(lambda: put_back(newer, empty)) == (
        "The backup was made by version 0.9.0 of Goodword, which is newer: this one does not know core.0099_later. "
        "Install that version or a later one, and restore again."
    )
    newer = with_manifest(backup, version="0.9.0", format=2)
    assert refusal(lambda: put_back(newer, empty)) == (
        f"{newer} was made by a newer version of Goodword (0.9.0). Install that one."
    )
    assert is_empty(empty)


def test_other_keys_are_refused_before_anything_is_restored(
    empty: ConnectionParameters, backup: Path, settings: Settings
) -> None:
    key_id = next(iter(settings.GOODWORD_FIELD_KEYS))
    settings.GOODWORD_FIELD_KEYS = {key_id: b"x" * 32}
    begins = "GOODWORD_FIELD_KEYS does not fit this backup: its secrets are encrypted with the key "
    ends = "Set the keys that were used when it was made; if they are lost for good, add --key-lost."
    assert (
        refusal(lambda: put_back(backup, empty)) == f"{begins}{key_id!r}, which is another one here. {ends}"
    )
    settings.GOODWORD_FIELD_KEYS = {"new": b"x" * 32}
    assert refusal(lambda: put_back(backup, empty)) == f"{begins}{key_id!r}, which is missing here. {ends}"
    assert is_empty(empty)
    with archive.opened(backup) as opened:
        restore.check_fits(opened, key_lost=True)


@pytest.mark.parametrize("content", [b"", b"PGDMP and so on", b"\0" * 1000, b"PK\3\4" + b"x" * 600])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other"
    other.write_bytes(content)
    with pytest.raises(BackupError, match="is not a file"), archive.opened(Path("/dev/null")):
        pass
    with pytest.raises(BackupError, match="is not a backup of Goodword"), archive.opened(other):
        pass
    with pytest.raises(BackupError, match="can't be read: No such file"), archive.opened(tmp_path / "none"):
        pass


# --- writing --------------------------------------------------------------------------------------------------


def test_an_existing_file_is_not_overwritten(here: ConnectionParameters, backup: Path) -> None:
    before = backup.read_bytes()
    message = refusal(lambda: dump.back_up(here, backup, recipients=[], now=NOW))
    assert message == f"{backup} already exists. Choose another name."
    assert backup.read_bytes() == before
    assert backup.stat().st_mode & 0o777 == 0o600


def test_a_file_that_another_program_has_made_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "one.goodword"

    def write() -> None:
        with archive.new_file(file) as sink:
            sink.write(b"second")
            file.write_bytes(b"first")

    assert refusal(write) == f"{file} already exists. Choose another name."
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("one.goodword", b"first")]


def test_a_list_replaces_only_a_file_and_keeps_a_link(tmp_path: Path) -> None:
    def write(path: Path) -> None:
        with archive.new_file(path, replace=True) as file:
            file.write(b"new")

    assert refusal(lambda: write(Path("/dev/null"))) == "/dev/null already exists. Choose another name."
    file, link = tmp_path / "file", tmp_path / "link"
    link.symlink_to(file)
    for _ in range(2):
        write(link)
    assert (link.is_symlink(), file.read_bytes()) == (True, b"new")


def test_leftovers_of_a_killed_process_do_not_keep_another_from_writing(tmp_path: Path) -> None:
    with archive.new_file(tmp_path / "file"):
        [left] = tmp_path.iterdir()
        with archive.new_file(tmp_path / "file"):  # in a container, each process has the same id
            assert len(list(tmp_path.iterdir())) == 2
        (tmp_path / "file").unlink()
    assert left.name.endswith(archive.PART)


def test_a_full_disk_leaves_no_file(here: ConnectionParameters, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        message = refusal(lambda: dump.back_up(here, tmp_path / "one.goodword", recipients=[], now=NOW))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert message == (
        f"{tmp_path / 'one.goodword'} could not be written: File too large. No partial file was left. Free space, or "
        "choose another place."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_lost_database_connection_leaves_no_file(here: ConnectionParameters, tmp_path: Path) -> None:
    message: list[str] = []

    def fail() -> None:
        message.append(refusal(lambda: dump.back_up(here, tmp_path / "one.goodword", recipients=[], now=NOW)))
        connection.close()

    with psycopg.connect(**here.parameters, autocommit=True) as other, other.transaction():
        other.execute("LOCK TABLE accounts_logo IN ACCESS EXCLUSIVE MODE")  # pg_dump waits for it
        thread = threading.Thread(target=fail)
        thread.start()
        until(lambda: _kill_waiting(here))
        thread.join()
    assert "pg_dump failed: " in message[0]
    assert list(tmp_path.iterdir()) == []


def _kill_waiting(here: ConnectionParameters) -> bool:
    with psycopg.connect(**here.parameters, autocommit=True) as line:
        found = line.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'goodword backup' AND wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(found.fetchall())


def test_a_killed_backup_leaves_nothing_that_looks_like_one(tmp_path: Path) -> None:
    path = tmp_path / dump.file_name(NOW)
    child = os.fork()
    if not child:
        with archive.new_file(path) as sink:
            sink.write(b"half")
            sink.flush()
            os._exit(9)
    os.waitpid(child, 0)
    assert not path.exists()
    assert dump.in_folder(tmp_path) == []
    other = tmp_path / ".other.part"
    other.touch()
    with archive.new_file(tmp_path / "another"):
        pass
    assert {one.name for one in tmp_path.iterdir()} == {"another", ".other.part"}  # the half is gone


def test_a_killed_restore_leaves_the_database_empty(
    empty: ConnectionParameters, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(self: archive.Archive) -> Iterator[bytes]:
        for number, piece in enumerate(whole(self)):
            yield piece
            if number == 2:
                os._exit(9)

    whole = archive.Archive.pieces
    monkeypatch.setattr(archive.Archive, "pieces", die)
    child = os.fork()
    if not child:
        put_back(backup, empty)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    monkeypatch.setattr(archive.Archive, "pieces", whole)
    until(lambda: is_empty(empty) and not _used(empty))
    assert put_back(backup, empty)


def _used(target: ConnectionParameters) -> bool:
    with psycopg.connect(**target.parameters) as line:
        found = line.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return bool(found.fetchall())


# --- encrypted ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")
def test_a_backup_encrypted_by_age_needs_its_key(
    here: ConnectionParameters, empty: ConnectionParameters, tmp_path: Path
) -> None:
    keys = [tmp_path / name for name in ("right", "wrong")]
    for key in keys:
        subprocess.run(["age-keygen", "-o", str(key)], check=True, capture_output=True)
    public = subprocess.run(["age-keygen", "-y", str(keys[0])], check=True, capture_output=True, text=True)
    file = tmp_path / "one.goodword"
    dump.back_up(here, file, recipients=[public.stdout.strip()], now=NOW)
    assert b"manifest" not in file.read_bytes()
    assert refusal(lambda: put_back(file, empty)) == (
        f"{file} is encrypted by age. Name the file with its key: --identity FILE."
    )
    assert f"{file} can't be decrypted: age: error: " in refusal(
        lambda: put_back(file, empty, identity=keys[1])
    )
    whole = file.read_bytes()
    file.write_bytes(whole[:-500])
    message = refusal(lambda: put_back(file, empty, identity=keys[0]))
    assert "is damaged" in message or "can't be decrypted" in message
    assert is_empty(empty)
    file.write_bytes(whole)
    assert put_back(file, empty, identity=keys[0])
    message = refusal(lambda: dump.back_up(here, tmp_path / "two", recipients=["age1nobody"], now=NOW))
    assert "age failed: age: error: " in message
    assert not (tmp_path / "two").exists()


@pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")
def test_a_backup_can_be_encrypted_by_gpg(
    here: ConnectionParameters, empty: ConnectionParameters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    key = [
        "gpg",
        "--batch",
        "--passphrase",
        "",
        "--quick-generate-key",
        "it@example.com",
        "default",
        "default",
    ]
    subprocess.run(key, check=True, capture_output=True)
    file = tmp_path / "one.goodword"
    dump.back_up(here, file, recipients=["it@example.com"], now=NOW)
    assert b"manifest" not in file.read_bytes()
    assert put_back(file, empty)
    encrypt = ["gpg", "--batch", "--trust-model", "always", "-r", "it@example.com", "--encrypt"]
    other = tmp_path / "other"  # larger than a pipe, so that gpg waits for a reader
    other.write_bytes(subprocess.run(encrypt, input=b"x" * 500_000, capture_output=True, check=True).stdout)
    assert refusal(lambda: put_back(other, empty)) == f"{other} {archive.DAMAGED}"
    subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=False)
    shutil.rmtree(home / "private-keys-v1.d")
    assert f"{file} can't be decrypted: gpg: " in refusal(lambda: put_back(file, empty))
    message = refusal(
        lambda: dump.back_up(here, tmp_path / "two", recipients=["nobody@example.com"], now=NOW)
    )
    assert "gpg failed: gpg: " in message
    subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=False)


def test_programs_connect_like_goodword(settings: Settings) -> None:
    more = {"options": "-c search_path=public", "passfile": "/etc/goodword/pgpass", "pool": True}
    given = settings.DATABASES["default"]["OPTIONS"]
    with patch.dict(given, more):
        found = ConnectionParameters.of_django()
    assert {"options", "passfile", "dbname"} <= set(found.parameters)
    assert "pool" not in found.parameters


def test_an_encrypted_client_key_can_be_opened(settings: Settings) -> None:
    more = {"sslkey": "/key.pem", "sslpassword": "s3cret"}
    with patch.dict(settings.DATABASES["default"]["OPTIONS"], more):
        assert more.items() <= ConnectionParameters.of_django().parameters.items()


def test_a_url_with_a_time_limit_for_connecting_is_usable() -> None:
    target = ConnectionParameters.of_url(
        "postgresql:///goodword?host=/nowhere&connect_timeout=5&application_name=psql"
    )
    with pytest.raises(BackupError, match="The database can't be reached"):
        restore.mode_of(target, uuid4())


def test_no_password_is_on_the_command_line_of_a_program() -> None:
    target = ConnectionParameters.of_url(
        "postgresql://goodword:s3cret@h/goodword?sslkey=/key.pem&sslpassword=s3cret"
    )
    assert target.conninfo == "user=goodword dbname=goodword host=h sslkey=/key.pem service=goodword"
    with target.connecting() as arguments:
        program = Program(["sh", "-c", 'cat "$PGSERVICEFILE"'], stdout=-1, **arguments)
    assert program.process.communicate()[0] == b"[goodword]\nsslpassword=s3cret\n"
    program.end()


def test_a_time_limit_of_the_server_does_not_end_a_backup(here: ConnectionParameters) -> None:
    limited = ConnectionParameters(
        {**here.parameters, "options": "-c idle_in_transaction_session_timeout=100ms"}
    )
    with dump._snapshot(limited) as (line, _):
        time.sleep(0.3)  # as while pg_dump runs
        assert line.execute("SELECT 1").fetchone() == (1,)


def test_a_schema_that_the_target_has_too_is_no_obstacle() -> None:
    script = b"CREATE SCHEMA extensions;\nCREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA extensions;\n"
    assert b"".join(restore.for_server(io.BytesIO(script), 17)) == script.replace(
        b"SCHEMA extensions;\nC", b"SCHEMA IF NOT EXISTS extensions;\nC"
    )


def test_an_operators_function_that_creates_a_schema_is_restored_unchanged() -> None:
    script = (
        b"CREATE FUNCTION audit() RETURNS void LANGUAGE sql AS $$\nCREATE SCHEMA IF NOT EXISTS audit;\n$$;\n"
    )
    assert b"".join(restore.for_server(io.BytesIO(script), 17)) == script


def test_a_full_temporary_folder_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    begins = "No temporary file can be written. Free space on the file system of /tmp"
    assert refusal(lambda: Program(["true"])).startswith(begins)


def test_programs_that_cannot_encrypt_are_not_used_for_an_encrypted_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(programs, "_PLACES", ())
    monkeypatch.setenv("PATH", "")
    programs._installed.cache_clear()
    try:
        version, folder = programs._installed()[0]
        assert folder_for(version) == folder
        assert refusal(lambda: folder_for(version, encrypted=True)) == (
            f"PostgreSQL's programs pg_dump, pg_restore and psql of version {version} or newer are needed. Those of "
            "goodword[demo] can't encrypt the connection. Install them (on Debian the package "
            f"postgresql-client-{version}), or add them to PATH."
        )
    finally:
        programs._installed.cache_clear()


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(lambda: folder_for(99)).startswith(
        "PostgreSQL's programs pg_dump, pg_restore and psql of version 99 or newer are needed. Only version "
    )
    monkeypatch.setenv("PATH", "")
    message = refusal(lambda: archive.encrypted(io.BytesIO(), ["age1x"]).__enter__())
    assert message == "age is not installed. Install it (on Debian: apt install age)."


def test_a_restore_leaves_out_statements_that_the_server_may_refuse() -> None:
    script = (
        b"SET lock_timeout = 0;\n"
        b"SET transaction_timeout = 0;\n"
        b"CREATE TABLE public.t (\n    id bigint\n);\n"
        b"ALTER TABLE ONLY public.t ALTER COLUMN id SET (pg_attver=30670440);\n"
        b"ALTER TABLE ONLY public.t ALTER COLUMN id SET (n_distinct=5);\n"
        b"COPY public.t (id) FROM stdin;\n"
        b"SET transaction_timeout = 0;\n"
        b"ALTER TABLE ONLY public.t ALTER COLUMN id SET (pg_attver=30670440);\n"
    )
    lines = script.splitlines(keepends=True)
    assert b"".join(restore.for_server(io.BytesIO(script), 17)) == b"".join(lines[:5] + lines[6:])
    assert b"".join(restore.for_server(io.BytesIO(script), 16)) == b"".join(
        lines[:1] + lines[2:5] + lines[6:]
    )
