"""Creating and finding credentials. A secret is shown once."""

import hashlib
import secrets
from datetime import datetime

from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.account import ApiKey, OAuthClient
from greenhouse_sandbox.store.people import User

CLIENT_ID_SUFFIX = ".harvest-v3.greenhouse"


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def create_api_key(
    store: Store, *, description: str, partner: str, actor_id: int, now: datetime
) -> tuple[ApiKey, str]:
    key = f"{secrets.token_hex(16)}-2"
    row = ApiKey(
        id=store.api_keys.new_id(),
        created_at=now,
        updated_at=now,
        description=description,
        partner=partner,
        key_hash=digest(key),
        hint=f"…{key[-6:]}",
        created_by_id=actor_id,
    )
    return store.api_keys.insert(row), key


def create_oauth_client(
    store: Store, *, description: str, partner: str, actor_id: int, now: datetime
) -> tuple[OAuthClient, str]:
    service_user = store.users.insert(
        User(
            id=store.users.new_id(),
            created_at=now,
            updated_at=now,
            first_name="Integration",
            last_name=f"Service User ({description or 'Harvest V3'})",
            primary_email="",
            site_admin=True,
            service_account=True,
        )
    )
    secret = secrets.token_urlsafe(32)
    row = OAuthClient(
        id=store.oauth_clients.new_id(),
        created_at=now,
        updated_at=now,
        description=description,
        partner=partner,
        client_id=secrets.token_hex(12) + CLIENT_ID_SUFFIX,
        secret_hash=digest(secret),
        hint=f"…{secret[-4:]}",
        created_by_id=actor_id,
        service_user_id=service_user.id,
    )
    return store.oauth_clients.insert(row), secret


def find_api_key(store: Store, key: str) -> ApiKey | None:
    rows = store.api_keys.by("key_hash", digest(key))
    return rows[0] if rows and not rows[0].revoked else None


def find_oauth_client(store: Store, client_id: str) -> OAuthClient | None:
    rows = store.oauth_clients.by("client_id", client_id)
    return rows[0] if rows and not rows[0].revoked else None
