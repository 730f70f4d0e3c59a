"""Reactions of an organisation that failed for good: an event happened, and what should follow it did not."""

from datetime import datetime

from django.db.models import QuerySet

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation
from goodword.core import reactions
from goodword.core.models import Reaction


def stalled(organisation: Organisation) -> QuerySet[Reaction]:
    """The reactions of this organisation that are not tried any more, newest first."""
    return reactions.failed().filter(event__organisation_id=organisation.pk)


def try_again(organisation: Organisation, *, member: Membership, now: datetime) -> int:
    """Try all of them again. Returns how many."""
    count = reactions.try_again(stalled(organisation), now=now)
    if count:
        write(
            organisation=organisation,
            action="reactions.tried_again",
            member=member,
            now=now,
            details={"reactions": count},
        )
    return count
