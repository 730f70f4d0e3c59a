"""Keys outside the database: from the environment, or, outside production, made once in the data folder."""

import base64
import json
import os
import secrets
from pathlib import Path

from goodword.core.environment import SettingError


def local_keys(data: Path) -> dict[str, str]:
    """The demo's own keys, made at the first start and found again at the next (file mode 0600)."""
    path = data / "keys.json"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        made = {
            "secret_key": secrets.token_urlsafe(48),
            "field_keys": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        }
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(made), encoding="utf-8")
        try:
            os.link(draft, path)  # a second process uses the first one's keys
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    loaded: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def parse_field_keys(value: str) -> dict[str, bytes]:
    """`id:base64,id:base64` to 32-byte keys by id; the first one encrypts, all decrypt."""
    keys: dict[str, bytes] = {}
    for part in filter(None, (piece.strip() for piece in value.split(","))):
        name, _, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise SettingError(f"GOODWORD_FIELD_KEYS: the key {name!r} is not base64.") from error
        if len(key) != 32 or not name:
            raise SettingError("GOODWORD_FIELD_KEYS: each entry is id:base64 of 32 random bytes.")
        keys[name] = key
    if not keys:
        raise SettingError("GOODWORD_FIELD_KEYS needs at least one key, as id:base64 of 32 random bytes.")
    return keys
