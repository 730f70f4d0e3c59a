"""Status of applications added by members, set by hand because there is no ATS."""

from datetime import datetime
from typing import Any

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.core.events import record
from goodword.workflow.domain.eligibility import lock_application

Status = Application.Status
#: statuses a member may set
SETTABLE = (Status.ACTIVE, Status.REJECTED, Status.HIRED)


class NotSettable(Exception):
    """Greenhouse decides the status, or an erasure is due."""


def set_status(
    *, application_id: int, status: Application.Status, reason: str = "", member: Membership, now: datetime
) -> bool:
    """Set the status as Greenhouse would. `reason`: for a rejection. The caller audits. Returns whether it changed.
    Raises NotSettable."""
    if status not in SETTABLE:
        raise ValueError(f"Members do not set the status {status}.")
    with transaction.atomic():
        application = lock_application(application_id)
        if application.in_greenhouse or application.is_being_erased:
            raise NotSettable
        before = application.status
        if before == status:
            return False
        application.status = status
        application.rejection_reason = reason[:300] if status == Status.REJECTED else ""
        application.rejected_at = now if status == Status.REJECTED else None
        application.hired_at = now if status == Status.HIRED else None
        application.save(update_fields=["status", "rejection_reason", "rejected_at", "hired_at"])
        if before == Status.REJECTED:
            _record("application.unrejected", application, member=member, now=now)
        if before == Status.HIRED:
            _record("application.unhired", application, member=member, now=now)
        if status == Status.REJECTED:
            _record("application.rejected", application, member=member, now=now, reason=reason)
        if status == Status.HIRED:
            _record("application.hired", application, member=member, now=now)
        return True


def _record(name: str, application: Application, *, member: Membership, now: datetime, **data: Any) -> None:
    record(
        name,
        organisation_id=application.organisation_id,
        application_id=application.pk,
        actor=f"member:{member.pk}",
        at=now,
        data=data,
    )
