"""What a sandbox is given at its start: credentials that are known beforehand, web hooks, switches."""

import uuid
from datetime import datetime
from typing import Any

from greenhouse_sandbox.credentials import CLIENT_ID_SUFFIX, create_api_key, create_oauth_client, digest
from greenhouse_sandbox.permissions import categories
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.switches import CHOICES, checked_switches
from greenhouse_sandbox.store.webhooks import PENDING, Delivery, Webhook
from greenhouse_sandbox.webhooks.events import EVENTS, PING
from greenhouse_sandbox.webhooks.payloads import ping_payload
from greenhouse_sandbox.webhooks.signer import body_text

GIVEN = "Given at the start"


def give_api_key(store: Store, key: str, now: datetime) -> None:
    """A v1 key with every permission, whose secret is `key`. Given again, it is the same one."""
    known = store.api_keys.by("key_hash", digest(key))
    row = known[0] if known else None
    if row is None:
        row, _ = create_api_key(store, description=GIVEN, partner="", actor_id=store.acting_user_id, now=now)
    row.key_hash, row.hint, row.revoked = digest(key), f"…{key[-4:]}", False
    row.permissions = _all("v1")
    store.api_keys.changed(row, now)


def give_oauth_client(store: Store, client_id: str, secret: str, now: datetime) -> None:
    """A v3 credential with every scope. Given again, it is the same one, with this secret.

    ValueError with a sentence if the token endpoint would not take the id.
    """
    if not client_id.endswith(CLIENT_ID_SUFFIX):
        raise ValueError(f"A client id ends with {CLIENT_ID_SUFFIX}.")
    known = store.oauth_clients.by("client_id", client_id)
    row = known[0] if known else None
    if row is None:
        row, _ = create_oauth_client(
            store, description=GIVEN, partner="", actor_id=store.acting_user_id, now=now
        )
    row.client_id, row.secret_hash, row.hint = client_id, digest(secret), f"…{secret[-4:]}"
    row.scopes, row.revoked = _all("v3"), False
    store.oauth_clients.changed(row, now)


def make_webhooks(store: Store, url: str, secret: str, actions: list[str], now: datetime) -> int:
    """An enabled web hook to `url` for each action (none named: for all), and a ping for each; how many are new.

    The pings are sent like events, tried again if need be, so that the receiver may start later. ValueError with
    a sentence if an action is unknown.
    """
    unknown = [one for one in actions if one not in EVENTS]
    if unknown:
        raise ValueError(f"There is no web hook for {', '.join(unknown)}. Known: {', '.join(EVENTS)}.")
    there = {(hook.action, hook.endpoint_url, hook.secret_key) for hook in store.webhooks.rising()}
    wanted = [one for one in actions or EVENTS if (one, url, secret) not in there]
    for action in wanted:
        hook = store.webhooks.insert(
            Webhook(
                id=store.webhooks.new_id(),
                created_at=now,
                updated_at=now,
                name=EVENTS[action],
                action=action,
                endpoint_url=url,
                secret_key=secret,
                active=True,
            )
        )
        store.deliveries.insert(
            Delivery(
                id=store.deliveries.new_id(),
                created_at=now,
                updated_at=now,
                webhook_id=hook.id,
                event_id=str(uuid.uuid4()),
                action=PING,
                body=body_text(PING, ping_payload(hook)),
                state=PENDING,
                next_attempt_at=now,
            )
        )
    return len(wanted)


def read_switch(text: str) -> dict[str, Any]:
    """`name=value` as a switch; ValueError with a sentence if there is no such switch or value."""
    name, equals, written = text.partition("=")
    if not equals:
        raise ValueError(f"A switch is written name=value, not {text!r}.")
    value: Any = int(written) if written.isdecimal() else written
    for choice in CHOICES.get(name, ()):
        if str(choice).lower() == written.lower():
            value = choice
    return checked_switches({name: value})


def _all(version: str) -> list[str]:
    return [one.key for members in categories(version).values() for one in members]
