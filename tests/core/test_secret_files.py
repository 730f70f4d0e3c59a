"""`goodword make-secrets` creates what an installation needs, once."""

import stat
from pathlib import Path

import pytest

from goodword import cli
from goodword.core import environment
from goodword.core.secret_files import CannotMake, create_file, make_secrets

DATABASE = "postgresql://goodword@database/goodword"
NAMES = ["secret_key", "field_keys", "database_password", "database_url"]


def test_generated_secrets_are_accepted_by_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert make_secrets(tmp_path, DATABASE) == NAMES
    for setting, name in {
        "GOODWORD_SECRET_KEY": "secret_key",
        "GOODWORD_FIELD_KEYS": "field_keys",
        "DATABASE_URL": "database_url",
    }.items():
        monkeypatch.setenv(f"{setting}_FILE", str(tmp_path / name))
    assert len(environment.secret_key("GOODWORD_SECRET_KEY", None)) > 40
    assert list(environment.parse_field_keys(environment.text("GOODWORD_FIELD_KEYS"))) == ["k1"]
    database = environment.database(environment.text("DATABASE_URL"))
    assert (database["USER"], database["HOST"], database["NAME"], database["PASSWORD"]) == (
        "goodword",
        "database",
        "goodword",
        (tmp_path / "database_password").read_text(),
    )


def test_only_the_password_can_be_read_by_the_databases_user(tmp_path: Path) -> None:
    make_secrets(tmp_path, DATABASE)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(NAMES, 0o600) | {"database_password": 0o644}


def test_existing_files_are_left_alone(tmp_path: Path) -> None:
    make_secrets(tmp_path, DATABASE)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    (tmp_path / "database_url").unlink()
    assert make_secrets(tmp_path, DATABASE) == ["database_url"]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_of_two_processes_one_creates_a_file(tmp_path: Path) -> None:
    assert [create_file(tmp_path / "one", text) for text in "ab"] == [True, False]
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("one", "a")]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://goodword:secret@database/goodword",
        "postgresql://database/goodword",
        "mysql://a@b/c",
        "x",
    ],
)
def test_an_unusable_url_is_refused_and_creates_nothing(tmp_path: Path, url: str) -> None:
    with pytest.raises(CannotMake, match="without a password"):
        make_secrets(tmp_path / "new", url)
    assert not (tmp_path / "new").exists()


def test_the_command_names_what_it_created(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["make-secrets", str(tmp_path), "--database", DATABASE]
    assert (cli.main(given), cli.main(given)) == (0, 0)
    assert capsys.readouterr().out.splitlines() == [
        f"Created in {tmp_path}: secret_key, field_keys, database_password, database_url",
        f"{tmp_path} has all secrets.",
    ]


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert cli.main(["make-secrets", str(tmp_path / "file"), "--database", DATABASE]) == 2
    assert capsys.readouterr().err == f"goodword: {tmp_path / 'file'} cannot be used: File exists.\n"
