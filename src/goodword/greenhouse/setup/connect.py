"""Keeping a key that was tried: for another account, in place of a former key, or to revive what was ended."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation
from goodword.core import crypto, tokens
from goodword.greenhouse.activity_feed.notes import retry_all
from goodword.greenhouse.inbox.replay import replay_waiting
from goodword.greenhouse.models import Connection, WebhookSecret
from goodword.greenhouse.setup import permissions
from goodword.greenhouse.setup.account import holder
from goodword.greenhouse.setup.connection import connections, locked
from goodword.greenhouse.setup.trial import Credentials, Trial

State = Connection.State

SECRET_KEY_BYTES = 32

#: pressed twice: the second finds what the first has just connected
TWICE = timedelta(minutes=1)


class InUse(Exception):
    """Another connection of the organisation has this credential already."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.connection = connection


def connect(
    *,
    organisation: Organisation,
    trial: Trial,
    member: Membership,
    now: datetime,
    connection: Connection | None = None,
) -> Connection:
    """Keep a key that was tried; returns the connection as it is then. Raises InUse.

    Without a `connection` this is another Greenhouse account. With one, the key takes the place of its former
    one, or revives it if it had ended; endpoint, secret key, webhooks and roles stay as they were set up.
    """
    with transaction.atomic():
        # two admins, or one who presses twice: the second finds the first one's row
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        taken = holder(trial.credentials, organisation=organisation, but=connection)
        if taken is not None:
            if connection is None and pressed_twice(taken, member=member, now=now):
                return taken
            raise InUse(taken)
        row = locked(connection) if connection else _new(organisation, trial, member=member, now=now)
        before = row.state if connection else ""
        if before == State.DISCONNECTED:
            row.connected_at, row.connected_by = now, member
        row.set_credentials(trial.credentials)
        row.writing_tested_at = None
        row.last_call_at, row.last_error, row.last_error_at = now, "", None
        row.account_name = trial.account_name or row.account_name
        row.state = permissions.keep(row, trial.results, now=now)
        row.save(
            update_fields=[
                *("state", "api", "credential", "token", "token_lease_until", "account_name"),
                *("connected_at", "connected_by", "writing_tested_at"),
                *("last_call_at", "last_error", "last_error_at", "check_at"),
            ]
        )
        if not WebhookSecret.valid(row, now=now).exists():
            WebhookSecret.add(row, secrets.token_hex(SECRET_KEY_BYTES), now=now)
        write(
            organisation=organisation,
            action="greenhouse.key_set" if before else "greenhouse.connected",
            member=member,
            now=now,
            details={"connection": row.pk, "api": row.api, "state": row.state},
        )
    take_up(row, now=now)
    return row


def pressed_twice(taken: Connection, *, member: Membership, now: datetime) -> bool:
    """Whether this member connected it a moment ago: then the same key once more asks for nothing new."""
    return taken.connected_by == member and taken.connected_at > now - TWICE


def take_up(connection: Connection, *, now: datetime) -> None:
    """What could not be done without the key or a permission is done now."""
    replay_waiting(connection, now=now)
    retry_all(connection, now=now)


def worked_before(credentials: Credentials, connection: Connection | None) -> bool:
    """Whether this very key was in use before: refused now, it was revoked and not mistyped."""
    if connection is None or not connection.credential:
        return False
    try:
        return connection.credentials() == credentials
    except crypto.CannotOpen:
        return False


def free_name(organisation: Organisation, wanted: str, *, but: Connection | None = None) -> str:
    """This name, with a number if another connection has it."""
    names = {one.name.casefold() for one in connections(organisation) if but is None or one.pk != but.pk}
    if wanted.casefold() not in names:
        return wanted
    numbers = range(2, len(names) + 3)
    return next(name for n in numbers if (name := f"{wanted} {n}").casefold() not in names)


def _new(organisation: Organisation, trial: Trial, *, member: Membership, now: datetime) -> Connection:
    wanted = " ".join(trial.account_name.split())[:100] or "Greenhouse"
    return Connection.objects.create(
        organisation=organisation,
        endpoint_key=tokens.mint(),
        name=free_name(organisation, wanted),
        api=Connection.Api.V3,
        connected_at=now,
        connected_by=member,
    )
