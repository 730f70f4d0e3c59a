"""A cache of Harvest reads shared by many applications, per process, for some minutes.

The applications of a burst have the same few users. A credential that may not read users, teams or stages is refused
each time, so a refusal is cached for all rows of a kind.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from goodword.greenhouse.client import Forbidden, HarvestApi, JobOwner, User
from goodword.greenhouse.models import Connection

#: short enough for a deactivated user and for a newly granted permission
CACHE_TTL = timedelta(minutes=10)

#: entries of all connections together; beyond it the cache is emptied
MAX_ENTRIES = 5000

_REFUSED = "refused"

_lock = threading.Lock()
_entries: dict[tuple[Any, ...], tuple[datetime, Any]] = {}


class CachedReads:
    """Some reads of `HarvestApi` for one connection. Each raises Forbidden, also from the cache."""

    def __init__(self, api: HarvestApi, *, connection: Connection, now: datetime) -> None:
        self._api = api
        self._owner = (connection.uid, connection.credential)  # another credential may see others
        self._now = now

    def user(self, user_id: int) -> User | None:
        """See `HarvestApi.user`."""
        found: User | None = self._cached("user", user_id, lambda: self._api.user(user_id))
        return found

    def job_owners(self, job_ids: Iterable[int]) -> list[JobOwner]:
        """See `HarvestApi.job_owners`."""
        return [owner for job_id in job_ids for owner in self._owners(job_id)]

    def stage_entered_at(self, application_id: int) -> datetime | None:
        """See `HarvestApi.stage_entered_at`. Only refusals are cached."""
        with self.refusals("stages"):
            return self._api.stage_entered_at(application_id)

    @contextmanager
    def refusals(self, kind: str) -> Iterator[None]:
        """Cache a refusal of the block. While it is cached, Forbidden is raised without entering the block."""
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
        with _lock:
            at, value = _entries.get((*self._owner, kind, key), (None, None))
        fresh = at is not None and abs(self._now - at) < CACHE_TTL
        return (value,) if fresh else None

    def _set(self, kind: str, key: int | str, value: Any) -> None:
        with _lock:
            if len(_entries) >= MAX_ENTRIES:
                _entries.clear()
            _entries[(*self._owner, kind, key)] = (self._now, value)
