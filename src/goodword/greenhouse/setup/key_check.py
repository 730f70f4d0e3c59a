"""Check a key before it is stored, one permission after the other, so that progress can be shown."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from goodword.accounts.models import Membership
from goodword.core import crypto
from goodword.greenhouse.client import (
    Forbidden,
    HarvestApi,
    MemoryTokenStore,
    Permission,
    Priority,
    ProbeResult,
    State,
    Token,
    TokenStore,
    Unauthorised,
    V1Credentials,
    V3Credentials,
)
from goodword.greenhouse.client.permissions import V1_PERMISSIONS, V3_PERMISSIONS, missing
from goodword.greenhouse.setup.permissions import display_state, state_of
from goodword.greenhouse.sync.session import BRIEFLY, client_for

Credentials = V1Credentials | V3Credentials

#: how long a check can be continued
VALID_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCheck:
    """The results for a key so far.

    `works`: some call succeeded. Until then a refusal by Harvest v1 may mean the key or a permission. `account_name`
    is empty if Greenhouse does not give it.
    """

    credentials: Credentials
    results: tuple[ProbeResult, ...] = ()
    works: bool = False
    account_name: str = ""
    token: Token | None = None

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """All permissions checked for this kind of key, in order."""
        return V1_PERMISSIONS if isinstance(self.credentials, V1Credentials) else V3_PERMISSIONS

    @property
    def next(self) -> Permission | None:
        """The permission to check next; None when all are checked."""
        rest = self.permissions[len(self.results) :]
        return rest[0] if rest else None


def check_next(check: KeyCheck, *, worked_before: bool = False) -> KeyCheck:
    """Check one more permission. Reads only. Raises HarvestError: then the key must not be stored."""
    with client_for_check(check, worked_before=worked_before) as (api, store):
        return _checked(check, api, store)


def check_all(check: KeyCheck, *, worked_before: bool = False) -> KeyCheck:
    """Check all remaining permissions. Reads only. Raises HarvestError: then the key must not be stored."""
    with client_for_check(check, worked_before=worked_before) as (api, store):
        while check.next is not None:
            check = _checked(check, api, store)
    return check


@contextmanager
def client_for_check(
    check: KeyCheck, *, worked_before: bool = True
) -> Iterator[tuple[HarvestApi, TokenStore]]:
    """A client for the key, which uses the token of earlier requests again."""
    store = MemoryTokenStore()
    if check.token is not None and store.claim():
        store.save(check.token)
    api = client_for(
        check.credentials,
        token_store=store,
        worked_before=worked_before,
        priority=Priority.PERSON,
        retry=BRIEFLY,
    )
    with api:
        yield api, store


def _checked(check: KeyCheck, api: HarvestApi, store: TokenStore) -> KeyCheck:
    permission = check.next
    if permission is None:
        return check
    last = len(check.results) + 1 == len(check.permissions)
    works = check.works
    try:
        result, works = api.probe(permission), True
    except Forbidden:  # Harvest v3 gives no token to a credential without any scope
        return replace(check, results=tuple(map(missing, check.permissions)))
    except Unauthorised as error:
        # Harvest v1 refuses a bad key and a missing permission alike: it may be the key only if nothing works
        if not error.may_be_permission or (last and not works and not api.knows_key()):
            raise
        result = missing(permission)
    return replace(
        check,
        results=(*check.results, result),
        works=works,
        account_name=api.account() or "",
        token=store.get(),
    )


# --- progress -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionProgress:
    """A permission and its state so far, as the check row component names it."""

    name: str
    state: str


def progress(check: KeyCheck) -> list[PermissionProgress]:
    """All permissions in order. Before anything has worked, a refusal may mean the key, so it is not called missing."""
    found = []
    for number, permission in enumerate(check.permissions):
        known = number < len(check.results)
        state = (
            display_state(state_of(check.results[number]), required=permission.required)
            if known
            else "waiting"
        )
        if state == "missing" and not check.works:
            state = "untested"
        found.append(PermissionProgress(name=permission.name, state=state))
    return found


# --- state between requests -----------------------------------------------------------------------------------


def seal(check: KeyCheck, *, member: Membership, now: datetime) -> str:
    """The check, encrypted for a hidden field of the admin's page.

    The server stores nothing, so that an abandoned check leaves nothing behind and a refused key is never stored.
    """
    token = check.token
    plain = {
        "key": fingerprint(check.credentials),
        "at": now.isoformat(),
        "results": [[one.permission.key, one.state, one.writing, one.detail] for one in check.results],
        "works": check.works,
        "account": check.account_name,
        "token": [token.access_token, token.renew_at.isoformat()] if token else None,
    }
    return crypto.seal(json.dumps(plain), place=_place(member))


def unseal(sealed: str, *, credentials: Credentials, member: Membership, now: datetime) -> KeyCheck:
    """The check to continue; a new one if there is none for this key and admin, or it is too old."""
    new = KeyCheck(credentials=credentials)
    try:
        plain: Mapping[str, Any] = json.loads(crypto.unseal(sealed, place=_place(member)))
    except crypto.CannotOpen:
        return new
    age = now - datetime.fromisoformat(plain["at"])
    if plain["key"] != fingerprint(credentials) or not timedelta(0) <= age <= VALID_FOR:
        return new
    known = {permission.key: permission for permission in new.permissions}
    token = plain["token"]
    return KeyCheck(
        credentials=credentials,
        results=tuple(
            ProbeResult(known[key], State(state), State(writing) if writing else None, detail)
            for key, state, writing, detail in plain["results"]
        ),
        works=plain["works"],
        account_name=plain["account"],
        token=Token(token[0], renew_at=datetime.fromisoformat(token[1])) if token else None,
    )


def fingerprint(credentials: Credentials) -> str:
    """Identifies credentials without containing them."""
    parts: list[object]
    if isinstance(credentials, V1Credentials):
        parts = ["v1", credentials.api_key]
    else:
        parts = ["v3", credentials.client_id, credentials.client_secret, credentials.act_as]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _place(member: Membership) -> str:
    return f"greenhouse_trial:{member.pk}:{member.organisation_id}"
