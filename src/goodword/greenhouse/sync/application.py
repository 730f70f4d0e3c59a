"""Bring our copy of applications to what Harvest says now. The one way in, for deliveries and for reconciliation."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction

from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.ahead import NOTHING_AHEAD, Ahead
from goodword.greenhouse.sync.apply import NOBODY_HELD, Held, apply
from goodword.greenhouse.sync.awaited import release
from goodword.greenhouse.sync.hint import NOTHING, Hint
from goodword.greenhouse.sync.person import Stale
from goodword.greenhouse.sync.read import look
from goodword.greenhouse.sync.session import BRIEFLY, harvest

READINGS = 4


class TooBusy(Exception):
    """Others kept writing while we read. Come back later."""


def sync_applications(
    connection: Connection,
    remote_ids: Iterable[int],
    *,
    now: datetime,
    hint: Hint = NOTHING,
    settle: Callable[[list[str]], None] = lambda _: None,
    held: Held = NOBODY_HELD,
    ahead: Ahead = NOTHING_AHEAD,
) -> list[str]:
    """Read the applications and write what is new; returns a sentence for each.

    `settle` is called with the sentences inside the transaction that writes, so that a caller's own row is
    settled if and only if the rest is written. `held`: see `apply`; `ahead`: what was read already. What
    others wrote while we read makes us read again. Raises HarvestError with nothing written, and TooBusy.
    """
    wanted = sorted(set(remote_ids))  # one order for all, so that two workers do not wait for each other
    for _ in range(READINGS):
        with harvest(connection, retry=BRIEFLY) as api:
            seen = [
                look(api, connection=connection, remote_id=one, hint=hint, now=now, ahead=ahead)
                for one in wanted
            ]
        try:
            with transaction.atomic():
                outcomes = apply(seen, connection=connection, now=now, held=held)
                release(connection, wanted, hint=hint, now=now)
                settle(outcomes)
        except Stale:
            continue
        return outcomes
    raise TooBusy(f"{READINGS} readings of {wanted} were overtaken.")


def sync_application(connection: Connection, remote_id: int, *, now: datetime, hint: Hint = NOTHING) -> str:
    """One application; see `sync_applications`."""
    return sync_applications(connection, [remote_id], now=now, hint=hint)[0]
