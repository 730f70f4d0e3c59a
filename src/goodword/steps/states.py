"""The states of a step: what is shown, and which moves are allowed.

Progress, pause and closing are separate columns of a Run. This page is the literal table; steps.domain.move is
the only writer, and a test walks the table.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from goodword.steps.models import StepRun

P = StepRun.Progress

#: still waiting for somebody
UNFINISHED: Final = frozenset({P.PENDING, P.IN_PROGRESS})
#: all in, or closed early by a person: the report goes to Greenhouse
DONE: Final = frozenset({P.COMPLETED, P.MARKED_COMPLETE})

#: act -> (progress it may start from, progress it leads to)
PROGRESS_MOVES: Final = {
    "begin": (frozenset({P.PENDING}), P.IN_PROGRESS),
    "complete": (UNFINISHED, P.COMPLETED),
    "mark_complete": (UNFINISHED, P.MARKED_COMPLETE),
    "decline": (UNFINISHED, P.DECLINED),
}
#: acts on an unfinished run that leave its progress alone: act -> (needs it closed, needs it paused; None: either)
OTHER_MOVES: Final[dict[str, tuple[bool, bool | None]]] = {
    "pause": (False, False),
    "resume": (False, True),
    "close": (False, None),
    "reopen": (True, None),
}

#: closed by what happened to the application, and open again when that is over
BY_FATE: Final = frozenset({"rejected", "hired", "converted", "changed_job", "erasure"})
#: attention of a run that is open again after a rejection or a hire: nothing is sent before a member clicks
REOPENED: Final = "reopened"

#: what comes within this time after the deadline still counts
GRACE: Final = timedelta(days=30)


def is_open(run: StepRun) -> bool:
    """Whether something can still come in: unfinished and not closed. A paused run is open."""
    return run.progress in UNFINISHED and run.closed_at is None


def may(run: StepRun, act: str) -> bool:
    """Whether `act` is allowed on the run as it is."""
    if act in PROGRESS_MOVES:
        return is_open(run) and run.progress in PROGRESS_MOVES[act][0]
    closed, paused = OTHER_MOVES[act]
    if run.progress not in UNFINISHED or (run.closed_at is not None) is not closed:
        return False
    return paused is None or (run.paused_at is not None) is paused


def status(run: StepRun, *, now: datetime) -> str:
    """The status that is shown, as the words table names it; *overdue* is derived here."""
    if run.progress not in UNFINISHED:
        return run.progress
    if run.closed_at is not None:
        return "cancelled"
    if run.paused_at is not None:
        return "paused"
    if run.invited_at is None and run.progress == P.PENDING:
        return "unsent"
    if run.deadline_at < now and run.clock_stopped_at is None:
        return "overdue"
    return run.progress


def takes_answers(run: StepRun, *, now: datetime) -> bool:
    """Whether an answer still counts now: the run is open, and at most 30 days past a running deadline."""
    runs = run.clock_stopped_at is None and run.invited_at is not None
    return is_open(run) and (not runs or now <= run.deadline_at + GRACE)


def that_take_answers(*, now: datetime) -> Q:
    """`takes_answers` as a query."""
    runs = Q(clock_stopped_at=None, invited_at__isnull=False)
    return Q(progress__in=UNFINISHED, closed_at=None) & (~runs | Q(deadline_at__gte=now - GRACE))
