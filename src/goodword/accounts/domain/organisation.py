"""The settings of an organisation: they count from then on."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationSettings:
    """What its admins set; the meanings stand at the columns of `Organisation`."""

    name: str
    time_zone: str
    language: str
    holiday_country: str
    holiday_region: str
    watches_devices: bool
    adjustments_name: str
    adjustments_email: str


def settings_of(organisation: Organisation) -> OrganisationSettings:
    """As they are."""
    names = OrganisationSettings.__dataclass_fields__
    return OrganisationSettings(**{name: getattr(organisation, name) for name in names})


def change_settings(
    *, organisation: Organisation, settings: OrganisationSettings, by: Membership, now: datetime
) -> bool:
    """Make them so; returns whether anything changed. What did is in the audit log, before and after.

    Deadlines and reminders that are set already stay. The slug, and with it every address, stays too.
    """
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=organisation.pk)
        before, after = asdict(settings_of(row)), asdict(settings)
        changed = {name: [before[name], after[name]] for name in after if after[name] != before[name]}
        if not changed:
            return False
        Organisation.objects.filter(pk=row.pk).update(**{name: after[name] for name in changed})
        write(
            organisation=row,
            action="organisation.settings_changed",
            member=by,
            now=now,
            details={"changed": changed},
        )
        return True
