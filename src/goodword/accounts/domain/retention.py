"""How long an organisation keeps personal data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from goodword.accounts.domain.organisation import change_columns, columns_of
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
    """The current settings."""
    return columns_of(RetentionSettings, organisation)


def change_retention(
    *, organisation: Organisation, settings: RetentionSettings, by: Membership, now: datetime
) -> bool:
    """Change the settings. Returns whether anything changed. Nobody is erased before the next day."""
    with transaction.atomic():
        if not change_columns(
            organisation=organisation, settings=settings, action="retention.changed", by=by, now=now
        ):
            return False
        row = Organisation.objects.get(pk=organisation.pk)
        row.retention_ran_on = now.astimezone(row.zone).date()
        row.save(update_fields=["retention_ran_on"])
        return True
