"""Setting a key: it is tried first, and kept only if Greenhouse takes it."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation
from goodword.core import crypto, tokens
from goodword.greenhouse.client import Priority, ProbeResult, V1Credentials, V3Credentials, probe_all
from goodword.greenhouse.feed.retry import retry_all
from goodword.greenhouse.inbox.replay import replay_waiting
from goodword.greenhouse.models import Connection, WebhookSecret
from goodword.greenhouse.setup import permissions
from goodword.greenhouse.setup.connection import latest
from goodword.greenhouse.sync.session import BRIEFLY, client_for

Credentials = V1Credentials | V3Credentials

SECRET_KEY_BYTES = 32


def try_key(credentials: Credentials, *, organisation: Organisation) -> tuple[ProbeResult, ...]:
    """Ask Greenhouse what the key may do. Reads only. Raises HarvestError, and then the key is not to be kept."""
    known = _is_known(credentials, latest(organisation))
    with client_for(credentials, worked_before=known, priority=Priority.PERSON, retry=BRIEFLY) as api:
        return tuple(probe_all(api))


def connect(
    *,
    organisation: Organisation,
    credentials: Credentials,
    results: Sequence[ProbeResult],
    member: Membership,
    now: datetime,
) -> Connection:
    """Keep a key that was tried.

    An organisation has one connection: another key replaces the one before, and connecting again revives what
    was ended, so that endpoint, secret key, webhooks and roles stay as they were set up in Greenhouse.
    """
    with transaction.atomic():
        # two admins, or one who presses twice: the second finds the first one's row
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        connection = latest(organisation)
        before = connection.state if connection else ""
        if connection is None:
            connection = Connection(organisation=organisation, endpoint_key=tokens.mint())
        if before in {"", Connection.State.DISCONNECTED}:
            connection.connected_at, connection.connected_by = now, member
        connection.set_credentials(credentials)
        connection.writing_tested_at = None
        connection.last_call_at, connection.last_error, connection.last_error_at = now, "", None
        connection.save()
        permissions.keep(connection, results, now=now)
        connection.save(update_fields=["state"])
        if not WebhookSecret.valid(connection, now=now).exists():
            WebhookSecret.add(connection, secrets.token_hex(SECRET_KEY_BYTES), now=now)
        write(
            organisation=organisation,
            action="greenhouse.key_set" if before else "greenhouse.connected",
            member=member,
            now=now,
            details={"connection": connection.pk, "api": connection.api, "state": connection.state},
        )
    replay_waiting(connection, now=now)  # what could not be worked on with the old key
    retry_all(connection, now=now)
    return connection


def _is_known(credentials: Credentials, connection: Connection | None) -> bool:
    """Whether this very key was in use before: refused now, it was revoked and not mistyped."""
    if connection is None or not connection.credential:
        return False
    try:
        return connection.credentials() == credentials
    except crypto.CannotOpen:
        return False
