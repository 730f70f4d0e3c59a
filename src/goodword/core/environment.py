"""Settings from the environment. `NAME_FILE` names a file that contains the value, for mounted secrets."""

import base64
import json
import os
import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from goodword.core.secret_files import create_file, new_keys

LARGEST_PORT = 65535
#: largest number accepted: more days or hours would not fit into a date
MOST = 100_000
#: characters; `openssl rand -base64 48` gives 64
SHORTEST_SECRET_KEY = 40
SHORTEST_TOKEN = 24
#: a host as browsers send it; IPv6 addresses are recognised by their colons
_HOST = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*")
#: a domain of e-mail addresses, possibly with non-ASCII letters
_DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)+")
#: libpq's error for a part of the query
_UNKNOWN_PARAMETER = re.compile(r'invalid URI query parameter: "([\w-]+)"')
#: a DATABASE_URL where no server listens, for commands that need no database
NO_DATABASE: Final = "postgresql://127.0.0.1:1/none"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
#: names of all settings read, which a test compares with docs/settings.md
names_read: set[str] = set()


class SettingError(Exception):
    """A setting is missing or invalid. The message names it and says what to set."""


def text(name: str, default: str | None = None) -> str:
    """The value of `name`, else of the file that `name_FILE` points to, else `default`, else SettingError."""
    names_read.add(name)
    if file := os.environ.get(f"{name}_FILE"):
        try:
            content = Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingError(
                f"{name}_FILE points to {file}, which cannot be read: {error.strerror}."
            ) from error
        except UnicodeDecodeError as error:
            raise SettingError(f"{name}_FILE points to {file}, which is not text in UTF-8.") from error
        if not content:
            raise SettingError(f"{name}_FILE points to {file}, which is empty.")
        return content
    value = os.environ.get(name)
    if value is not None and value != "":
        return value
    if default is None:
        raise SettingError(f"Set {name} (see docs/settings.md); Goodword does not start without it.")
    return default


def number(name: str, default: int | None, *, least: int = 0) -> int:
    value = text(name, None if default is None else str(default))
    try:
        found = int(value)
    except ValueError as error:
        raise SettingError(f"{name} must be a whole number, not {value!r}.") from error
    if found < least:
        raise SettingError(f"{name} must be at least {least}, not {found}.")
    if found > MOST:
        raise SettingError(f"{name} must be at most {MOST:,}, not {value}.")
    return found


def choice(name: str, default: str, choices: Sequence[str]) -> str:
    value = text(name, default).upper()
    if value not in choices:
        raise SettingError(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def secret_key(name: str, default: str | None) -> str:
    value = text(name, default)
    if len(value) < SHORTEST_SECRET_KEY or len(set(value)) < 10:
        raise SettingError(
            f"{name} must be at least {SHORTEST_SECRET_KEY} random characters. Make one with `openssl rand -base64 48`."
        )
    return value


def address(name: str, default: str | None) -> str:
    value = text(name, default)
    try:
        validate_email(value)
    except ValidationError as error:
        raise SettingError(f"{name} must be an e-mail address like it@example.com, not {value!r}.") from error
    return value


def base_url(name: str, default: str | None, *, https: bool) -> SplitResult:
    """Scheme, host and port of the installation. With `https`, plain http is accepted only for this machine."""
    value = text(name, default).rstrip("/")
    parts = check_url(name, value, example="https://goodword.example.com")
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingError(
            f"{name} must be scheme and host only, like https://{parts.hostname}, not {value!r}."
        )
    host = str(parts.hostname)
    if ":" not in host and not _HOST.fullmatch(host):
        raise SettingError(
            f"{name} must name a host as browsers send it, not {host!r}: like goodword.example.com, or "
            "xn--bcher-kva.example for one with other letters."
        )
    if https and parts.scheme != "https" and host not in {"localhost", "127.0.0.1", "::1"}:
        raise SettingError(
            f"{name} must begin with https:// (it is {value!r}), because links to personal data use it. "
            "Put a proxy that terminates TLS in front; see docs/operating.md."
        )
    return parts


def service_url(name: str, default: str, *, https: bool) -> str:
    """The URL of another service without a trailing slash. Plain http is accepted only if `https` is off."""
    value = text(name, default).rstrip("/")
    parts = check_url(name, value, example=default)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingError(f"{name} must be scheme, host and path only, like {default}.")
    if https and parts.scheme != "https":
        raise SettingError(f"{name} must begin with https://, not be {value!r}.")
    return value


def optional_url(name: str, *, example: str) -> str:
    """Like `service_url`, or "" if it is not set."""
    value = text(name, "").rstrip("/")
    if value:
        check_url(name, value, example=example)
    return value


def sentry_dsn(name: str) -> str:
    value = text(name, "")
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.username
    except ValueError:
        usable = None
    if value and not (usable and parts.path.rpartition("/")[2].isdecimal()):
        raise SettingError(f"{name} must look like https://key@sentry.example.com/1.")
    return value


def check_url(name: str, value: str, *, example: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # invalid port, or incomplete IPv6 address
        usable = None
    if not usable or any(sign.isspace() for sign in value):
        raise SettingError(f"{name} must be a URL like {example}, not {value!r}.")
    return parts


def port(name: str, default: int) -> int:
    given = text(name, str(default))
    value = int(given) if given.isdecimal() else 0
    if not 0 < value <= LARGEST_PORT:
        raise SettingError(f"{name} must be a port number, from 1 to {LARGEST_PORT}, not {given!r}.")
    return value


def flag(name: str, *, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise SettingError(f"{name} must be yes or no, not {value!r}.")


def words(name: str, default: str = "") -> list[str]:
    given = text(name, default)
    found = [word.strip() for word in given.split(",") if word.strip()]
    if given and not found:
        raise SettingError(f"{name} lists nothing. Remove it, or list values separated by commas.")
    return found


def domains(name: str) -> list[str]:
    given = [word.lower() for word in words(name)]
    for domain in given:
        if not _DOMAIN.fullmatch(domain):
            raise SettingError(f"{name} must be domains like example.com, not {domain!r}.")
    return given


#: prefixes of age recipients; all others are gpg's
AGE: Final = ("age1", "ssh-")
#: an e-mail address, or a fingerprint or key id in hexadecimal, also in groups (as gpg prints it) or with ! (a subkey)
_GPG: Final = re.compile(r"[^\s@]+@[^\s@]+|(0x)?([0-9A-Fa-f]{4} *){2,}!?")


def backup_recipients(name: str) -> list[str]:
    given = words(name)
    if len({recipient.startswith(AGE) for recipient in given}) > 1:
        raise SettingError(f"{name} must name keys of either age (age1..., ssh-...) or gpg, not both.")
    for recipient in given:
        if not recipient.startswith(AGE) and not _GPG.fullmatch(recipient):
            raise SettingError(
                f"{name} must name keys of age (age1..., ssh-...), or e-mail addresses or fingerprints of gpg keys, "
                f"not {recipient!r}."
            )
    return given


def token(name: str) -> str:
    given = text(name, "")
    if given and (len(given) < SHORTEST_TOKEN or not given.isascii() or " " in given):
        raise SettingError(
            f"{name} must be at least {SHORTEST_TOKEN} random characters. Make one with `openssl rand -hex 20`."
        )
    return given


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(word) for word in words(name)]
    except ValueError as error:
        raise SettingError(f"{name} must be addresses or networks like 10.0.0.0/8: {error}.") from error


def only_with_extra(name: str, value: str, *, module: str, extra: str) -> str:
    """Return the value, which must be empty unless the optional package is installed."""
    try:
        found = not value or find_spec(module) is not None
    except ModuleNotFoundError:  # the parent package is missing
        found = False
    if not found:
        raise SettingError(
            f"{name} needs an optional package: install goodword[{extra}], or remove the setting."
        )
    return value


def listening(name: str) -> tuple[str, int] | None:
    """Address and port to listen on, such as 127.0.0.1:9464; None if not set."""
    given = text(name, "")
    if not given:
        return None
    host, _, number_text = given.rpartition(":")
    if not host or not number_text.isdecimal() or not 0 < int(number_text) < 2**16:
        raise SettingError(f"{name} must be an address and a port like 127.0.0.1:9464, not {given!r}.")
    return host.strip("[]"), int(number_text)


#: bytes of a name in PostgreSQL
_LONGEST_NAME: Final = 63


def database(url: str) -> dict[str, Any]:
    """Django's connection settings for a postgresql:// URL. A socket directory can be given as `host=`."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise SettingError("DATABASE_URL must begin with postgresql://; Goodword runs on PostgreSQL only.")
    try:
        parts = conninfo_to_dict(url)
        torn = _is_torn(parts)
    except ProgrammingError as error:
        parameter = _UNKNOWN_PARAMETER.search(str(error))
        if parameter and "@" not in url.rpartition("?")[2]:  # otherwise it may be part of a password
            raise SettingError(
                f"DATABASE_URL has the parameter {parameter[1]!r}, which PostgreSQL does not know. Remove it: for TLS, "
                "use sslmode=require."
            ) from None
        torn = True
    if torn:
        # libpq quotes the URL in its errors, and an unescaped password can end up in its host, port or database name
        raise SettingError(
            "DATABASE_URL cannot be read. Write special characters in the password as %XX (@ as %40, / as %2F)."
        ) from None
    try:
        int(float(str(parts.get("connect_timeout") or 0)))  # as psycopg does
    except (ValueError, OverflowError):
        # the first connection would not show this, since it has its own timeout (core.startup)
        raise SettingError("connect_timeout in DATABASE_URL must be a number of seconds.") from None
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    settings: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql"}
    settings |= {django: str(parts[libpq]) for libpq, django in known.items() if parts.get(libpq)}
    if "NAME" not in settings and not parts.get("service"):
        raise SettingError(
            "DATABASE_URL names no database. Add its name at the end: postgresql://.../goodword."
        )
    if len(settings.get("NAME", "").encode()) > _LONGEST_NAME:
        raise SettingError(f"The database's name in DATABASE_URL is longer than {_LONGEST_NAME} characters.")
    # Django sets the encoding itself
    settings["OPTIONS"] = {
        name: value for name, value in parts.items() if name not in known and name != "client_encoding"
    }
    return settings


def _is_torn(parts: Mapping[str, Any]) -> bool:
    """Whether an unescaped @ or / in the password has split the URL in the wrong place."""
    ports = str(parts.get("port") or "").split(",")
    if any("@" in str(parts.get(name) or "") for name in ("host", "dbname")) or "?" in str(parts.get("user")):
        return True
    return not all(not port or (port.isascii() and port.isdigit() and len(port) <= 5) for port in ports)


def scanner(name: str) -> str:
    given = text(name, "")
    if not given:
        return ""
    try:
        parts = urlsplit(given)
        fits = (
            bool(parts.hostname and parts.port)
            if parts.scheme == "tcp"
            else parts.scheme == "unix" and parts.path
        )
    except ValueError:
        fits = False
    if not fits:
        raise SettingError(
            f"{name} must be like tcp://127.0.0.1:3310 or unix:/run/clamav/clamd.ctl, not {given!r}."
        )
    return given


def smtp(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), -1
    # an unescaped /, ? or # in the password ends the host too early
    rest = parts.path.strip("/") or parts.query or parts.fragment
    spaced = any(sign.isspace() for sign in parts.hostname or "")
    scheme_known = parts.scheme in {"smtp", "smtps", "smtp+starttls"}
    # with only one of them, Django would not sign in
    torn = bool(parts.username) != bool(parts.password)
    if not scheme_known or not parts.hostname or port == -1 or rest or spaced or torn:
        raise SettingError("GOODWORD_SMTP_URL must look like smtp+starttls://user:password@host:587.")
    default_port = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}[parts.scheme]
    return {
        "host": parts.hostname,
        "port": port or default_port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+starttls",
        "use_ssl": parts.scheme == "smtps",
        "timeout": 20,  # for each step before the message itself, whose response may take longer (core.mail)
    }


def data_folder() -> Path:
    return Path(text("GOODWORD_DATA", "./var")).absolute()


def local_keys(data: Path) -> dict[str, str]:
    path = data / "keys.json"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        create_file(path, json.dumps(new_keys()))  # a second process uses the first one's keys
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        loaded = None
    if not isinstance(loaded, dict) or not all(isinstance(value, str) for value in loaded.values()):
        raise SettingError(
            f"{path} is damaged. Restore it from a copy. If there is none, delete it: new keys are created, which "
            "can't decrypt the secrets in this database."
        )
    return loaded


def parse_field_keys(value: str) -> dict[str, bytes]:
    """Parse "id:base64,id:base64" into 32-byte keys by id. The first one encrypts, all of them decrypt."""
    keys: dict[str, bytes] = {}
    for part in filter(None, (piece.strip() for piece in value.split(","))):
        name, _, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            # not quoted: the name may be the key, if they were swapped
            raise SettingError("GOODWORD_FIELD_KEYS: each entry is id:base64 of 32 random bytes.") from error
        if len(key) != 32 or not name:
            raise SettingError("GOODWORD_FIELD_KEYS: each entry is id:base64 of 32 random bytes.")
        if name in keys:
            raise SettingError(f"GOODWORD_FIELD_KEYS has two keys {name!r}: each needs its own id.")
        if key in keys.values():
            raise SettingError(
                "GOODWORD_FIELD_KEYS has the same key twice. Make each with `openssl rand -base64 32`."
            )
        keys[name] = key
    if not keys:
        raise SettingError("GOODWORD_FIELD_KEYS needs at least one key, as id:base64 of 32 random bytes.")
    return keys
