"""Greenhouse's signature of a webhook: `Signature: sha256 <hex>`, an HMAC of the raw body.

Source: Greenhouse's webhook documentation. One space, no "="; only the body is signed, no header is. The body
must not be parsed and written again before checking, since Greenhouse escapes some characters in it.
"""

import hashlib
import hmac
from collections.abc import Iterable

_SCHEME = "sha256 "


def is_signed(body: bytes, *, header: str, keys: Iterable[str]) -> bool:
    """Whether the header signs the body with one of the keys. Each key is compared, in constant time."""
    if not header.startswith(_SCHEME):
        return False
    given = header.removeprefix(_SCHEME).encode()
    matches = [hmac.compare_digest(given, _sign(body, key).encode()) for key in keys]
    return any(matches)


def _sign(body: bytes, key: str) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
