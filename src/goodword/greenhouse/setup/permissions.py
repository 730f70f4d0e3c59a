from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.core import jobs
from goodword.core.crypto import CannotOpen
from goodword.greenhouse.client import HarvestError, Priority, ProbeResult, probe_all
from goodword.greenhouse.client import PermissionState as Probed
from goodword.greenhouse.client.errors import SITE_ADMIN
from goodword.greenhouse.client.permissions import ACTIVITY_FEED, USERS
from goodword.greenhouse.models import Connection, Permission
from goodword.greenhouse.setup.connections import DISCONNECTED, locked
from goodword.greenhouse.setup.webhooks import WebhookSetup, webhook_setup
from goodword.greenhouse.sync.harvest import BRIEFLY, harvest
from goodword.greenhouse.sync.identity import taken_ids

ConnectionState, PermissionState = Connection.State, Permission.State

FEED = ACTIVITY_FEED.name

MISSING = frozenset({"missing", "lacking"})

CHECKED_EVERY = timedelta(hours=1)
CHECKED_AGAIN = timedelta(minutes=5)


def store(connection: Connection, results: Iterable[ProbeResult], *, now: datetime) -> str:
    """Store results, in the caller's transaction. Sets the next check without saving it. Returns the new state."""
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
    lacking = any(row.required and row.state == PermissionState.MISSING for row in rows)
    connection.check_at = now + (CHECKED_AGAIN if lacking else CHECKED_EVERY)
    return Connection.State.INCOMPLETE if lacking else Connection.State.ACTIVE


def state_of(result: ProbeResult) -> str:
    if result.missing:
        return PermissionState.MISSING
    if Probed.UNTESTED in (result.state, result.writing):
        return PermissionState.UNTESTED
    return PermissionState.GRANTED


def _detail(result: ProbeResult) -> str:
    if result.missing and result.permission.without:
        return f"{result.detail} {result.permission.without}".strip()
    return result.detail


def display_state(state: str, *, required: bool) -> str:
    """Return the state to display: "lacking" for a recommended permission that is missing, since that isn't an
    error."""
    return "lacking" if state == PermissionState.MISSING and not required else state


def check_again(connection: Connection, *, member: Membership | None, now: datetime) -> str:
    """Probe the permissions again, and resume waiting deliveries and notes. `member`: None if scheduled. Returns the
    connection's state. Raises HarvestError or CannotOpen with nothing changed."""
    priority = Priority.PERSON if member else Priority.BACKGROUND
    with harvest(connection, priority=priority, retry=BRIEFLY) as api:
        results, account_name = tuple(probe_all(api)), api.account() or ""
    with transaction.atomic():
        row = locked(connection)
        if row.credential != connection.credential or row.state == DISCONNECTED:
            return row.state  # a new key has been set and checked in the meantime
        lacked = _lacking(row)
        row.state = store(row, results, now=now)
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
        # the first successful call may already have made the row active, so compare with the state from before
        if row.state == ConnectionState.ACTIVE and (back or connection.state != ConnectionState.ACTIVE):
            jobs.named("greenhouse.resume").defer(connection_id=row.pk)
    return row.state


def due(*, now: datetime) -> QuerySet[Connection]:
    rows = Connection.objects.across_organisations().exclude(state=DISCONNECTED)
    return rows.filter(Q(check_at=None) | Q(check_at__lte=now))


def check_if_due(connection_id: int, *, now: datetime) -> None:
    later = now + CHECKED_AGAIN
    if not due(now=now).filter(pk=connection_id).update(check_at=later):
        return
    connection = (
        Connection.objects.across_organisations().select_related("organisation").get(pk=connection_id)
    )
    try:
        check_again(connection, member=None, now=now)
    except (HarvestError, CannotOpen):
        return  # the session has recorded the error; the next try is after CHECKED_AGAIN


def _lacking(connection: Connection) -> set[str]:
    rows = Permission.objects.across_organisations().filter(
        connection=connection, required=True, state=Permission.State.MISSING
    )
    return set(rows.values_list("name", flat=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRow:
    name: str
    state: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionCard:
    connection: Connection
    status: str
    word: str | Promise
    required: Sequence[PermissionRow]
    recommended: Sequence[PermissionRow]
    checked_at: datetime | None
    untested: bool
    #: whether this installation's field keys can open the stored secrets
    opens: bool
    #: candidates whose ids are other people's in Greenhouse
    taken: int

    @property
    def to_tick(self) -> list[str]:
        missing = (row for row in self.required if row.state == Permission.State.MISSING)
        return [row.name for row in missing if row.detail != SITE_ADMIN]

    @property
    def site_admin(self) -> str:
        missing = any(
            row.state == Permission.State.MISSING and row.detail == SITE_ADMIN for row in self.required
        )
        return SITE_ADMIN if missing else ""

    @property
    def wants_domains(self) -> bool:
        """Whether recruiters named in webhooks get no e-mail because the organisation's domains aren't set."""
        missing = any(row.name == USERS.name and row.state in MISSING for row in self.recommended)
        return missing and not self.connection.organisation.own_domains

    @property
    def refused_lately(self) -> bool:
        """Whether the last delivery had a wrong signature: its webhook then has another secret key."""
        refused, heard = self.connection.refused_at, self.connection.last_event_at
        return refused is not None and (heard is None or refused > heard)


def connection_card(connection: Connection, *, now: datetime) -> ConnectionCard:
    rows = list(
        Permission.objects.of(connection.organisation).filter(connection=connection).order_by("position")
    )
    written = connection.writing_tested_at is not None
    untested = not written and any(
        row.name == FEED and row.state == Permission.State.UNTESTED for row in rows
    )
    opens = connection.opens(now=now)
    webhooks = webhook_setup(connection)
    status, word = (
        _status(connection, untested=untested, webhooks=webhooks) if opens else ("failed", _("Not working"))
    )
    known = (
        []
        if connection.state == ConnectionState.BROKEN
        else [(row.required, _row(row, written=written)) for row in rows]
    )
    return ConnectionCard(
        connection=connection,
        status=status,
        word=word,
        required=[row for required, row in known if required],
        recommended=[row for required, row in known if not required],
        checked_at=rows[0].checked_at if rows else None,
        untested=untested,
        opens=opens,
        taken=taken_ids(connection).count(),
    )


def _status(connection: Connection, *, untested: bool, webhooks: WebhookSetup) -> tuple[str, str | Promise]:
    match state := ConnectionState(connection.state):
        case ConnectionState.ACTIVE if not webhooks.complete:
            values = {"n": webhooks.in_place, "all": len(webhooks.required)}
            return "incomplete", _("Active, %(n)d of %(all)d webhooks") % values
        case ConnectionState.ACTIVE:
            return "active", _("Active, writing untested") if untested else _("Active")
        case ConnectionState.INCOMPLETE:
            return "incomplete", _("Incomplete")
        case ConnectionState.BROKEN:
            return "failed", _("Not working")
        case ConnectionState.DISCONNECTED:
            return "cancelled", _("Disconnected")
        case _:
            assert_never(state)


def _row(row: Permission, *, written: bool) -> PermissionRow:
    if written and row.name == FEED and row.state == Permission.State.UNTESTED:
        return PermissionRow(name=row.name, state=Permission.State.GRANTED, detail="")
    return PermissionRow(
        name=row.name, state=display_state(row.state, required=row.required), detail=row.detail
    )
