import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation
from goodword.core.crypto import CannotOpen
from goodword.greenhouse.client import (
    AddressRefused,
    HarvestError,
    Priority,
    RateLimited,
    Refusal,
    Unauthorised,
    Unavailable,
    User,
)
from goodword.greenhouse.inbox import endpoint
from goodword.greenhouse.models import Connection, WebhookSecret
from goodword.greenhouse.sync.harvest import BRIEFLY, harvest

CALL_ERRORS = (HarvestError, CannotOpen)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorMessage:
    sentence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}"


def error_message(error: HarvestError | CannotOpen) -> ErrorMessage:
    if isinstance(error, CannotOpen):
        return ErrorMessage(
            sentence=_("The stored key can no longer be decrypted."),
            remedy=_("Set the Greenhouse key again in Settings > Integrations."),
        )
    sentence, remedy = error.sentence, error.remedy
    unclear = isinstance(error, Unauthorised) and error.kind is Refusal.UNKNOWN
    if isinstance(error, Unauthorised) and error.may_be_permission and unclear:
        remedy += " " + _("If the key is right, select its permissions in Greenhouse: none work yet.")
    if isinstance(error, Unavailable) and not isinstance(error, AddressRefused):
        remedy = _(
            "Try again in a few minutes. If it persists, check status.greenhouse.io and this server's network."
        )
    if isinstance(error, RateLimited):
        remedy = _("Try again after that.")
    return ErrorMessage(sentence=sentence, remedy=remedy)


DISCONNECTED = Connection.State.DISCONNECTED

SECRET_KEY_BYTES = 32


def live_connections(organisation: Organisation) -> list[Connection]:
    return list(_all(organisation).exclude(state=DISCONNECTED))


def is_connected(organisation: Organisation) -> bool:
    return _all(organisation).exclude(state=DISCONNECTED).exists()


def disconnected(organisation: Organisation) -> list[Connection]:
    return list(_all(organisation).filter(state=DISCONNECTED))


def connection_of(organisation: Organisation, pk: int) -> Connection | None:
    return _all(organisation).exclude(state=DISCONNECTED).filter(pk=pk).first()


def oldest_connection(organisation: Organisation) -> Connection | None:
    return _all(organisation).exclude(state=DISCONNECTED).first()


def endpoint_url(connection: Connection) -> str:
    return settings.GOODWORD_BASE_URL + reverse("greenhouse_hook", args=[connection.endpoint_key])


def locked(connection: Connection) -> Connection:
    # without `no_key`, a sync that refers to the connection and then to the organisation could deadlock with `connect`
    rows = Connection.objects.across_organisations().select_for_update(of=("self",), no_key=True)
    return rows.select_related("organisation").get(pk=connection.pk)


def _all(organisation: Organisation) -> QuerySet[Connection]:
    rows = Connection.objects.of(organisation)
    return rows.select_related("organisation", "connected_by__user").order_by("pk")


def rename(connection: Connection, name: str, *, member: Membership, now: datetime) -> None:
    with transaction.atomic():
        row = locked(connection)
        before, row.name = row.name, name
        row.save(update_fields=["name"])
        _audit(row, "greenhouse.renamed", member=member, now=now, before=before, after=name)


class NewSecret(Exception):
    """There is a newer secret key than the newest one on the member's page."""


def newest_secret(connection: Connection, *, now: datetime) -> int:
    return WebhookSecret.valid(connection, now=now).values_list("pk", flat=True)[0]


def rotate_secret(
    connection: Connection, *, keep_for: timedelta, member: Membership, now: datetime, seen: str = ""
) -> None:
    """Create a secret key. `seen`: the newest one on the page, so that a second click or a colleague doesn't invalidate
    a key that is being entered in Greenhouse. Raises NewSecret."""
    with transaction.atomic():
        row = locked(connection)
        _check_newest(row, seen, now=now)
        ends = now + keep_for
        for secret in WebhookSecret.valid(row, now=now):
            if secret.valid_until is None or secret.valid_until > ends:
                secret.valid_until = ends
                secret.save(update_fields=["valid_until"])
        WebhookSecret.add(row, secrets.token_hex(SECRET_KEY_BYTES), now=now)
        transaction.on_commit(endpoint.forget)
        _audit(row, "greenhouse.secret_rotated", member=member, now=now, kept_until=ends.isoformat())


def end_old_secrets(connection: Connection, *, member: Membership, now: datetime, seen: str = "") -> int:
    """Accept only the newest secret key. `seen`: as for `rotate_secret`. Raises NewSecret."""
    with transaction.atomic():
        row = locked(connection)
        _check_newest(row, seen, now=now)
        valid = list(WebhookSecret.valid(row, now=now).values_list("pk", flat=True))
        old = WebhookSecret.objects.across_organisations().filter(pk__in=valid[1:])
        ended = old.update(valid_until=now)
        transaction.on_commit(endpoint.forget)
        if ended:
            _audit(row, "greenhouse.old_secret_ended", member=member, now=now)
        return ended


def _check_newest(connection: Connection, seen: str, *, now: datetime) -> None:
    if seen and seen != str(newest_secret(connection, now=now)):
        raise NewSecret


def disconnect(connection: Connection, *, member: Membership, now: datetime) -> None:
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
        transaction.on_commit(endpoint.forget)
        _audit(row, "greenhouse.disconnected", member=member, now=now)


def _audit(connection: Connection, action: str, *, member: Membership, now: datetime, **details: str) -> None:
    write_by(member, action, now=now, details={"connection": connection.pk} | details)


def find_user(connection: Connection, id_or_email: str) -> User | None:
    """Find an active user, or None. Raises HarvestError."""
    with harvest(connection, priority=Priority.PERSON, retry=BRIEFLY) as api:
        found = (
            api.user(int(id_or_email))
            if id_or_email.isdigit()
            else next(iter(api.users(email=id_or_email)), None)
        )
    return None if found is None or found.disabled else found


def choose_author(connection: Connection, user_id: int | None, *, member: Membership, now: datetime) -> None:
    with transaction.atomic():
        Connection.objects.of(connection.organisation).filter(pk=connection.pk).update(
            note_author_remote_id=user_id
        )
        write_by(
            member,
            "greenhouse.note_author_chosen",
            now=now,
            details={"connection": connection.pk, "user": user_id},
        )
