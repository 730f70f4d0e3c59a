"""Exports or deletes all rows of one organisation."""

import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any, Final

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, connection, models, transaction
from django.db.models import QuerySet
from psycopg.errors import DeadlockDetected

from goodword.accounts.models import Membership, Organisation, User
from goodword.core.backup import nightly
from goodword.core.models import ErasureEntry
from goodword.core.version import VERSION

Rows = QuerySet[models.Model]

#: models that aren't `OrganisationOwned`, with the path to the organisation's id
_BY_PATH: Final = {
    "core.Event": "organisation_id",
    "core.Reaction": "event__organisation_id",
    "roles.Role_viewers": "role__organisation_id",
}
#: models about users, with the path to the user's id; only users who are in no other organisation
_BY_USER: Final = {
    "accounts.User": "pk",
    "accounts.User_groups": "user_id",
    "accounts.User_user_permissions": "user_id",
    "account.EmailAddress": "user_id",
    "account.EmailConfirmation": "email_address__user_id",
    "mfa.Authenticator": "user_id",
    "usersessions.UserSession": "user_id",
    "socialaccount.SocialAccount": "user_id",
    "socialaccount.SocialToken": "account__user_id",
}
#: models of the whole installation; queued jobs contain only ids, and will find nothing
_OF_ALL: Final = frozenset(
    {
        *("core.BackupRun", "core.ClockOffset", "core.ErasureEntry", "core.FieldKeyCanary", "core.HashKey"),
        *("core.Heartbeat", "core.Installation", "notifications.MailService", "reports.SigningCertificate"),
        *("auth.Group", "auth.Group_permissions", "auth.Permission", "contenttypes.ContentType"),
        *("sessions.Session", "socialaccount.SocialApp"),
        *("procrastinate.ProcrastinateJob", "procrastinate.ProcrastinateWorker"),
        *("procrastinate.ProcrastinateEvent", "procrastinate.ProcrastinatePeriodicDefer"),
    }
)
_SECRET: Final = frozenset(
    {
        *("accounts.User.password", "mfa.Authenticator.data", "usersessions.UserSession.session_key"),
        *(
            "greenhouse.Connection.credential",
            "greenhouse.Connection.token",
            "greenhouse.Connection.endpoint_key",
        ),
        *(
            "greenhouse.WebhookSecret.secret",
            "notifications.Link.token_hash",
            "accounts.Invitation.token_hash",
        ),
        *("account.EmailConfirmation.key", "socialaccount.SocialToken.token"),
        *("socialaccount.SocialToken.token_secret", "socialaccount.SocialAccount.extra_data"),
    }
)
_CHUNK: Final = 500
#: how often to try again after a deadlock with people or workers
_DEADLOCKS: Final = 5


class NotCovered(Exception):
    """A model is assigned neither to organisations nor to the installation."""


def rows_of(organisation: Organisation) -> Iterator[tuple[str, Rows]]:
    """Yield the label of each model with the organisation's rows. Raises NotCovered."""
    elsewhere = Membership.objects.across_organisations().exclude(organisation=organisation)
    users = User.objects.filter(pk__in=Membership.objects.of(organisation).values("user_id")).exclude(
        pk__in=elsewhere.values("user_id")
    )
    user_ids = list(users.values_list("pk", flat=True))
    for model in sorted(apps.get_models(include_auto_created=True), key=_last_if_needed):
        label = model._meta.label
        rows = model._default_manager.order_by("pk")
        if label in _OF_ALL:
            continue
        if model is Organisation:
            yield label, rows.filter(pk=organisation.pk)
        elif label in _BY_PATH:
            yield label, rows.filter(**{_BY_PATH[label]: organisation.pk})
        elif label in _BY_USER:
            yield label, rows.filter(**{f"{_BY_USER[label]}__in": user_ids})
        elif any(field.name == "organisation" for field in model._meta.concrete_fields):
            yield label, rows.filter(organisation=organisation.pk)
        else:
            raise NotCovered(label)


def _last_if_needed(model: type[models.Model]) -> bool:
    label = model._meta.label
    return "__" not in _BY_PATH.get(label, _BY_USER.get(label, ""))


def delete(organisation: Organisation) -> dict[str, int]:
    """Delete all rows in one transaction and return how many of each model. Concurrent inserts wait and then fail."""
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        # deleting members' rows ends their sessions
        deleted = {label: _delete(rows) for label, rows in list(rows_of(organisation))}
        # rows that triggers have written
        for label, rows in list(rows_of(organisation)):
            deleted[label] += _delete(rows)
        left = sorted(label for label, rows in rows_of(organisation) if rows.exists())
        if left:
            raise RuntimeError(f"Rows remain in {', '.join(left)}.")
    return {label: number for label, number in deleted.items() if number}


def delete_for_good(organisation: Organisation, *, now: datetime) -> dict[str, int]:
    """Delete the organisation with its audit log, and record that so that restored backups repeat it."""
    for _ in range(_DEADLOCKS):
        try:
            return _delete_for_good(organisation, now=now)
        except OperationalError as error:
            # somebody has locked a row that this deletes, and their commit waits for the organisation's row
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
    return _delete_for_good(organisation, now=now)


def _delete_for_good(organisation: Organisation, *, now: datetime) -> dict[str, int]:
    with transaction.atomic():
        deleted = delete(organisation)
        ErasureEntry.objects.create(organisation_id=organisation.pk, whole_organisation=True, erased_at=now)
        if nightly.is_wanted():
            nightly.list_erasures.defer_once(lock="backup.list_erasures")
    return deleted


def _delete(rows: Rows) -> int:
    """Delete rows without their dependants, which are deleted as the organisation's own rows. Foreign keys are checked
    at the end of the transaction."""
    model = rows.model
    try:
        ids, values = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # the organisation has no members
        return 0
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{table}" WHERE "{key}" IN ({ids})', values)  # noqa: S608 - names of our models
        return int(cursor.rowcount)


def export(organisation: Organisation, sink: IO[bytes], *, now: datetime) -> dict[str, int]:
    """Write a ZIP archive with each model's rows as JSON lines, and the files. Returns the number of rows by model."""
    numbers: dict[str, int] = {}
    with transaction.atomic(), zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        if not connection.savepoint_ids:
            with connection.cursor() as cursor:  # all tables as of the same moment
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for label, rows in rows_of(organisation):
            numbers[label] = _write(archive, label, rows)
        manifest = {
            "goodword": "organisation",
            "version": VERSION,
            "made_at": now.isoformat(timespec="seconds"),
            "organisation": organisation.slug,
            "rows": {label: number for label, number in numbers.items() if number},
            "left_out": sorted(_SECRET),
        }
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    return numbers


def _write(archive: zipfile.ZipFile, label: str, rows: Rows) -> int:
    files = [field for field in rows.model._meta.concrete_fields if isinstance(field, models.BinaryField)]
    first = next(iter(rows[:1]), None)
    if first is None:
        return 0
    number = 0
    # an archive is written one member at a time, so files come in a second pass
    with archive.open(f"rows/{label}.jsonl", "w", force_zip64=True) as lines:
        for row in rows.defer(*(field.name for field in files)).iterator(_CHUNK):
            number += 1
            lines.write(
                json.dumps(_shown(row, label), cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n"
            )
    for field in files:
        for pk, content in rows.values_list("pk", field.name).iterator(1):
            if content:
                archive.writestr(f"files/{label}/{pk}.{field.name}", bytes(content))
    return number


def _shown(row: models.Model, label: str) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.generated:
            continue
        if isinstance(field, models.BinaryField):
            shown[field.attname] = f"files/{label}/{row.pk}.{field.name}"
        elif f"{label}.{field.name}" not in _SECRET:
            shown[field.attname] = field.value_from_object(row)
    return shown
