"""A cache of Greenhouse data shared by many applications, per process, for some minutes.

The applications of a burst have the same few users; and a credential that may not read users, teams or stages is
refused each time. A refusal is cached for all rows of a kind.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from goodword.greenhouse.client import Forbidden, HarvestApi, JobOwner, User
from goodword.greenhouse.models import Connection

#: short enough for somebody who was deactivated and for a permission that was granted
REMEMBERED = timedelta(minutes=10)

#: entries of all connections together; then all are forgotten
MOST = 5000

_REFUSED = "refused"

_lock = threading.Lock()
_kept: dict[tuple[Any, ...], tuple[datetime, Any]] = {}


class Remembered:
    """Some reads of `HarvestApi` for one connection. Each raises Forbidden, also from memory."""

    def __init__(self, api: HarvestApi, *, connection: Connection, now: datetime) -> None:
        self._api = api
        self._whose = (connection.uid, connection.credential)  # another credential may see others
        self._now = now

    def user(self, user_id: int) -> User | None:
        """See `HarvestApi.user`."""
        found: User | None = self._remembered("user", user_id, lambda: self._api.user(user_id))
        return found

    def job_owners(self, job_ids: Iterable[int]) -> list[JobOwner]:
        """See `HarvestApi.job_owners`."""
        return [owner for job_id in job_ids for owner in self._owners(job_id)]

    def stage_entered_at(self, application_id: int) -> datetime | None:
        """See `HarvestApi.stage_entered_at`. The moments themselves are not remembered."""
        with self.refusals("stages"):
            return self._api.stage_entered_at(application_id)

    @contextmanager
    def refusals(self, kind: str) -> Iterator[None]:
        """A block whose refusal is remembered: within some minutes it is not entered again, but Forbidden raised."""
        if (refused := self._recall(kind, _REFUSED)) is not None:
            permission, where = refused[0]
            raise Forbidden(where, permission=permission)
        try:
            yield
        except Forbidden as error:
            self._keep(kind, _REFUSED, (error.permission, error.where))
            raise

    def _owners(self, job_id: int) -> list[JobOwner]:
        found: list[JobOwner] = self._remembered(
            "owners", job_id, lambda: list(self._api.job_owners([job_id]))
        )
        return found

    def _remembered(self, kind: str, number: int, ask: Callable[[], Any]) -> Any:
        with self.refusals(kind):
            if (known := self._recall(kind, number)) is not None:
                return known[0]
            value = ask()
        self._keep(kind, number, value)
        return value

    def _recall(self, kind: str, what: int | str) -> tuple[Any] | None:
        with _lock:
            at, value = _kept.get((*self._whose, kind, what), (None, None))
        fresh = at is not None and abs(self._now - at) < REMEMBERED
        return (value,) if fresh else None

    def _keep(self, kind: str, what: int | str, value: Any) -> None:
        with _lock:
            if len(_kept) >= MOST:
                _kept.clear()
            _kept[(*self._whose, kind, what)] = (self._now, value)
