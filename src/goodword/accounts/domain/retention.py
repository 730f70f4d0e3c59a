"""How long an organisation keeps personal data."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation

#: months that an admin can choose
LONGEST_KEPT: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """The columns of `Organisation` that its admins set for retention."""

    erases_old: bool
    keep_months: int
    erases_hidden: bool
    hidden_months: int


def retention_of(organisation: Organisation) -> RetentionSettings:
    names = RetentionSettings.__dataclass_fields__
    return RetentionSettings(**{name: getattr(organisation, name) for name in names})


def change_retention(
    *, organisation: Organisation, settings: RetentionSettings, by: Membership, now: datetime
) -> bool:
    """Change the settings. Returns whether anything changed. Nobody is erased before the next day."""
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=organisation.pk)
        before, after = asdict(retention_of(row)), asdict(settings)
        changed = {name: [before[name], after[name]] for name in after if after[name] != before[name]}
        if not changed:
            return False
        today = now.astimezone(row.zone).date()
        Organisation.objects.filter(pk=row.pk).update(**after, retention_ran_on=today)
        write(
            organisation=row,
            action="retention.changed",
            member=by,
            now=now,
            details={"changed": changed},
        )
        return True
