"""Body text and signature, in Greenhouse's way."""

import hashlib
import hmac
import json
from typing import Any


def body_text(action: str, payload: dict[str, Any]) -> str:
    """The JSON that is sent: non-ASCII characters and `<`, `>`, `&` are escaped as `\\uXXXX`."""
    text = json.dumps({"action": action, "payload": payload}, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def signature(body: bytes, secret_key: str) -> str:
    """The value of the `Signature` header: the word sha256, a space, the HMAC of the raw body in hex."""
    digest = hmac.new(secret_key.encode(), body, hashlib.sha256).hexdigest()
    return f"sha256 {digest}"
