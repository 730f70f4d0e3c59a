"""People hired long enough ago to be rated, who have no rating yet."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application, PerformanceRating

#: after the hire
DAYS: Final = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonToRate:
    name: str
    email: str
    role: str
    hired_on: date


def people_to_rate(organisation: Organisation, *, now: datetime) -> list[PersonToRate]:
    """By role and name. People without an address can't be identified in a file, and are left out."""
    rated = PerformanceRating.objects.of(organisation).filter(of__confirmed_at__isnull=False)
    rows = (
        Application.objects.of(organisation)
        .filter(
            status=Application.Status.HIRED,
            hired_at__lte=now - timedelta(days=DAYS),
            deleted_at=None,
            erased_at=None,
            prospect=False,
        )
        .exclude(candidate__email="")
        .exclude(pk__in=rated.values("application_id"))
        .select_related("candidate", "role")
    )
    found = [
        PersonToRate(
            name=row.candidate.name,
            email=row.candidate.email,
            role=row.role.title if row.role else "",
            hired_on=timezone.localdate(row.hired_at, organisation.zone),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.role.casefold(), one.name.casefold(), one.email))
