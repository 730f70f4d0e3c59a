from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from goodword.accounts.models import AuditEntry, Membership, Organisation

#: months that an admin can choose
LEAST_MONTHS: Final = 6
MOST_MONTHS: Final = 120
#: minimum days to keep sign-ins; see the migration of prune_audit_log
LEAST_SIGN_IN_DAYS: Final = 30


def write(
    *,
    organisation: Organisation,
    action: str,
    now: datetime,
    member: Membership | None = None,
    actor: str = "",
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append an entry. `details`: ids and settings, never answers, people's addresses or secrets."""
    return AuditEntry.objects.create(
        organisation=organisation,
        member=member,
        actor=actor or (str(member.user) if member else "goodword"),
        action=action,
        details=dict(details or {}),
        at=now,
    )


def prune(*, now: datetime, sign_in_days: int) -> int:
    """Delete entries past their retention period, and sign-ins older than `sign_in_days`. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prune_audit_log(%s, %s)", [now, sign_in_days])
        [count] = cursor.fetchone() or [0]
    return int(count)


def change_months(*, organisation: Organisation, months: int, by: Membership, now: datetime) -> bool:
    """Set how long the organisation keeps its audit log. Returns whether it changed."""
    with transaction.atomic():
        row = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        if row.audit_months == months:
            return False
        before, row.audit_months = row.audit_months, months
        row.save(update_fields=["audit_months"])
        write(
            organisation=row,
            action="audit_log.months_changed",
            member=by,
            now=now,
            details={"changed": {"months": [before, months]}},
        )
        return True
