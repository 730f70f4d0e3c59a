"""An organisation's failed reactions, where an event's follow-up did not happen, and retrying them and failed jobs."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application
from goodword.candidates.queries import visible_applications
from goodword.core import reactions
from goodword.core.models import Reaction
from goodword.greenhouse.setup import failed_tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalled:
    """A failed reaction, with the application if the member may see it."""

    reaction: Reaction
    application: Application | None


def stalled(organisation: Organisation) -> QuerySet[Reaction]:
    """The failed reactions of this organisation, newest first."""
    return reactions.failed().filter(event__organisation_id=organisation.pk)


def stalled_of(member: Membership) -> list[Stalled]:
    """The failed reactions, as a member may see them."""
    rows = list(stalled(member.organisation))
    ids = {row.event.application_id for row in rows if row.event.application_id is not None}
    seen = visible_applications(member).in_bulk(ids) if ids else {}
    return [Stalled(reaction=row, application=seen.get(row.event.application_id or 0)) for row in rows]


def try_again(organisation: Organisation, *, member: Membership, now: datetime) -> int:
    """Retry all of them, and the failed jobs that no sweep repeats. Returns how many."""
    count = reactions.try_again(stalled(organisation))
    jobs = failed_tasks.try_again(organisation, now=now)
    if count or jobs:
        write(
            organisation=organisation,
            action="reactions.tried_again",
            member=member,
            now=now,
            details={"reactions": count, "jobs": jobs},
        )
    return count + jobs
