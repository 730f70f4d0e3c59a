"""One sync pass over a connection: read from Harvest, update our copy, decide about missed starts.

No transaction is open during calls to Greenhouse. A worker that stops, or loses its database, releases the pass, and
another continues it. If a worker dies, finished updates stay; the lease expires, and the next pass starts from the same
time, since only a completed pass advances the window. Idempotent.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError

from goodword.core import crypto, database, stopping
from goodword.greenhouse.client import HarvestError
from goodword.greenhouse.reconciliation import passes
from goodword.greenhouse.reconciliation.everything import compare_everything
from goodword.greenhouse.reconciliation.gone import end_gone
from goodword.greenhouse.reconciliation.jobs_changed import follow_jobs
from goodword.greenhouse.reconciliation.progress import Disconnected, Pass
from goodword.greenhouse.reconciliation.recent import compare_recent
from goodword.greenhouse.reconciliation.starts import settle_starts
from goodword.greenhouse.sync.calls import metered

log = logging.getLogger(__name__)


def run(pass_id: int, *, tick: Callable[[], datetime]) -> None:
    """Run a started pass; no-op if it has ended or a live worker has it.

    `tick` returns the time, since a pass may take minutes. Failures of Greenhouse are recorded in the row. Raises
    stopping.Stopped and the errors of a database outage; the pass can then be continued.
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
        why = "The database was busy. The next pass will continue." if busy else _unforeseen(error)
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
