"""Looking after a connection: its permissions checked again, its secret key rotated, its end."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.greenhouse.client import Priority, probe_all
from goodword.greenhouse.models import Connection, WebhookSecret
from goodword.greenhouse.setup import permissions
from goodword.greenhouse.setup.connect import SECRET_KEY_BYTES
from goodword.greenhouse.sync.session import BRIEFLY, harvest

State = Connection.State


def check_again(connection: Connection, *, member: Membership, now: datetime) -> str:
    """Probe every permission anew and keep what is found; returns the connection's state.

    Raises HarvestError, CannotOpen; what was known before then stays.
    """
    with harvest(connection, priority=Priority.PERSON, retry=BRIEFLY) as api:
        results = tuple(probe_all(api))
    with transaction.atomic():
        row = _locked(connection)
        if row.credential != connection.credential or row.state == State.DISCONNECTED:
            return row.state  # another key was set meanwhile, and tried
        permissions.keep(row, results, now=now)
        row.save(update_fields=["state"])
        _audit(row, "greenhouse.checked", member=member, now=now, state=row.state)
        return row.state


def rotate_secret(connection: Connection, *, keep_for: timedelta, member: Membership, now: datetime) -> None:
    """A new secret key; those before stay valid for `keep_for`, while the webhooks are changed one by one."""
    with transaction.atomic():
        row = _locked(connection)
        ends = now + keep_for
        for secret in WebhookSecret.valid(row, now=now):
            if secret.valid_until is None or secret.valid_until > ends:
                secret.valid_until = ends
                secret.save(update_fields=["valid_until"])
        WebhookSecret.add(row, secrets.token_hex(SECRET_KEY_BYTES), now=now)
        _audit(row, "greenhouse.secret_rotated", member=member, now=now, kept_until=ends.isoformat())


def disconnect(connection: Connection, *, member: Membership, now: datetime) -> None:
    """End the connection: the key is forgotten here, deliveries are refused, results and roles stay."""
    with transaction.atomic():
        row = _locked(connection)
        if row.state == State.DISCONNECTED:
            return
        row.state = State.DISCONNECTED
        row.credential, row.token, row.token_lease_until = "", "", None
        row.last_error, row.last_error_at = "", None
        row.save()
        _audit(row, "greenhouse.disconnected", member=member, now=now)


def _locked(connection: Connection) -> Connection:
    return (
        Connection.objects.across_organisations()
        .select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=connection.pk)
    )


def _audit(connection: Connection, action: str, *, member: Membership, now: datetime, **details: str) -> None:
    write(
        organisation=connection.organisation,
        action=action,
        member=member,
        now=now,
        details={"connection": connection.pk} | details,
    )
