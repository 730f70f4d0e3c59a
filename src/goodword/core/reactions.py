"""Reactions that have not happened: the sweep that sees to them, and those that need a person."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob

from goodword.core import clock, jobs
from goodword.core.events import LOST_AFTER, react
from goodword.core.models import Reaction
from goodword.core.upkeep import TRIES

State = Reaction.State

#: reactions that one sweep looks at
AT_MOST = 100

#: what is said of a reaction that ended its worker each time
WORKER_DIED = "WorkerDied"


@jobs.job(name="event.sweep", cron="* * * * * */5", queueing_lock="event.sweep", priority=jobs.REACTION)
def sweep(*, timestamp: int = 0) -> None:
    """Try again what is due, and find reactions whose job was lost."""
    del timestamp  # given to every periodic job; the clock is ours
    give_up_deadly()
    retry_due(now=clock.now())


def retry_due(*, now: datetime) -> int:
    """Queue what is due and not queued already. Returns how many were queued."""
    due = Reaction.objects.filter(state=State.WAITING, not_before__lte=now)
    rows = list(due.order_by("not_before", "pk")[:AT_MOST])
    if not rows:
        return 0
    queued = _queued([row.event_id for row in rows])
    lost = [row for row in rows if (row.event_id, row.handler) not in queued]
    with transaction.atomic():
        # those that only wait for a worker make room for others that may be lost
        due.filter(pk__in=[row.pk for row in rows]).update(not_before=now + LOST_AFTER)
        _queue(lost)
    return len(lost)


def _queued(event_ids: list[int]) -> set[tuple[int, str]]:
    """Event and handler of the reactions among these events that a worker has or will have."""
    waiting = ProcrastinateJob.objects.filter(
        task_name=react.name, status__in=("todo", "doing"), args__event_id__in=event_ids
    )
    return {(args["event_id"], args["handler"]) for args in waiting.values_list("args", flat=True)}


def give_up_deadly() -> int:
    """Call those failed whose job has ended its worker again and again (core.upkeep gave it up). Returns how many."""
    given_up = ProcrastinateJob.objects.filter(status="failed", task_name=react.name, attempts__gte=TRIES)
    count = 0
    for args in given_up.values_list("args", flat=True):
        row = Reaction.objects.filter(event=args["event_id"], handler=args["handler"], state=State.WAITING)
        count += row.update(state=State.FAILED, not_before=None, error=WORKER_DIED)
    return count


def failed() -> QuerySet[Reaction]:
    """Those that need a person, newest first, with their events."""
    return Reaction.objects.filter(state=State.FAILED).select_related("event").order_by("-event_id", "-pk")


def try_again(rows: QuerySet[Reaction], *, now: datetime) -> int:
    """Retry these failed reactions with a full set of tries. Returns how many."""
    with transaction.atomic():
        found = list(rows.filter(state=State.FAILED).select_for_update(of=("self",)))
        Reaction.objects.filter(pk__in=[row.pk for row in found]).update(
            state=State.WAITING, tries=0, not_before=now + LOST_AFTER
        )
        _queue(found)
    return len(found)


def _queue(rows: list[Reaction]) -> None:
    react.defer_each({"event_id": row.event_id, "handler": row.handler} for row in rows)
