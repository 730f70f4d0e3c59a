"""Access tokens: JSON Web Tokens signed with HMAC-SHA256. Clients must not rely on that."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from greenhouse_sandbox.permissions import V1_TO_V3
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.account import OAuthClient
from greenhouse_sandbox.store.people import User


class BadTokenError(Exception):
    """The message is the one that the API sends."""


@dataclass(frozen=True)
class Bearer:
    """The user and current permissions of a token. `credential` names its client or key."""

    credential: str
    user: User
    scopes: frozenset[str]


def mint(
    store: Store, *, credential: str, user_id: int, now: datetime, scopes: list[str] | None = None
) -> tuple[str, datetime]:
    """Create a token for `client:<id>` or `key:<id>`. Returns it with its expiry. `scopes`: limits it to what a person
    granted."""
    issued = now.replace(microsecond=0)
    expires = issued + timedelta(seconds=store.switches["token_seconds"])
    claims: dict[str, Any] = {
        "iss": "https://auth.greenhouse.io",
        "sub": str(user_id),
        "cid": credential,
        "iat": int(issued.timestamp()),
        "exp": int(expires.timestamp()),
        "jti": secrets.token_hex(8),
        "silo": "silo2",
        "act": {"organization": store.organisation},
    }
    if scopes is not None:
        claims["scope"] = " ".join(scopes)
    _remember(store, credential, claims)
    head = _encode({"alg": "HS256", "typ": "JWT"})
    unsigned = f"{head}.{_encode(claims)}"
    return f"{unsigned}.{_sign(store, unsigned)}", expires


def read_token(store: Store, token: str, *, now: datetime) -> Bearer:
    """Raises BadTokenError if the token isn't ours, is expired or revoked. The scopes are those that the credential has
    now."""
    claims = _claims(store, token)
    if now.timestamp() >= claims["exp"]:
        raise BadTokenError("Token has expired. Please request a new access token.")
    kind, _, number = str(claims["cid"]).partition(":")
    user = store.users.get(int(claims["sub"]))
    scopes: frozenset[str]
    if kind == "client":
        client = store.oauth_clients.get(int(number))
        alive = client is not None and not client.revoked and not _replaced(store, client, claims)
        scopes = frozenset(client.scopes) if client else frozenset()
    else:
        key = store.api_keys.get(int(number))
        alive = key is not None and not key.revoked
        scopes = frozenset(
            scope for one in (key.permissions if key else []) for scope in V1_TO_V3.get(one, ())
        )
    if "scope" in claims:
        scopes &= frozenset(claims["scope"].split())
    if not alive or user is None or user.deactivated:
        raise BadTokenError("Token is no longer valid.")
    return Bearer(credential=str(claims["cid"]), user=user, scopes=scopes)


def _remember(store: Store, credential: str, claims: dict[str, Any]) -> None:
    kind, _, number = credential.partition(":")
    client = store.oauth_clients.get(int(number)) if kind == "client" else None
    if client is not None:
        client.latest_tokens[claims["sub"]] = claims["jti"]


def _replaced(store: Store, client: OAuthClient, claims: dict[str, Any]) -> bool:
    """Depending on a switch, a newer token for the same user replaces this one."""
    latest = client.latest_tokens.get(claims["sub"], claims["jti"])
    return bool(store.switches["new_token_ends_former"]) and latest != claims["jti"]


def _claims(store: Store, token: str) -> dict[str, Any]:
    unsigned, _, given = token.rpartition(".")
    if not unsigned or not hmac.compare_digest(given.encode(), _sign(store, unsigned).encode()):
        raise BadTokenError("Token could not be decoded. Please ensure your token is from a trusted source.")
    middle = unsigned.partition(".")[2]
    try:
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (binascii.Error, ValueError) as error:
        raise BadTokenError(
            "Token could not be decoded. Please ensure your token is from a trusted source."
        ) from error
    return claims


def _encode(part: dict[str, Any]) -> str:
    raw = json.dumps(part, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _sign(store: Store, unsigned: str) -> str:
    mac = hmac.new(store.signing_key.encode(), unsigned.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
