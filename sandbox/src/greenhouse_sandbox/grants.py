"""Codes and refresh tokens of the partner flow: each is good once, and for a while."""

import secrets
from datetime import datetime, timedelta

from greenhouse_sandbox.credentials import digest
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.access import OAuthClient
from greenhouse_sandbox.store.grants import Grant

LIVES = {"code": timedelta(minutes=1), "refresh": timedelta(hours=24)}
"""How long each kind is good for, as documented."""


def issue(
    store: Store,
    kind: str,
    client: OAuthClient,
    *,
    user_id: int,
    scopes: list[str],
    now: datetime,
    redirect_uri: str = "",
) -> str:
    """A new code or refresh token; what has ended is thrown away."""
    for old in [one for one in store.grants.rising() if one.expires_at <= now]:
        store.grants.delete(old.id)
    secret = secrets.token_urlsafe(32)
    store.grants.insert(
        Grant(
            id=store.grants.new_id(),
            created_at=now,
            updated_at=now,
            kind=kind,
            secret_hash=digest(secret),
            oauth_client_id=client.id,
            user_id=user_id,
            scopes=scopes,
            redirect_uri=redirect_uri,
            expires_at=now + LIVES[kind],
        )
    )
    return secret


def redeem(store: Store, kind: str, client: OAuthClient, secret: str, *, now: datetime) -> Grant | None:
    """What the code or refresh token stands for, this once; None if it is unknown, used, ended or another's."""
    found = store.grants.by("secret_hash", digest(secret))
    grant = found[0] if found else None
    if grant is None or grant.kind != kind or grant.oauth_client_id != client.id:
        return None
    if grant.used or grant.expires_at <= now:
        return None
    grant.used = True
    store.grants.changed(grant, now)
    return grant
