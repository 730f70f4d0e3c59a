"""Jobs of the inbox. Each woken worker takes a turn; row locks decide which gets a delivery."""

import time
from datetime import datetime

from django.db.models import QuerySet

from goodword.core import clock, jobs, process
from goodword.core.jobs import Lane
from goodword.greenhouse.inbox.leases import Turn, Turns, free_orphans, leased, wake_inbox
from goodword.greenhouse.inbox.processing import prune, work_one
from goodword.greenhouse.models import Delivery
from goodword.greenhouse.sync import calls

#: maximum seconds of a turn
TURN = 5.0

#: the turns of this process
TURNS = Turns()

#: connections that a worker handles at once, so one slow account doesn't delay the others
THREADS = 4


@jobs.job(
    name="greenhouse.inbox",
    swept_by="greenhouse.inbox.sweep",
    lane=Lane(threads=THREADS, keeping=calls.counts_kept),
)
def work_inbox() -> None:
    """Process due deliveries. Retries are per row, so the job has none."""
    over = time.monotonic() + TURN
    turn = Turn(turns=TURNS)
    more = False
    try:
        while not more and work_one(turn, now=clock.now()):
            process.check_stop()
            more = time.monotonic() > over
    finally:
        missed = turn.end()
    if more or missed:
        wake_inbox()


@jobs.job(
    name="greenhouse.inbox.sweep",
    cron="* * * * * */5",
    queueing_lock="greenhouse.inbox.sweep",
    due=lambda now: [due(now=now), leased()],
)
def sweep_inbox(*, timestamp: int = 0) -> None:
    del timestamp  # Procrastinate passes it to every periodic job
    now = clock.now()
    free_orphans(now=now)
    if due(now=now).exists():
        wake_inbox()


def due(*, now: datetime) -> QuerySet[Delivery]:
    received = Delivery.objects.across_organisations().filter(state=Delivery.State.RECEIVED)
    return received.filter(not_before__lte=now)


@jobs.job(name="greenhouse.inbox.prune", cron="40 2 * * * 0", queueing_lock="greenhouse.inbox.prune")
def prune_inbox(*, timestamp: int = 0) -> None:
    del timestamp  # see above
    prune(now=clock.now())
    calls.prune(now=clock.now())
