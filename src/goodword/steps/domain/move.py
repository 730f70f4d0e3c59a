"""The one writer of a run's state."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from goodword.steps.models import StepRun
from goodword.steps.states import PROGRESS_MOVES, may


class NotAllowed(Exception):
    """This act does not lead anywhere from the run's present state."""


def lock[R: StepRun](model: type[R], pk: int) -> R:
    """The run, locked until the caller's transaction ends. Every change begins here."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A run is locked inside a transaction only.")
    rows: QuerySet[R] = model._default_manager.select_for_update(of=("self",))  # type: ignore[assignment]  # of R
    return rows.select_related("step_request__step", "organisation").get(pk=pk)


def move(run: StepRun, act: str, *, at: datetime, by: str, reason: str = "") -> None:
    """Do one act of the table on a locked run and save it. Raises NotAllowed.

    `by` says who ("candidate", "greenhouse", "member:3", "goodword"), `reason` why a run was closed. Reminders
    end with whatever ends or pauses the run; the caller plans them anew on resume and reopen.
    """
    if not may(run, act):
        raise NotAllowed(
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
