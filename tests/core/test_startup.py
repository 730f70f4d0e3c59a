"""What an operator reads when something is wrong as a program starts: one sentence, and no traceback."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from goodword.core import startup
from goodword.core.environment import SettingError

SETTINGS = Path(settings.LOCALE_PATHS[0]).parent / "settings.py"
PRODUCTION = {
    "GOODWORD_ENV": "production",
    "DATABASE_URL": "postgresql://goodword@127.0.0.1:9/goodword",
    "GOODWORD_SECRET_KEY": "Vq3t9Zr0yXH6sL2mN8bC5kJ1wE4uT7aQpRfGdSoIxYzA",
    "GOODWORD_FIELD_KEYS": "k1:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
    "GOODWORD_BASE_URL": "https://goodword.example.com",
    "GOODWORD_TRUSTED_PROXIES": "1",
    "GOODWORD_MAIL_FROM": "people@example.com",
    "GOODWORD_SMTP_URL": "smtp://mail.example.com",
    "GOODWORD_HELP_CONTACT": "it@example.com",
}


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name, value in (PRODUCTION | {"GOODWORD_DATA": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_production_installation_has_safe_cookies_and_headers(production: pytest.MonkeyPatch) -> None:
    read = runpy.run_path(str(SETTINGS))
    assert {
        name: read[name]
        for name in (
            "SESSION_COOKIE_NAME",
            "CSRF_COOKIE_NAME",
            "SESSION_COOKIE_SECURE",
            "CSRF_COOKIE_SECURE",
            "SECURE_SSL_REDIRECT",
            "SECURE_HSTS_SECONDS",
            "SECURE_HSTS_INCLUDE_SUBDOMAINS",
            "SESSION_COOKIE_AGE",
        )
    } == {
        "SESSION_COOKIE_NAME": "__Host-goodword_session",
        "CSRF_COOKIE_NAME": "__Host-goodword_csrf",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
        "SESSION_COOKIE_AGE": 8 * 3600,
    }
    production.setenv("GOODWORD_HSTS_SUBDOMAINS", "yes")
    assert runpy.run_path(str(SETTINGS))["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GOODWORD_SECRET_KEY", "x", "must be at least 40 random characters"),
        ("GOODWORD_SECRET_KEY", "x" * 60, "must be at least 40 random characters"),
        ("GOODWORD_BASE_URL", "http://goodword.example.com", "must begin with https://"),
        ("GOODWORD_BASE_URL", "goodword.example.com", "must be an address like https://goodword.example.com"),
        ("GOODWORD_BASE_URL", "https://goodword.example.com/app", "is scheme and host only"),
        ("GOODWORD_BASE_URL", "https://goodword.example.com:seven", "must be an address like"),
        ("GOODWORD_BASE_URL", "https://[::1", "must be an address like"),
        ("GOODWORD_TRUSTED_PROXIES", "0", "must be at least 1 when GOODWORD_BASE_URL is https"),
        ("GOODWORD_TRUSTED_PROXIES", "-1", "must be at least 0, not -1"),
        ("GOODWORD_HELP_CONTACT", "notmail", "must be an e-mail address like it@example.com, not 'notmail'"),
        ("GOODWORD_MAIL_FROM", "Goodword <people@example.com>", "must be an e-mail address"),
        (
            "GOODWORD_GREENHOUSE_V3_URL",
            "nonsense",
            "must be an address like https://harvest.greenhouse.io/v3",
        ),
        ("GOODWORD_GREENHOUSE_AUTH_URL", "http://auth.greenhouse.io", "must begin with https://"),
        ("GOODWORD_LOG_LEVEL", "LOUD", "must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not 'LOUD'"),
        ("GOODWORD_POOL", "0", "must be at least 1, not 0"),
        ("GOODWORD_HEAL_MINUTES", "-5", "must be at least 0, not -5"),
        ("GOODWORD_SESSION_HOURS", "0", "must be at least 1, not 0"),
        ("GOODWORD_INBOX_DAYS", "1", "must be at least 2, not 1"),
    ],
)
def test_a_setting_that_cannot_work_is_named_with_the_remedy(
    production: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    production.setenv(name, value)
    with pytest.raises(SettingError) as refused:
        runpy.run_path(str(SETTINGS))
    assert str(refused.value).startswith(f"{name} {said}")


def test_an_installation_on_this_machine_may_do_without_tls(production: pytest.MonkeyPatch) -> None:
    production.setenv("GOODWORD_BASE_URL", "http://localhost:8000/")
    production.setenv("GOODWORD_TRUSTED_PROXIES", "0")
    read = runpy.run_path(str(SETTINGS))
    assert (read["GOODWORD_BASE_URL"], read["SESSION_COOKIE_NAME"], read["SECURE_SSL_REDIRECT"]) == (
        "http://localhost:8000",
        "goodword_session",
        False,
    )


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "goodword.cli", "worker"],
        env=os.environ | PRODUCTION | {"GOODWORD_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("goodword: The database cannot be reached. Check DATABASE_URL, ")
    assert done.stderr.count("\n") == 1


@pytest.mark.django_db
def test_a_database_of_an_earlier_version_is_refused() -> None:
    startup.check_database()
    startup.check_migrations()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'reports'")
    with pytest.raises(SettingError, match="Run `goodword migrate` first"):
        startup.check_migrations()


def test_missing_static_files_are_refused_in_production_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "STATIC_ROOT", tmp_path)
    startup.check_static_files()
    monkeypatch.setattr(settings, "PRODUCTION", True)
    with pytest.raises(SettingError, match="Run `goodword collectstatic --noinput`"):
        startup.check_static_files()
    (tmp_path / "staticfiles.json").write_text("{}")
    startup.check_static_files()


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    startup.check_writable(tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(
        SettingError, match=r"^GOODWORD_DATA \(.*/file/data\) cannot be written: Not a directory"
    ):
        startup.check_writable(tmp_path / "file" / "data")
