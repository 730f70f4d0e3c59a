from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.roles.models import Automation, RoleNotice

_LONGEST = 300  # column length


def notice(
    automation: Automation,
    *,
    kind: str,
    now: datetime,
    stage_id: int | None = None,
    before: str = "",
    after: str = "",
) -> None:
    """Create or update a notice; settle it if the change was undone. The caller has locked the automation."""
    row = _open(automation, kind=kind, stage_id=stage_id).first()
    if row is None:
        RoleNotice.objects.create(
            organisation_id=automation.organisation_id,
            role_id=automation.role_id,
            automation=automation,
            kind=kind,
            stage_id=stage_id,
            before=before[:_LONGEST],
            after=after[:_LONGEST],
            found_at=now,
        )
    elif row.before and row.before == after[:_LONGEST]:
        settle(automation, kind=kind, stage_id=stage_id, now=now)
    else:
        row.after = after[:_LONGEST]
        row.save(update_fields=["after"])


def settle(automation: Automation, *, kind: str, now: datetime, stage_id: int | None = None) -> bool:
    return bool(_open(automation, kind=kind, stage_id=stage_id).update(settled_at=now))


def settle_mapped(automation: Automation, *, by: Membership, now: datetime) -> None:
    RoleNotice.objects.across_organisations().filter(automation=automation, settled_at=None).update(
        settled_at=now, settled_by=by
    )


def dismiss(row: RoleNotice, *, by: Membership, now: datetime) -> None:
    with transaction.atomic():
        open_rows = RoleNotice.objects.of(by.organisation).filter(pk=row.pk, settled_at=None)
        if not open_rows.update(settled_at=now, settled_by=by):
            return
        write(
            organisation=by.organisation,
            action="role.notice_seen",
            member=by,
            now=now,
            details={"role": row.role_id, "kind": row.kind, "stage": row.stage_id},
        )


def _open(automation: Automation, *, kind: str, stage_id: int | None) -> QuerySet[RoleNotice]:
    return RoleNotice.objects.across_organisations().filter(
        automation=automation, kind=kind, stage_id=stage_id, settled_at=None
    )
