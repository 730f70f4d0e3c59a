from collections.abc import Mapping
from datetime import datetime
from typing import Any

from goodword.accounts.models import AuditEntry, Membership, Organisation


def write(
    *,
    organisation: Organisation,
    action: str,
    now: datetime,
    member: Membership | None = None,
    actor: str = "",
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append an entry. `details` contains ids and settings, never answers, people's addresses or secrets."""
    return AuditEntry.objects.create(
        organisation=organisation,
        member=member,
        actor=actor or (str(member.user) if member else "goodword"),
        action=action,
        details=dict(details or {}),
        at=now,
    )
