"""Secret files that are created once: the demo's `keys.json`, and those of `goodword make-secrets`."""

import base64
import os
import secrets
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

#: PostgreSQL's container reads it too, as another user
_PASSWORD: Final = "database_password"  # noqa: S105 - a file's name


class CannotMake(Exception):
    """The message says why, and what to do."""


def new_keys() -> dict[str, str]:
    return {
        "secret_key": secrets.token_urlsafe(48),
        "field_keys": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
    }


def create_file(path: Path, text: str, *, mode: int = 0o600) -> bool:
    """Create the file atomically unless it exists. Returns whether this process created it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    try:
        draft.write_text(text, encoding="utf-8")
        draft.chmod(mode)
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def make_secrets(folder: Path, database: str) -> list[str]:
    """Create whichever of secret_key, field_keys, database_password and database_url are missing, and return their
    names.

    `database` is the URL without a password. Raises CannotMake.
    """
    parts = urlsplit(database)
    if parts.scheme != "postgresql" or not parts.username or parts.password is not None:
        raise CannotMake(
            "--database must be a URL with a user and without a password, like postgresql://goodword@database/goodword."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = [name for name, value in new_keys().items() if create_file(folder / name, value)]
        if create_file(folder / _PASSWORD, secrets.token_urlsafe(32), mode=0o644):
            made.append(_PASSWORD)
        user, place = database.split("@", 1)
        password = (folder / _PASSWORD).read_text(encoding="utf-8").strip()
        if create_file(folder / "database_url", f"{user}:{password}@{place}"):
            made.append("database_url")
    except OSError as error:
        raise CannotMake(f"{folder} cannot be used: {error.strerror}.") from error
    return made
