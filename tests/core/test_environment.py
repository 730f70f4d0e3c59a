"""Reading settings from environment variables and files, and the errors for bad values."""

import base64
import json
import stat
import traceback
from pathlib import Path

import pytest

from goodword.core import environment

KEY = base64.b64encode(b"1" * 32).decode()


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("X", "X_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_a_value_comes_from_the_environment_or_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.text("X", "default") == "default"
    monkeypatch.setenv("X", "")
    assert environment.text("X", "default") == "default"
    monkeypatch.setenv("X", "value")
    assert environment.text("X", "default") == "value"


def test_a_file_takes_precedence_over_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("X", "value")
    assert environment.text("X") == "from the file"


def sentence(read: object, *arguments: object, **named: object) -> str:
    with pytest.raises(environment.SettingError) as refused:
        read(*arguments, **named)  # type: ignore[operator]  # any of the readers
    return str(refused.value)


def test_domains_of_addresses_may_have_other_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "Acme.example, bücher.example,xn--bcher-kva.example")
    assert environment.domains("X") == ["acme.example", "bücher.example", "xn--bcher-kva.example"]
    for wrong in ("@acme.example", "*.acme.example", "acme", "https://acme.example", "acme.example."):
        monkeypatch.setenv("X", wrong)
        assert sentence(environment.domains, "X") == f"X must be domains like example.com, not {wrong!r}."


def test_a_missing_required_setting_is_named() -> None:
    missing = "Set X (see docs/settings.md); Goodword does not start without it."
    assert sentence(environment.text, "X") == missing
    assert sentence(environment.number, "X", None) == missing


def test_backups_are_encrypted_by_either_age_or_gpg(monkeypatch: pytest.MonkeyPatch) -> None:
    for given in ("", "age1abc, ssh-ed25519 AAAA", "ops@acme.example,0123ABCD"):
        monkeypatch.setenv("X", given)
        assert environment.backup_recipients("X") == environment.words("X")
    monkeypatch.setenv("X", "age1abc, ops@acme.example")
    assert (
        sentence(environment.backup_recipients, "X")
        == "X must name keys of either age (age1..., ssh-...) or gpg, not both."
    )
    for fingerprint in (f"0x{32 * 'A'}!", "B373 87AA E35C A64C 1296  3272 37B6 762B E7D5 0DE6", 2 * "BEEF"):
        monkeypatch.setenv("X", fingerprint)
        assert environment.backup_recipients("X") == [fingerprint]
    monkeypatch.setenv("X", "backups")
    assert sentence(environment.backup_recipients, "X") == (
        "X must name keys of age (age1..., ssh-...), or e-mail addresses or fingerprints of gpg keys, not 'backups'."
    )


def test_a_list_of_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken as an empty list, it would switch off the encryption of backups."""
    monkeypatch.setenv("X", " , ")
    assert (
        sentence(environment.words, "X") == "X lists nothing. Remove it, or list values separated by commas."
    )


def test_an_unreadable_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("X_FILE", "/nowhere/at/all")
    assert (
        sentence(environment.text, "X")
        == "X_FILE points to /nowhere/at/all, which cannot be read: No such file or directory."
    )
    (tmp_path / "empty").touch()
    monkeypatch.setenv("X_FILE", str(tmp_path / "empty"))
    assert (
        sentence(environment.text, "X", "default")
        == f"X_FILE points to {tmp_path / 'empty'}, which is empty."
    )
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    monkeypatch.setenv("X_FILE", str(tmp_path / "binary"))
    assert (
        sentence(environment.text, "X")
        == f"X_FILE points to {tmp_path / 'binary'}, which is not text in UTF-8."
    )


def test_numbers_flags_and_lists_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.number("X", 7) == 7
    assert environment.flag("X", default=True) is True
    assert environment.words("X", "a, b,,c ") == ["a", "b", "c"]
    monkeypatch.setenv("X", "Off")
    assert environment.flag("X", default=True) is False
    monkeypatch.setenv("X", "seven")
    assert sentence(environment.number, "X", 7) == "X must be a whole number, not 'seven'."
    assert sentence(environment.flag, "X", default=True) == "X must be yes or no, not 'seven'."


def test_database_url_is_converted_to_django_settings() -> None:
    assert environment.database("postgresql://gw:p%40ss@db.example:5433/goodword?sslmode=require") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "goodword",
        "USER": "gw",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }
    assert environment.database("postgresql:///goodword?host=/run/pg")["HOST"] == "/run/pg"


def test_other_databases_and_malformed_urls_are_rejected() -> None:
    assert (
        sentence(environment.database, "mysql://db/goodword")
        == "DATABASE_URL must begin with postgresql://; Goodword runs on PostgreSQL only."
    )
    assert sentence(environment.database, "postgresql://db:port:port/x") == TORN
    assert sentence(environment.database, "postgresql://u:secret@db/x?pgbouncer=true") == (
        "DATABASE_URL has the parameter 'pgbouncer', which PostgreSQL does not know. Remove it: for TLS, use "
        "sslmode=require."
    )


TORN = "DATABASE_URL cannot be read. Write special characters in the password as %XX (@ as %40, / as %2F)."


@pytest.mark.parametrize(
    "rest",
    [
        *("u:p%ZZs3cret@h/db", "u:s3cr@et@host/db", "u:s3c/ret@h", "u:s3c/ret@h:5432/db", "u:12/s3cret@h/db"),
        *("u:s3c@r/et@h/db", "u:s3cret@@h", "u:p@s3cret:x@h/db", "u:@[s3cret@h", "u:s3cret%00@h"),
        *(
            "u:s3c,ret/x@h",
            "u:12/s3c?ret@h",
            "h:s3cret/db",
            "u:12/s3c?host=ret@h",
            "u:s3c:r/et@h",
            "?password=s3c@ret",
        ),
    ],
)
def test_no_part_of_a_password_is_shown_in_errors(rest: str) -> None:
    for scheme in ("postgres", "postgresql"):
        with pytest.raises(environment.SettingError) as found:
            environment.database(f"{scheme}://{rest}")
        shown = "".join(traceback.format_exception(found.value))
        assert str(found.value) == TORN
        assert not any(part in shown.rpartition("SettingError")[2] for part in ("s3c", "ret@", "et@"))
        assert (found.value.__cause__, found.value.__suppress_context__) == (None, True)


@pytest.mark.parametrize(
    ("rest", "password"),
    [
        ("u:s3%40c%2Fr@h:5432/db", "s3@c/r"),
        ("u:s3c?r#t:x@h/db", "s3c?r#t:x"),
        ("u:x@h1:1,h2:2/db", "x"),
        ("h/db?password=a@b", "a@b"),
    ],
)
def test_parsable_passwords_are_accepted(rest: str, password: str) -> None:
    assert environment.database(f"postgresql://{rest}")["PASSWORD"] == password


@pytest.mark.parametrize("value", ["abc", "5s", "nan", "inf"])
def test_an_impossible_connection_timeout_is_rejected(value: str) -> None:
    assert (
        sentence(environment.database, f"postgresql://u:p@h/db?connect_timeout={value}")
        == "connect_timeout in DATABASE_URL must be a number of seconds."
    )


@pytest.mark.parametrize("value", ["3", "2.5", "0", "-1"])
def test_timeouts_that_psycopg_accepts_are_accepted(value: str) -> None:
    found = environment.database(f"postgresql://u:p@h/db?connect_timeout={value}")
    assert found["OPTIONS"] == {"connect_timeout": value}


@pytest.mark.parametrize(
    "url", ["postgresql://", "postgresql://u:p@h", "postgresql://u:p@h:5432/?sslmode=require"]
)
def test_a_url_without_a_database_is_rejected(url: str) -> None:
    assert sentence(environment.database, url) == (
        "DATABASE_URL names no database. Add its name at the end: postgresql://.../goodword."
    )


def test_a_service_may_name_the_database() -> None:
    assert environment.database("postgresql:///?service=goodword")["OPTIONS"] == {"service": "goodword"}


def test_a_name_that_postgresql_would_cut_is_rejected() -> None:
    assert sentence(environment.database, f"postgresql://h/{'x' * 64}") == (
        "The database's name in DATABASE_URL is longer than 63 characters."
    )


def test_the_encoding_of_the_connection_is_always_utf8() -> None:
    assert environment.database("postgresql://h/db?client_encoding=latin1")["OPTIONS"] == {}


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtps://mail.example", 465, False, True),
        ("smtp+starttls://mail.example", 587, True, False),
        ("smtp+starttls://mail.example:2525", 2525, True, False),
    ],
)
def test_smtp_url_is_parsed(url: str, port: int, tls: bool, ssl: bool) -> None:
    assert environment.smtp(url) == {
        "host": "mail.example",
        "port": port,
        "username": "",
        "password": "",
        "use_tls": tls,
        "use_ssl": ssl,
        "timeout": 20,
    }


def test_smtp_password_may_contain_any_character() -> None:
    options = environment.smtp("smtp+starttls://me%40x.example:p%2Fa%3Ass@mail.example")
    assert (options["username"], options["password"]) == ("me@x.example", "p/a:ss")


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://m:notaport",
        "smtp://u:12/s3c@m",
        "smtp://u:1#s3c@m",
        "smtp://mail example.com",
        "smtp://user@mail.example",
        "smtp://:password@mail.example",
    ],
)
def test_malformed_smtp_urls_are_rejected(url: str) -> None:
    assert (
        sentence(environment.smtp, url)
        == "GOODWORD_SMTP_URL must look like smtp+starttls://user:password@host:587."
    )


def test_local_keys_are_generated_once_and_stored_in_a_private_file(tmp_path: Path) -> None:
    first = environment.local_keys(tmp_path / "data")
    assert environment.local_keys(tmp_path / "data") == first
    path = tmp_path / "data" / "keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == first
    assert [len(key) for key in environment.parse_field_keys(first["field_keys"]).values()] == [32]
    assert [found.name for found in (tmp_path / "data").iterdir()] == ["keys.json"]


@pytest.mark.parametrize("content", ["", "x", "[]", '{"secret_key": 3}', b"\xff"])
def test_damaged_local_keys_are_named(tmp_path: Path, content: str | bytes) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(environment.SettingError) as refused:
        environment.local_keys(tmp_path)
    assert str(refused.value).startswith(f"{file} is damaged. Restore it from a copy.")


def test_field_keys_keep_their_order() -> None:
    one, two = base64.b64encode(b"1" * 32).decode(), base64.b64encode(b"2" * 32).decode()
    assert list(environment.parse_field_keys(f"b:{two}, a:{one}").items()) == [
        ("b", b"2" * 32),
        ("a", b"1" * 32),
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "GOODWORD_FIELD_KEYS needs at least one key, as id:base64 of 32 random bytes."),
        ("k1:%%%", "GOODWORD_FIELD_KEYS: each entry is id:base64 of 32 random bytes."),
        (f"{KEY}:k1", "GOODWORD_FIELD_KEYS: each entry is id:base64 of 32 random bytes."),
        (f"k1:{KEY},k1:{KEY}", "GOODWORD_FIELD_KEYS has two keys 'k1': each needs its own id."),
        (
            f"k2:{KEY},k1:{KEY}",
            "GOODWORD_FIELD_KEYS has the same key twice. Make each with `openssl rand -base64 32`.",
        ),
        ("k1:AAAA", "GOODWORD_FIELD_KEYS: each entry is id:base64 of 32 random bytes."),
    ],
)
def test_unusable_field_keys_are_rejected(value: str, said: str) -> None:
    assert sentence(environment.parse_field_keys, value) == said


@pytest.mark.parametrize(
    ("given", "begins"),
    [
        ("https://*", "X must name a host as browsers send it, not '*': like "),
        ("https://.example.com", "X must name a host as browsers send it"),
        ("https://goodword.example.com.", "X must name a host as browsers send it"),
        ("https://bücher.example", "X must name a host as browsers send it"),
        ("https://:word@goodword.example.com", "X must be scheme and host only"),
    ],
)
def test_a_base_url_names_one_host(given: str, begins: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", given)
    assert sentence(environment.base_url, "X", https=True, default=None).startswith(begins)


@pytest.mark.parametrize(
    "given", ["https://a-b.example.com", "https://[2001:db8::1]:8443", "http://localhost"]
)
def test_usual_base_urls_are_accepted(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", given)
    assert environment.base_url("X", None, https=True).geturl() == given


@pytest.mark.parametrize("given", ["collector:4318", "file:///etc/x", "nonsense"])
def test_urls_of_other_services_are_checked(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", given)
    said = sentence(environment.optional_url, "X", example="http://collector:4318")
    assert said == f"X must be a URL like http://collector:4318, not {given!r}."
    assert sentence(environment.sentry_dsn, "X") == "X must look like https://key@sentry.example.com/1."
    monkeypatch.setenv("X", "https://user:word@host.example/v3?a=b")
    said = sentence(environment.service_url, "X", default="https://host.example", https=True)
    assert said == "X must be scheme, host and path only, like https://host.example."


@pytest.mark.parametrize(
    "given", ["", "tcp://127.0.0.1:3310", "tcp://[::1]:3310", "unix:/run/clamav/clamd.ctl"]
)
def test_scanner_addresses_are_accepted(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOODWORD_CLAMD", given)
    assert environment.scanner("GOODWORD_CLAMD") == given


@pytest.mark.parametrize(
    "given", ["localhost:3310", "tcp://localhost", "tcp://x:no", "unix:", "http://x:1", "yes"]
)
def test_malformed_scanner_addresses_are_rejected(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOODWORD_CLAMD", given)
    with pytest.raises(environment.SettingError, match="GOODWORD_CLAMD must be like tcp://"):
        environment.scanner("GOODWORD_CLAMD")
