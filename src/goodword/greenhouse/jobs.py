"""Greenhouse jobs: handling deliveries, checking permissions, and sweeps for missed work.

A woken worker handles deliveries one after another for a short turn. The next wake-up then queues behind other jobs, so
that a burst of hundreds of deliveries does not delay mail.
"""

import time

from goodword.core import clock, jobs, stopping
from goodword.greenhouse.activity_feed import jobs as activity_feed  # noqa: F401 - registers its jobs
from goodword.greenhouse.inbox.claim import Turn, Turns, free_orphans
from goodword.greenhouse.inbox.process import work_one
from goodword.greenhouse.inbox.prune import prune
from goodword.greenhouse.models import InboxEvent
from goodword.greenhouse.reconciliation import jobs as reconciliation  # noqa: F401 - registers its jobs
from goodword.greenhouse.setup import recheck
from goodword.greenhouse.sync import calls, deletions

#: seconds that one wake-up works before it lets others in
TURN = 5.0

#: the turns of this process
TURNS = Turns()


@jobs.job(name="greenhouse.inbox", swept_by="greenhouse.inbox.sweep")
def work_inbox() -> None:
    """Work on deliveries that are due. Each row decides about further tries, so the job takes none."""
    over = time.monotonic() + TURN
    turn = Turn(turns=TURNS)
    more = False
    try:
        while not more and work_one(turn, now=clock.now()):
            stopping.check()
            more = time.monotonic() > over
    finally:
        missed = turn.end()
    if more or missed:
        wake_inbox()


def wake_inbox() -> None:
    """Have the inbox worked on, unless that waits already. Outside the transaction of the rows: there the
    notifications of a burst would make the requests wait for each other, and wake-ups were lost."""
    work_inbox.defer_once(lock="greenhouse.inbox")


@jobs.job(name="greenhouse.inbox.sweep", cron="* * * * * */5", queueing_lock="greenhouse.inbox.sweep")
def sweep_inbox(*, timestamp: int = 0) -> None:
    """Wake the inbox for what is due: lost wake-ups, postponed deliveries, leases of dead workers."""
    del timestamp  # given to every periodic job; the clock is ours
    now = clock.now()
    free_orphans(now=now)
    due = InboxEvent.objects.across_organisations().filter(
        state=InboxEvent.State.RECEIVED, not_before__lte=now
    )
    if due.exists():
        wake_inbox()


@jobs.job(name="greenhouse.inbox.prune", cron="40 2 * * * 0", queueing_lock="greenhouse.inbox.prune")
def prune_inbox(*, timestamp: int = 0) -> None:
    """Remove old deliveries and old tallies of calls, once a day."""
    del timestamp  # see above
    prune(now=clock.now())
    calls.prune(now=clock.now())


@jobs.job(name="greenhouse.check", swept_by="greenhouse.check.sweep")
def check_permissions(*, connection_id: int) -> None:
    """Probe the permissions of one connection. Its row says when it is tried again, so the job takes no tries."""
    recheck.check_if_due(connection_id, now=clock.now())


@jobs.job(name="greenhouse.check.sweep", cron="* * * * * 20", queueing_lock="greenhouse.check.sweep")
def sweep_checks(*, timestamp: int = 0) -> None:
    """Have permissions probed where that is due, looked for once a minute."""
    del timestamp  # see above
    for pk in recheck.due(now=clock.now()).values_list("pk", flat=True):
        check_permissions.defer_once(lock=f"greenhouse.check:{pk}", connection_id=pk)


@jobs.job(name="greenhouse.erase", cron="*/10 * * * * 40", queueing_lock="greenhouse.erase")
def sweep_erasures(*, timestamp: int = 0) -> None:
    """Erase what is due, after one more look at Greenhouse."""
    del timestamp  # see above
    deletions.erase_due(now=clock.now())
