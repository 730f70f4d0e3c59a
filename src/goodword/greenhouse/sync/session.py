"""A client for a connection, with the connection's health kept up to date by what its calls meet.

    with harvest(connection) as api:
        application = api.application(409)

Never inside a transaction: a slow Greenhouse would hold the rows.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx2
from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from goodword.core import clock, crypto, stopping
from goodword.greenhouse.client import (
    READS,
    Exchange,
    Forbidden,
    HarvestApi,
    HarvestError,
    Limits,
    Pacer,
    Priority,
    Retry,
    TokenStore,
    Unauthorised,
    UnexpectedShape,
    V1Credentials,
    V3Credentials,
    build,
    probe_all,
)
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.pacer import pacer_of, token_pacer_of
from goodword.greenhouse.sync.tally import Tally
from goodword.greenhouse.sync.tokens import ConnectionTokens

State = Connection.State

PERMISSION_MISSING = (
    "Greenhouse does not let this key do all that is needed. In Greenhouse, edit the credential and tick every "
    "permission that is listed here."
)

#: for work that has a row to come back to: one quick second try, then the row waits and not the worker
BRIEFLY = Retry(attempts=2, first_wait=0.4, longest_wait=1.0, patience=2.0)

#: where a person waits before a page: a Greenhouse that is silent for so long is called unreachable
WHILE_ONE_WAITS = Limits(read=8.0, total=20.0)


def client_for(
    credentials: V1Credentials | V3Credentials,
    *,
    token_store: TokenStore | None = None,
    pacer: Pacer | None = None,
    token_pacer: Pacer | None = None,
    worked_before: bool | None = None,
    priority: Priority = Priority.BACKGROUND,
    retry: Retry = READS,
    watch: Callable[[Exchange], None] | None = None,
) -> HarvestApi:
    """A client for a credential that need not be saved yet, at the addresses of the settings. Close it."""
    v1 = isinstance(credentials, V1Credentials)
    return build(
        credentials,
        base_url=settings.GOODWORD_GREENHOUSE_V1_URL if v1 else settings.GOODWORD_GREENHOUSE_V3_URL,
        token_url=f"{settings.GOODWORD_GREENHOUSE_AUTH_URL}/token",
        clock=clock.now,
        transport=_transport(),
        allow_private=settings.GOODWORD_ALLOW_PRIVATE_ADDRESSES,
        token_store=token_store,
        pacer=pacer,
        token_pacer=token_pacer,
        worked_before=worked_before,
        priority=priority,
        retry=retry,
        sleep=stopping.pause,
        watch=watch,
        limits=WHILE_ONE_WAITS if priority is Priority.PERSON else Limits(),
    )


@contextmanager
def harvest(
    connection: Connection, *, priority: Priority = Priority.BACKGROUND, retry: Retry = READS
) -> Iterator[HarvestApi]:
    """A client for a saved connection. A HarvestError that leaves the block is kept as its `last_error`.

    Raises crypto.CannotOpen if the stored credential does not open. A credential that was saved has worked,
    so a refusal is called *revoked or expired*.
    """
    try:
        credentials = connection.credentials()
    except crypto.CannotOpen as error:
        _note(connection, str(error))
        raise
    tally = Tally(connection)
    api = client_for(
        credentials,
        watch=tally.count,
        token_store=ConnectionTokens(connection),
        pacer=pacer_of(connection),
        token_pacer=token_pacer_of(connection),
        worked_before=True,
        priority=priority,
        retry=retry,
    )
    try:
        yield api
    except HarvestError as error:
        if isinstance(error, UnexpectedShape):
            tally.unreadable()
        _failed(connection, error, api=api)
        raise
    else:
        if tally.called:
            _worked(connection)
    finally:
        api.close()
        tally.flush()


def _worked(connection: Connection) -> None:
    rows = Connection.objects.across_organisations().filter(pk=connection.pk)
    rows.update(last_call_at=clock.now(), last_error="", last_error_at=None)
    rows.filter(state=State.BROKEN).update(state=State.ACTIVE)


def _failed(connection: Connection, error: HarvestError, *, api: HarvestApi) -> None:
    sentence, broken = f"{error.sentence} {error.remedy}", isinstance(error, Unauthorised)
    if isinstance(error, Unauthorised) and error.may_be_permission and _may_do_something(api):
        sentence, broken = PERMISSION_MISSING, False
    rows, now = _note(connection, sentence), clock.now()
    rows.update(last_call_at=now)
    if isinstance(error, Forbidden | Unauthorised):
        rows.filter(check_at__gt=now).update(check_at=now)  # what may it still do? The next sweep finds out
    if broken:
        # unless another key was set meanwhile
        alive = rows.filter(state__in=(State.ACTIVE, State.INCOMPLETE), credential=connection.credential)
        alive.update(state=State.BROKEN)


def _may_do_something(api: HarvestApi) -> bool:
    """Whether a v1 key is good for anything. A refusal there means a bad key or a missing permission: if some
    other read works it is the permission, if none does the key is no good any more. Unknown counts as good."""
    try:
        next(probe_all(api), None)
    except Unauthorised:
        return False
    except HarvestError:
        return True
    return True


def _note(connection: Connection, sentence: str) -> QuerySet[Connection]:
    rows = Connection.objects.across_organisations().filter(pk=connection.pk)
    rows.update(last_error=sentence, last_error_at=clock.now())
    return rows


def _transport() -> httpx2.BaseTransport | None:
    """What replaces the network, by the dotted path of a function in the settings; None: nothing does."""
    path: str | None = getattr(settings, "GOODWORD_HARVEST_TRANSPORT", None)
    return import_string(path)() if path else None
