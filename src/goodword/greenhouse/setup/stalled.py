"""Reactions that failed for good: an event happened, and what should follow it did not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from procrastinate.contrib.django.models import ProcrastinateJob

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation
from goodword.core.events import react
from goodword.core.models import Event, Reaction

#: of the newest jobs that failed; more of them have one cause
LOOKED_AT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalled:
    """An event, the reaction that failed, and when the event happened."""

    event_id: int
    handler: str
    name: str
    at: datetime


def stalled(organisation: Organisation) -> list[Stalled]:
    """The reactions of this organisation that nobody tries any more, newest first."""
    failed = _pairs(ProcrastinateJob.objects.filter(status="failed").order_by("-id")[:LOOKED_AT])
    if not failed:
        return []
    under_way = _pairs(ProcrastinateJob.objects.filter(status__in=("todo", "doing"), task_name=react.name))
    ids = {event_id for event_id, _handler in failed}
    events = Event.objects.filter(pk__in=ids, organisation_id=organisation.pk).in_bulk()
    done = set(Reaction.objects.filter(event_id__in=ids).values_list("event_id", "handler"))
    return [
        Stalled(event_id=pk, handler=handler, name=events[pk].name, at=events[pk].occurred_at)
        for pk, handler in failed
        if pk in events and (pk, handler) not in done and (pk, handler) not in under_way
    ]


def try_again(organisation: Organisation, *, member: Membership, now: datetime) -> int:
    """Queue all of them anew; each reaction acts once, however often it is queued. Returns how many."""
    found = stalled(organisation)
    for one in found:
        react.defer(event_id=one.event_id, handler=one.handler)
    if found:
        write(
            organisation=organisation,
            action="reactions.tried_again",
            member=member,
            now=now,
            details={"reactions": len(found)},
        )
    return len(found)


def _pairs(jobs: Iterable[ProcrastinateJob]) -> dict[tuple[int, str], None]:
    """Event and handler of each reaction among the jobs, each once, in order."""
    found = (job.args for job in jobs if job.task_name == react.name)
    return {(args["event_id"], args["handler"]): None for args in found}
