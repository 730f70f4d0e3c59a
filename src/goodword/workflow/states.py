"""The states of a run: allowed moves, the one function that makes them, and the displayed status."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from goodword.workflow.models import StepRun

P = StepRun.Progress
UNFINISHED: Final = frozenset({P.PENDING, P.IN_PROGRESS})
DONE: Final = frozenset({P.COMPLETED, P.MARKED_COMPLETE})
#: act -> (progress it may start from, progress it leads to)
PROGRESS_MOVES: Final = {
    "begin": (frozenset({P.PENDING}), P.IN_PROGRESS),
    "complete": (UNFINISHED, P.COMPLETED),
    "mark_complete": (UNFINISHED, P.MARKED_COMPLETE),
    "decline": (UNFINISHED, P.DECLINED),
}
#: acts that keep the progress of an unfinished run: act -> (must be closed, must be paused; None: either)
OTHER_MOVES: Final[dict[str, tuple[bool, bool | None]]] = {
    "pause": (False, False),
    "resume": (False, True),
    "close": (False, None),
    "reopen": (True, None),
}
#: close reasons that are undone with the application's outcome
BY_OUTCOME: Final = frozenset({"rejected", "hired", "converted", "changed_job", "erasure"})
#: attention code after an undone rejection or hire: nothing is sent until a member clicks
REOPENED: Final = "reopened"
#: answers this long after the deadline still count
GRACE: Final = timedelta(days=30)


class MoveNotAllowed(Exception):
    pass


def is_open(run: StepRun) -> bool:
    """Unfinished and not closed. A paused run is open."""
    return run.progress in UNFINISHED and run.closed_at is None


def may(run: StepRun, act: str) -> bool:
    if act in PROGRESS_MOVES:
        return is_open(run) and run.progress in PROGRESS_MOVES[act][0]
    closed, paused = OTHER_MOVES[act]
    if run.progress not in UNFINISHED or (run.closed_at is not None) is not closed:
        return False
    return paused is None or (run.paused_at is not None) is paused


def awaits_click(run: StepRun) -> bool:
    return run.attention == REOPENED


def status(run: StepRun, *, now: datetime) -> str:
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
    """Whether an answer still counts: the run is open, and at most 30 days past a running deadline."""
    runs = run.clock_stopped_at is None and run.invited_at is not None
    return is_open(run) and (not runs or now <= run.deadline_at + GRACE)


def takes_answers_query(*, now: datetime) -> Q:
    runs = Q(clock_stopped_at=None, invited_at__isnull=False)
    return Q(progress__in=UNFINISHED, closed_at=None) & (~runs | Q(deadline_at__gte=now - GRACE))


def lock[R: StepRun](model: type[R], pk: int) -> R:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A run is locked inside a transaction only.")
    rows: QuerySet[R] = model._default_manager.select_for_update(of=("self",))  # type: ignore[assignment]  # of R
    return rows.select_related("step_request__step", "organisation").get(pk=pk)


def move(run: StepRun, act: str, *, at: datetime, by: str, reason: str = "") -> None:
    """Apply an action from the table to a locked run and save it. `by`: "candidate", "greenhouse", "member:3" or
    "goodword". Raises MoveNotAllowed."""
    if not may(run, act):
        raise MoveNotAllowed(
            f"{act} is not possible: progress {run.progress}, closed {run.closed_at}, paused {run.paused_at}"
        )
    match act:
        case "pause":
            run.paused_at = at
        case "resume":
            run.paused_at = None
        case "close":
            run.closed_at, run.closed_by, run.close_reason = at, by, reason
        case "reopen":
            run.closed_at, run.closed_by, run.close_reason, run.paused_at = None, "", "", None
        case _:
            run.progress = PROGRESS_MOVES[act][1]
            if act == "begin":
                run.begun_at = at
                run.invited_at = run.invited_at or at  # the mail has arrived, whatever the server answered
            else:
                run.completed_at = at
                run.closed_by = by
                run.attention = ""
    if act not in {"begin", "resume", "reopen"}:
        run.next_reminder_at = None
    run.save()
