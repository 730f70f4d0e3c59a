"""Reactions of an organisation that failed for good: an event happened, and what should follow it did not."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application
from goodword.candidates.visible import visible_applications
from goodword.core import reactions
from goodword.core.models import Reaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalled:
    """A failed reaction, and whom it concerns, if the member sees them."""

    reaction: Reaction
    application: Application | None


def stalled(organisation: Organisation) -> QuerySet[Reaction]:
    """The reactions of this organisation that are not tried any more, newest first."""
    return reactions.failed().filter(event__organisation_id=organisation.pk)


def stalled_of(member: Membership) -> list[Stalled]:
    """The same, for a member to read."""
    rows = list(stalled(member.organisation))
    ids = {row.event.application_id for row in rows if row.event.application_id is not None}
    seen = visible_applications(member).in_bulk(ids) if ids else {}
    return [Stalled(reaction=row, application=seen.get(row.event.application_id or 0)) for row in rows]


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
