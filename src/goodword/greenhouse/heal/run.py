"""One pass over a connection: read what Harvest says now, bring our copy to it, decide about missed starts.

Nothing of it holds a transaction while Greenhouse is asked. A worker that is to end, or whose database goes away, gives
the pass back, and the next one goes on where it was. One that dies leaves what was brought over; the row ends by its
lease, and the next pass begins where this one began, since only a pass that came to its end moves the window on.
It is idempotent.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError

from goodword.core import crypto, database, stopping
from goodword.greenhouse.client import HarvestError
from goodword.greenhouse.heal import passes
from goodword.greenhouse.heal.everything import compare_everything
from goodword.greenhouse.heal.gone import end_gone
from goodword.greenhouse.heal.jobs_changed import follow_jobs
from goodword.greenhouse.heal.progress import Disconnected, Pass
from goodword.greenhouse.heal.recent import compare_recent
from goodword.greenhouse.heal.starts import settle_starts
from goodword.greenhouse.sync.meter import metered

log = logging.getLogger(__name__)


def run(pass_id: int, *, tick: Callable[[], datetime]) -> None:
    """Carry out a pass that was begun; nothing if it has ended, or if a living worker has it.

    `tick` tells the time: a pass may take minutes. Whatever Greenhouse answers, the row says how it ended. Raises
    stopping.Stopped, and what an outage of the database raises: the pass then waits to be gone on with.
    """
    row = passes.take(pass_id, now=tick())
    if row is None:
        return
    with metered() as meter:
        _run(Pass.of(row, tick=tick, meter=meter))


def _run(work: Pass) -> None:
    row = work.row
    try:
        _work(work)
    except stopping.Stopped:
        work.release()
        raise
    except passes.Lost:
        log.info("%s was taken over", row)
    except HarvestError as error:
        work.fail(f"{error.sentence} {error.remedy}")
    except (crypto.CannotOpen, Disconnected) as error:
        work.fail(str(error))
    except Exception as error:  # the border of one pass: its row says what happened, and the next tries again
        if database.is_outage(error):
            database.wait_until_back()
            work.release()
            raise
        log.exception("%s ended early", row)
        busy = isinstance(error, DatabaseError)
        why = "The database was busy. The next pass goes on." if busy else _unforeseen(error)
        work.fail(why)


def _unforeseen(error: Exception) -> str:
    return f"Goodword could not go on ({type(error).__name__})."


def _work(work: Pass) -> None:
    """What changed lately, or everything; then jobs, and last of all the starts, whose number must be known."""
    did_full = False
    while True:
        if work.row.full:
            compare_everything(work)
            did_full = True
        else:
            compare_recent(work)
        follow_jobs(work)
        settle_starts(work)
        end_gone(work.connection, now=work.tick())
        if work.unfinished:
            work.fail(work.remark)
            return
        work.count()
        if passes.finish(work.row, did_full=did_full, remark=work.remark, now=work.tick()):
            return
