"""The settings of an organisation: they count from then on."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


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
    """The current settings."""
    return columns_of(OrganisationSettings, organisation)


def change_settings(
    *, organisation: Organisation, settings: OrganisationSettings, by: Membership, now: datetime
) -> bool:
    """Change the settings. Returns whether anything changed.

    Deadlines and reminders already set stay, and so does the slug with all addresses.
    """
    return change_columns(
        organisation=organisation, settings=settings, action="organisation.settings_changed", by=by, now=now
    )


def columns_of[Settings: "DataclassInstance"](kind: type[Settings], organisation: Organisation) -> Settings:
    """The columns of `Organisation` that a dataclass names."""
    return kind(**{one.name: getattr(organisation, one.name) for one in fields(kind)})


def change_columns(
    *, organisation: Organisation, settings: "DataclassInstance", action: str, by: Membership, now: datetime
) -> bool:
    """Set the columns that a dataclass names, with an audit entry of the changed ones before and after.

    Returns whether any changed.
    """
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=organisation.pk)
        before, after = asdict(columns_of(type(settings), row)), asdict(settings)
        changed = {name: [before[name], after[name]] for name in after if after[name] != before[name]}
        if not changed:
            return False
        Organisation.objects.filter(pk=row.pk).update(**{name: after[name] for name in changed})
        write(organisation=row, action=action, member=by, now=now, details={"changed": changed})
        return True
