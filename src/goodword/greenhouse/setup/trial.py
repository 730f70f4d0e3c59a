"""Trying a key before it is kept: each permission by name, one after the other, so that progress can be shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from goodword.greenhouse.client import (
    Forbidden,
    HarvestApi,
    MemoryTokenStore,
    Permission,
    Priority,
    ProbeResult,
    Token,
    TokenStore,
    Unauthorised,
    V1Credentials,
    V3Credentials,
)
from goodword.greenhouse.client.permissions import V1_PERMISSIONS, V3_PERMISSIONS, missing
from goodword.greenhouse.sync.session import BRIEFLY, client_for

Credentials = V1Credentials | V3Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is known of a key so far.

    `works`: Greenhouse took it for something. Until then a refusal by Harvest v1 may mean the key or a
    permission. `account_name` is empty where Greenhouse does not tell it.
    """

    credentials: Credentials
    results: tuple[ProbeResult, ...] = ()
    works: bool = False
    account_name: str = ""
    token: Token | None = None

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """All that is asked with this kind of key, in order."""
        return V1_PERMISSIONS if isinstance(self.credentials, V1Credentials) else V3_PERMISSIONS

    @property
    def next(self) -> Permission | None:
        """What is asked next; None: all is known."""
        rest = self.permissions[len(self.results) :]
        return rest[0] if rest else None


def try_one(trial: Trial, *, worked_before: bool = False) -> Trial:
    """Ask for one permission more. Reads only. Raises HarvestError: then the key is not to be kept."""
    with asking(trial, worked_before=worked_before) as (api, store):
        return _asked(trial, api, store)


def try_key(trial: Trial, *, worked_before: bool = False) -> Trial:
    """Ask for all that is not known yet. Reads only. Raises HarvestError: then the key is not to be kept."""
    with asking(trial, worked_before=worked_before) as (api, store):
        while trial.next is not None:
            trial = _asked(trial, api, store)
    return trial


@contextmanager
def asking(trial: Trial, *, worked_before: bool = True) -> Iterator[tuple[HarvestApi, TokenStore]]:
    """A client for the key that is tried; a token that was minted before serves again."""
    store = MemoryTokenStore()
    if trial.token is not None and store.claim():
        store.save(trial.token)
    api = client_for(
        trial.credentials,
        token_store=store,
        worked_before=worked_before,
        priority=Priority.PERSON,
        retry=BRIEFLY,
    )
    with api:
        yield api, store


def _asked(trial: Trial, api: HarvestApi, store: TokenStore) -> Trial:
    permission = trial.next
    if permission is None:
        return trial
    last = len(trial.results) + 1 == len(trial.permissions)
    works = trial.works
    try:
        result, works = api.probe(permission), True
    except Forbidden:  # Harvest v3 gives no token to a credential without any scope
        return replace(trial, results=tuple(map(missing, trial.permissions)))
    except Unauthorised as error:
        # Harvest v1 refuses a bad key and a missing permission alike: it may be the key only if nothing works
        if not error.may_be_permission or (last and not works and not api.knows_key()):
            raise
        result = missing(permission)
    return replace(
        trial,
        results=(*trial.results, result),
        works=works,
        account_name=api.account() or "",
        token=store.get(),
    )
