"""Looking after a connection: its name, its secret key, its end. All of it is written down."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.greenhouse.models import Connection, WebhookSecret
from goodword.greenhouse.setup.connect import SECRET_KEY_BYTES
from goodword.greenhouse.setup.connection import DISCONNECTED, locked


def rename(connection: Connection, name: str, *, member: Membership, now: datetime) -> None:
    """What members call this account."""
    with transaction.atomic():
        row = locked(connection)
        before, row.name = row.name, name
        row.save(update_fields=["name"])
        _audit(row, "greenhouse.renamed", member=member, now=now, before=before, after=name)


def rotate_secret(connection: Connection, *, keep_for: timedelta, member: Membership, now: datetime) -> None:
    """A new secret key; those before stay valid for `keep_for`, while the webhooks are changed one by one."""
    with transaction.atomic():
        row = locked(connection)
        ends = now + keep_for
        for secret in WebhookSecret.valid(row, now=now):
            if secret.valid_until is None or secret.valid_until > ends:
                secret.valid_until = ends
                secret.save(update_fields=["valid_until"])
        WebhookSecret.add(row, secrets.token_hex(SECRET_KEY_BYTES), now=now)
        _audit(row, "greenhouse.secret_rotated", member=member, now=now, kept_until=ends.isoformat())


def end_old_secrets(connection: Connection, *, member: Membership, now: datetime) -> int:
    """Only the newest secret key is valid from now on. Returns how many ended."""
    with transaction.atomic():
        row = locked(connection)
        valid = list(WebhookSecret.valid(row, now=now).values_list("pk", flat=True))
        old = WebhookSecret.objects.across_organisations().filter(pk__in=valid[1:])
        ended = old.update(valid_until=now)
        if ended:
            _audit(row, "greenhouse.old_secret_ended", member=member, now=now)
        return ended


def disconnect(connection: Connection, *, member: Membership, now: datetime) -> None:
    """End the connection: the key is forgotten here, deliveries are refused, results and roles stay."""
    with transaction.atomic():
        row = locked(connection)
        if row.state == DISCONNECTED:
            return
        row.state = DISCONNECTED
        row.credential, row.token, row.token_lease_until = "", "", None
        row.last_error, row.last_error_at = "", None
        row.save(
            update_fields=[
                *("state", "credential", "token", "token_lease_until"),
                *("last_error", "last_error_at"),
            ]
        )
        _audit(row, "greenhouse.disconnected", member=member, now=now)


def _audit(connection: Connection, action: str, *, member: Membership, now: datetime, **details: str) -> None:
    write(
        organisation=connection.organisation,
        action=action,
        member=member,
        now=now,
        details={"connection": connection.pk} | details,
    )
