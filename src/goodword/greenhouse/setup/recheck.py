"""Probing the permissions of a connection anew: by a click, and by itself every hour.

A permission can be withdrawn in Greenhouse while all runs, and given back. Both are noticed here: what cannot
be done meanwhile waits, nothing is erased for it, and once the permission is back what waited goes on.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.core.crypto import CannotOpen
from goodword.greenhouse.client import HarvestError, Priority, probe_all
from goodword.greenhouse.models import Connection, Permission
from goodword.greenhouse.setup import permissions
from goodword.greenhouse.setup.connect import take_up
from goodword.greenhouse.setup.connection import DISCONNECTED, locked
from goodword.greenhouse.sync.session import BRIEFLY, harvest

State = Connection.State


def check_again(connection: Connection, *, member: Membership | None, now: datetime) -> str:
    """Probe every permission anew and keep what is found; returns the connection's state.

    `member` is who asked; None: the clock. Raises HarvestError, CannotOpen; what was known before then stays.
    """
    priority = Priority.PERSON if member else Priority.BACKGROUND
    with harvest(connection, priority=priority, retry=BRIEFLY) as api:
        results, account_name = tuple(probe_all(api)), api.account() or ""
    with transaction.atomic():
        row = locked(connection)
        if row.credential != connection.credential or row.state == DISCONNECTED:
            return row.state  # another key was set meanwhile, and tried
        lacked = _lacking(row)
        row.state = permissions.keep(row, results, now=now)
        row.account_name = account_name or row.account_name
        row.save(update_fields=["state", "check_at", "account_name"])
        gone = sorted(_lacking(row) - lacked)
        back = sorted(lacked - _lacking(row))
        if member is not None or gone or back:
            write(
                organisation=row.organisation,
                action="greenhouse.checked",
                member=member,
                now=now,
                details={"connection": row.pk, "state": row.state, "withdrawn": gone, "given_back": back},
            )
    # the row is called active as soon as one call works; `connection` still says what it was before
    if row.state == State.ACTIVE and (back or connection.state != State.ACTIVE):
        take_up(row, now=now)
    return row.state


def due(*, now: datetime) -> QuerySet[Connection]:
    """The connections whose permissions are to be probed now."""
    rows = Connection.objects.across_organisations().exclude(state=DISCONNECTED)
    return rows.filter(Q(check_at=None) | Q(check_at__lte=now))


def check_if_due(connection_id: int, *, now: datetime) -> None:
    """Probe the permissions of a connection if that is due. One worker does it, and a failure waits its turn."""
    later = now + permissions.CHECKED_AGAIN
    if not due(now=now).filter(pk=connection_id).update(check_at=later):
        return
    connection = (
        Connection.objects.across_organisations().select_related("organisation").get(pk=connection_id)
    )
    try:
        check_again(connection, member=None, now=now)
    except (HarvestError, CannotOpen):
        return  # the session has written down what happened, and in five minutes it is tried again


def _lacking(connection: Connection) -> set[str]:
    """The names of the needed permissions that are known to be missing."""
    rows = Permission.objects.across_organisations().filter(
        connection=connection, required=True, state=Permission.State.MISSING
    )
    return set(rows.values_list("name", flat=True))
