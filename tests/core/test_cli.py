"""Messages of the command about wrong options, output that can't be written, and database failures."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import connection

from goodword.cli import main
from goodword.core import web_processes
from goodword.core.environment import SettingError
from goodword.core.supervise import goodword


def run(*arguments: str, output: int) -> tuple[int, str]:
    done = subprocess.run(goodword(*arguments), stdout=output, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.programs
def test_a_closed_pipe_ends_a_command_silently() -> None:
    read, write = os.pipe()
    os.close(read)
    assert run("version", output=write) == (141, "")
    os.close(write)


@pytest.mark.programs
def test_output_to_a_full_disk_fails_with_a_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        assert run("version", output=full.fileno()) == (
            1,
            "goodword: a file or the output can't be written: No space left on device.\n",
        )


def test_a_folder_of_another_user_is_named_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with TemporaryDirectory() as made:  # not below tmp_path, which only this user may use
        closed = Path(made)
        closed.chmod(0o000)
        with as_another_user() as user:
            assert main(["restore", str(closed / "one.goodword")]) == 2
    assert capsys.readouterr().err == (
        f"goodword: {closed / 'erasures.jsonl'} can't be used: Permission denied. Goodword runs as the user {user}: "
        "give it access, or choose another place.\n"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("command", [["backup"], ["erasures"]], ids=["backup", "erasures"])
def test_a_name_that_is_too_long_for_a_file_is_refused(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / ("a" * 300)
    assert main([*command, str(file)]) == 2
    assert capsys.readouterr().err == (
        f"goodword: {file} can't be used: File name too long. Choose another place.\n"
    )


@pytest.mark.django_db
def test_no_backup_is_made_under_a_name_that_cannot_be_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(tmp_path / os.fsdecode(b"M\xfcller"))]) == 2
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().err == (
        "goodword: an argument or the input isn't valid UTF-8. Use a UTF-8 locale (LANG=C.UTF-8).\n"
    )


@pytest.mark.django_db
def test_a_name_from_a_terminal_in_another_encoding_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    name = b"M\xfcller AG".decode(errors="surrogateescape")
    assert main(["createadmin", "--organisation", name, "--email", "ann@example.com", "--name", "Ann"]) == 2
    assert capsys.readouterr().err == (
        "goodword: an argument or the input isn't valid UTF-8. Use a UTF-8 locale (LANG=C.UTF-8).\n"
    )


@contextmanager
def as_another_user() -> Iterator[str]:
    """Root may use any folder, so it becomes nobody meanwhile. Yields the user's name."""
    mine = os.geteuid()
    other = pwd.getpwnam("nobody") if mine == 0 else pwd.getpwuid(mine)
    os.seteuid(other.pw_uid)
    try:
        yield other.pw_name
    finally:
        os.seteuid(mine)


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "--port", "99999"),
        ("serve", "--port", "0"),
        ("serve", "--processes", "-1"),
        ("worker", "--concurrency", "0"),
        ("worker", "--grace", "nan"),
    ],
)
def test_impossible_numbers_are_refused(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert f"{arguments[2]!r} is not a number" in capsys.readouterr().err


def test_an_address_of_another_machine_is_not_a_busy_port() -> None:
    with pytest.raises(SettingError, match=r"^The web server can't listen on 192\.0\.2\.1, port 8000: "):
        web_processes.bind("192.0.2.1", 8000)


@pytest.mark.programs
@pytest.mark.parametrize("command", ["collectstatic --noinput --dry-run --verbosity=0", "build_fonts"])
def test_static_files_can_be_made_before_there_is_a_database(tmp_path: Path, command: str) -> None:
    """`goodword up` starts the embedded database, but refuses to start without them."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"GOODWORD_DATA": str(tmp_path), "GOODWORD_ENV": "demo"}
    program = goodword(*command.split())
    done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["check", "showmigrations", "makemigrations"])
def test_a_command_of_django_does_not_wait_for_a_database_that_is_down(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "PORT", 1)
    assert main([command]) == 2
    assert capsys.readouterr().err.startswith(
        "goodword: The database cannot be reached. Check DATABASE_URL, "
    )


@pytest.mark.programs
def test_migrations_are_made_without_a_database(tmp_path: Path) -> None:
    environment = os.environ | {
        "DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "GOODWORD_DATA": str(tmp_path),
    }
    program = goodword("makemigrations", "workflow", "--skip-checks", "--dry-run")
    done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "No changes detected in app 'workflow'\n"), done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("", "use --organisation with one of --out, --groups or --validity, or use --check."),
        ("--check a --organisation b", "use --organisation with one of --out, --groups or --validity, or "),
        ("--organisation b --out c --validity", "use --organisation with one of --out, --groups or "),
        ("--validity", "use --organisation with one of --out, --groups or --validity, or use --check."),
        ("--organisation b --out c --role 1", "--role goes with --groups or --validity."),
        ("--organisation b --out c --since 2026-01-01", "--since goes with --groups."),
        ("--organisation b --validity --until 2026-01-01", "--until goes with --groups."),
        ("--check a --withdrew x", "--withdrew goes with --groups."),
    ],
)
def test_options_of_evidence_that_would_be_ignored_are_refused(
    options: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evidence", *options.split()]) == 2
    assert capsys.readouterr().err.startswith(f"goodword: {said}")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "command",
    [
        "evidence --organisation acme --out evidence",
        "evidence --organisation acme --groups groups.csv",
        "evidence --organisation acme --validity",
        "manual work_style --organisation acme",
    ],
)
def test_a_database_of_another_version_is_refused(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'workspace'")
    assert main(command.split()) == 2
    assert capsys.readouterr().err == (
        "goodword: The database is not at this version yet. Run `goodword migrate` first.\n"
    )
