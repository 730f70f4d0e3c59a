"""Erasure of experts some time after the last contact with them. A version keeps their ratings without names."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from goodword.accounts.models import Organisation
from goodword.assessments.attempts.invitations import months_after
from goodword.assessments.models import Panelist
from goodword.assessments.panels.invitations import forget


def erase_old(organisation: Organisation, *, now: datetime) -> int:
    """Erase the experts of organisations that erase people after some months, counted from the last mail or rating."""
    if not organisation.erases_old:
        return 0
    zone = organisation.zone
    today = now.astimezone(zone).date()
    rows = Panelist.objects.of(organisation).annotate(last=Max("ratings__rated_at"))
    with transaction.atomic():
        return forget(
            row
            for row in rows
            if months_after(_last_contact(row, row.last).astimezone(zone).date(), organisation.keep_months)
            <= today
        )


def _last_contact(row: Panelist, rated_at: datetime | None) -> datetime:
    return max(one for one in (row.invited_at, row.reminded_at, rated_at) if one)
