"""What probing found out, kept as rows, and what it makes of the connection."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from goodword.greenhouse.client import ProbeResult
from goodword.greenhouse.client import State as Probed
from goodword.greenhouse.client.permissions import ACTIVITY_FEED
from goodword.greenhouse.models import Connection, Permission

State = Permission.State

#: the one permission that is also needed for writing
FEED = ACTIVITY_FEED.name


#: when the permissions are probed again by themselves: sooner while something is wrong
CHECKED_EVERY = timedelta(hours=1)
CHECKED_AGAIN = timedelta(minutes=5)


def keep(connection: Connection, results: Iterable[ProbeResult], *, now: datetime) -> str:
    """Replace the rows by these results, in the caller's transaction.

    Returns the state that they make of the connection, and sets its next check; neither is saved.
    """
    Permission.objects.across_organisations().filter(connection=connection).delete()
    rows = [
        Permission(
            organisation_id=connection.organisation_id,
            connection=connection,
            name=result.permission.name,
            required=result.required,
            state=state_of(result),
            detail=_detail(result),
            position=position,
            checked_at=now,
        )
        for position, result in enumerate(results)
    ]
    Permission.objects.across_organisations().bulk_create(rows)
    lacking = any(row.required and row.state == State.MISSING for row in rows)
    connection.check_at = now + (CHECKED_AGAIN if lacking else CHECKED_EVERY)
    return Connection.State.INCOMPLETE if lacking else Connection.State.ACTIVE


def state_of(result: ProbeResult) -> str:
    """Reading and writing together: missing if either is, granted only if nothing about it is unknown."""
    if result.missing:
        return State.MISSING
    if Probed.UNTESTED in (result.state, result.writing):
        return State.UNTESTED
    return State.GRANTED


def _detail(result: ProbeResult) -> str:
    """What to tick; for what is only advised also what is lost without it."""
    if result.missing and result.permission.without:
        return f"{result.detail} {result.permission.without}".strip()
    return result.detail
