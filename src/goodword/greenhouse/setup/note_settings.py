"""How notes on the Activity Feed are written, for all Greenhouse accounts of an organisation."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation
from goodword.greenhouse.activity_feed import wording

#: what the placeholders stand for in the example
EXAMPLE = {
    "step": "Reference check",
    "candidate": "Ada Lovelace",
    "role": "Customer Support Specialist",
    "outcome": "completed: 2 of 2 references are in",
}


def set_notes(
    organisation: Organisation,
    *,
    visibility: str,
    words: str,
    report_link_days: int,
    member: Membership,
    now: datetime,
) -> bool:
    """Keep the settings; notes that are written from now on follow them. False if nothing is different.

    `words` were checked (activity_feed.wording); empty: our own words.
    """
    values = {"note_visibility": visibility, "note_wording": words, "report_link_days": report_link_days}
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=organisation.pk)
        before = {name: getattr(row, name) for name in values}
        if values == before:
            return False
        Organisation.objects.filter(pk=row.pk).update(**values)
        write(
            organisation=row,
            action="notes.changed",
            member=member,
            now=now,
            details={"before": before, "after": values},
        )
    return True


def example(words: str) -> str:
    """A note as it would be in these words. Raises wording.BadWording."""
    line = wording.render(wording.clean_wording(words), EXAMPLE)
    return f"{line}\nReport (PDF): {settings.GOODWORD_BASE_URL}/s/...\nGW-4T7K-QM2X"
