"""Reading the environment: one place, loud when something is missing.

Every name read here is documented in docs/settings.md (a test proves it). `NAME_FILE` names a file that
holds the value, for secrets mounted as files.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

LARGEST_PORT = 65535


class SettingError(Exception):
    """A setting is missing or wrong; the sentence says which one and what to write there."""


#: every name that was asked for, for the test that compares them with docs/settings.md
asked: set[str] = set()


def text(name: str, default: str | None = None) -> str:
    """The value of `name`, or of the file that `name_FILE` points to, or `default`; without any, SettingError."""
    asked.add(name)
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingError(
                f"{name}_FILE points to {file}, which cannot be read: {error.strerror}."
            ) from error
        except UnicodeDecodeError as error:
            raise SettingError(f"{name}_FILE points to {file}, which is not text in UTF-8.") from error
    value = os.environ.get(name)
    if value is not None and value != "":
        return value
    if default is None:
        raise SettingError(f"Set {name} (see docs/settings.md); Goodword does not start without it.")
    return default


def number(name: str, default: int | None) -> int:
    """An integer setting; without a default it must be set."""
    value = text(name, None if default is None else str(default))
    try:
        return int(value)
    except ValueError as error:
        raise SettingError(f"{name} must be a whole number, not {value!r}.") from error


def port(name: str, default: int) -> int:
    """The number of a port to listen on."""
    given = text(name, str(default))
    value = int(given) if given.isdecimal() else 0
    if not 0 < value <= LARGEST_PORT:
        raise SettingError(f"{name} must be a port number, from 1 to {LARGEST_PORT}, not {given!r}.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """A yes/no setting: 1, true, yes, on or 0, false, no, off."""
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise SettingError(f"{name} must be yes or no, not {value!r}.")


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(url: str) -> dict[str, Any]:
    """Django's connection settings for a postgresql:// URL (a socket directory as `host=` works too)."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise SettingError("DATABASE_URL must begin with postgresql://; Goodword runs on PostgreSQL only.")
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise SettingError(f"DATABASE_URL cannot be read: {str(error).strip()}.") from error
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    settings: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql"}
    settings |= {django: str(parts[libpq]) for libpq, django in known.items() if parts.get(libpq)}
    settings["OPTIONS"] = {name: value for name, value in parts.items() if name not in known}
    return settings


def smtp(url: str) -> dict[str, Any]:
    """Options of Django's SMTP mailer for smtp://, smtp+starttls:// or smtps:// with user:password@host:port."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in {"smtp", "smtps", "smtp+starttls"} or not parts.hostname or port == -1:
        raise SettingError("GOODWORD_SMTP_URL must look like smtp+starttls://user:password@host:587.")
    default_port = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}[parts.scheme]
    return {
        "host": parts.hostname,
        "port": port or default_port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+starttls",
        "use_ssl": parts.scheme == "smtps",
        "timeout": 20,
    }
