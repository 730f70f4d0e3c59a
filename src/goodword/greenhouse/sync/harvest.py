"""A Harvest client for a stored connection. Never use it in a transaction: a slow Greenhouse would keep rows locked."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils.module_loading import import_string

from goodword.core import clock, crypto
from goodword.greenhouse.client import (
    READS,
    Exchange,
    Forbidden,
    HarvestApi,
    HarvestError,
    JobOwner,
    Limits,
    Pacer,
    Priority,
    RetryPolicy,
    Token,
    TokenStore,
    Unauthorised,
    UnexpectedShape,
    User,
    V1Credentials,
    V3Credentials,
    WrongKind,
    build,
    probe_all,
)
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.calls import CallCounter
from goodword.greenhouse.sync.rate_limit import pacer_of, token_pacer_of

State = Connection.State

PERMISSION_MISSING = (
    "Greenhouse does not let this key do everything Goodword needs. In Greenhouse, edit the credential and tick "
    "every permission listed here."
)

#: one quick retry: the row can wait, the worker shouldn't
BRIEFLY = RetryPolicy(attempts=2, first_wait=0.4, longest_wait=1.0, patience=2.0)

INTERACTIVE_LIMITS = Limits(read=8.0, total=20.0)

#: longer than minting a token takes
TOKEN_LEASE = timedelta(seconds=30)

#: short enough to notice deactivated users and newly granted permissions
CACHE_TTL = timedelta(minutes=10)

MAX_ENTRIES = 5000

RECORDED_EVERY = timedelta(seconds=15)

_REFUSED = "refused"

_cache_lock = threading.Lock()
_cached_reads: dict[tuple[Any, ...], tuple[datetime, Any]] = {}


def client_for(
    credentials: V1Credentials | V3Credentials,
    *,
    token_store: TokenStore | None = None,
    pacer: Pacer | None = None,
    token_pacer: Pacer | None = None,
    worked_before: bool | None = None,
    priority: Priority = Priority.BACKGROUND,
    retry: RetryPolicy = READS,
    watch: Callable[[Exchange], None] | None = None,
) -> HarvestApi:
    """Build a client. The credential need not be stored yet. Close the client when done."""
    v1 = isinstance(credentials, V1Credentials)
    network = settings.GOODWORD_HARVEST_TRANSPORT
    return build(
        credentials,
        base_url=settings.GOODWORD_GREENHOUSE_V1_URL if v1 else settings.GOODWORD_GREENHOUSE_V3_URL,
        token_url=f"{settings.GOODWORD_GREENHOUSE_AUTH_URL}/token",
        clock=clock.now,
        transport=import_string(network)() if network else None,
        allow_private=settings.GOODWORD_ALLOW_PRIVATE_ADDRESSES,
        token_store=token_store,
        pacer=pacer,
        token_pacer=token_pacer,
        worked_before=worked_before,
        priority=priority,
        retry=retry,
        sleep=import_string(settings.GOODWORD_HARVEST_PAUSE),
        watch=watch,
        limits=INTERACTIVE_LIMITS if priority is Priority.PERSON else Limits(),
    )


@contextmanager
def harvest(
    connection: Connection,
    *,
    priority: Priority = Priority.BACKGROUND,
    retry: RetryPolicy = READS,
    ahead: int = 1,
) -> Iterator[HarvestApi]:
    """Yield a client. `ahead`: how many calls are expected. Raises crypto.CannotOpen. Stores a HarvestError that leaves
    the block; a refused key marks the connection as not working."""
    try:
        credentials = connection.credentials()
    except crypto.CannotOpen as error:
        _set_error(connection, str(error))
        raise
    tally = CallCounter(connection)
    api = client_for(
        credentials,
        watch=tally.count,
        token_store=ConnectionTokens(connection),
        pacer=pacer_of(connection, ahead=ahead),
        token_pacer=token_pacer_of(connection),
        worked_before=True,
        priority=priority,
        retry=retry,
    )
    try:
        yield api
    except HarvestError as error:
        if isinstance(error, UnexpectedShape | WrongKind):
            tally.unreadable()
        _failed(connection, error, api=api)
        raise
    else:
        if tally.called and not _is_known_to_work(connection):
            _succeeded(connection)
    finally:
        api.close()
        tally.flush()


def _is_known_to_work(connection: Connection) -> bool:
    last = connection.last_call_at
    fine = connection.state != State.BROKEN and not connection.last_error
    return fine and last is not None and abs(clock.now() - last) < RECORDED_EVERY


def _succeeded(connection: Connection) -> None:
    rows = Connection.objects.across_organisations().filter(pk=connection.pk)
    works = Case(When(state=State.BROKEN, then=Value(State.ACTIVE)), default=F("state"))
    now = clock.now()
    rows.update(last_call_at=now, last_error="", last_error_at=None, state=works)
    connection.last_call_at = now


def _failed(connection: Connection, error: HarvestError, *, api: HarvestApi) -> None:
    sentence, broken = f"{error.sentence} {error.remedy}", isinstance(error, Unauthorised)
    if isinstance(error, Unauthorised) and error.may_be_permission and _works_at_all(api):
        sentence, broken = PERMISSION_MISSING, False
    rows, now = _set_error(connection, sentence), clock.now()
    rows.update(last_call_at=now)
    if isinstance(error, Forbidden | Unauthorised):
        rows.filter(check_at__gt=now).update(check_at=now)  # the next sweep checks its permissions
    if broken:
        # not if another key has been set in the meantime
        alive = rows.filter(state__in=(State.ACTIVE, State.INCOMPLETE), credential=connection.credential)
        alive.update(state=State.BROKEN)


def _works_at_all(api: HarvestApi) -> bool:
    """Whether anything can be read, since v1 refuses bad keys and missing permissions alike. True if unknown."""
    try:
        next(probe_all(api), None)
    except Unauthorised:
        return False
    except HarvestError:
        return True
    return True


def _set_error(connection: Connection, sentence: str) -> QuerySet[Connection]:
    rows = Connection.objects.across_organisations().filter(pk=connection.pk)
    rows.update(last_error=sentence, last_error_at=clock.now())
    return rows


class ConnectionTokens:
    """The `TokenStore` of one connection for one session: encrypted, shared by all workers.

    The lease is a column with an expiry and not a lock, so a worker that dies while minting blocks others only for
    TOKEN_LEASE. A token that was minted with a replaced credential isn't stored.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: Token | None = None
        self._is_open = False

    def get(self) -> Token | None:
        if not self._is_open:
            self._known, self._is_open = self._opened(self._connection.token), True
        if self._known is None or self._known.renew_at <= clock.now():
            self._known = self._read()
        return self._known

    def claim(self) -> bool:
        self._known, self._is_open = None, True
        now = clock.now()
        until = now + TOKEN_LEASE
        # a later end is from before the clock was set back
        free = Q(token_lease_until=None) | Q(token_lease_until__lte=now) | Q(token_lease_until__gt=until)
        return self._row().filter(free).update(token_lease_until=until) == 1

    def save(self, token: Token) -> None:
        plain = json.dumps({"access_token": token.access_token, "renew_at": token.renew_at.isoformat()})
        sealed = self._connection.seal("token", plain)
        self._row().update(token=sealed, token_lease_until=None)
        self._known, self._is_open = token, True

    def release(self) -> None:
        self._row().update(token_lease_until=None)

    def _row(self) -> QuerySet[Connection]:
        return Connection.objects.across_organisations().filter(
            pk=self._connection.pk, credential=self._connection.credential
        )

    def _read(self) -> Token | None:
        return self._opened(self._row().values_list("token", flat=True).first() or "")

    def _opened(self, sealed: str) -> Token | None:
        if not sealed:
            return None
        try:
            plain = json.loads(self._connection.unseal("token", sealed))
        except crypto.CannotOpen:
            return None
        return Token(plain["access_token"], renew_at=datetime.fromisoformat(plain["renew_at"]))


class CachedReads:
    """Caches reads per connection and process, since the applications of a burst share a few users. Refusals are also
    cached, for all reads of their kind."""

    def __init__(self, api: HarvestApi, *, connection: Connection, now: datetime) -> None:
        self._api = api
        self._owner = (connection.uid, connection.credential)  # another credential may see other records
        self._now = now

    def user(self, user_id: int) -> User | None:
        found: User | None = self._cached("user", user_id, lambda: self._api.user(user_id))
        return found

    def job_owners(self, job_ids: Iterable[int]) -> list[JobOwner]:
        return [owner for job_id in job_ids for owner in self._owners(job_id)]

    def stage_entered_at(self, application_id: int) -> datetime | None:
        with self.refusals("stages"):
            return self._api.stage_entered_at(application_id)

    @contextmanager
    def refusals(self, kind: str) -> Iterator[None]:
        if (refused := self._get(kind, _REFUSED)) is not None:
            permission, where = refused[0]
            raise Forbidden(where, permission=permission)
        try:
            yield
        except Forbidden as error:
            self._set(kind, _REFUSED, (error.permission, error.where))
            raise

    def _owners(self, job_id: int) -> list[JobOwner]:
        found: list[JobOwner] = self._cached("owners", job_id, lambda: list(self._api.job_owners([job_id])))
        return found

    def _cached(self, kind: str, number: int, read: Callable[[], Any]) -> Any:
        with self.refusals(kind):
            if (known := self._get(kind, number)) is not None:
                return known[0]
            value = read()
        self._set(kind, number, value)
        return value

    def _get(self, kind: str, key: int | str) -> tuple[Any] | None:
        with _cache_lock:
            at, value = _cached_reads.get((*self._owner, kind, key), (None, None))
        fresh = at is not None and abs(self._now - at) < CACHE_TTL
        return (value,) if fresh else None

    def _set(self, kind: str, key: int | str, value: Any) -> None:
        with _cache_lock:
            if len(_cached_reads) >= MAX_ENTRIES:
                _cached_reads.clear()
            _cached_reads[(*self._owner, kind, key)] = (self._now, value)
