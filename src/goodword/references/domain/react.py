"""What an application's fate does to its check; the step's settings decide (steps.domain.lifecycle)."""

from goodword.core.models import Event
from goodword.references.domain.requests import (
    end_requests,
    hold_reminders,
    plan_reminders,
    restore_requests,
)
from goodword.references.models import Check, ReferenceRequest
from goodword.roles.models import Step
from goodword.steps.domain import lifecycle


def on_left_stage(event: Event) -> None:
    """Out of a mapped stage: a check goes on, or pauses where the step says so."""
    for check in lifecycle.pause_on_leave(Check, event):
        hold_reminders(check, now=event.occurred_at)


def on_asked_again(event: Event) -> None:
    """Back in a mapped stage: a paused check goes on."""
    if event.data["kind"] != Step.Kind.REFERENCE_CHECK:
        return
    for check in lifecycle.resume_on_return(Check, event):
        if ReferenceRequest.objects.of(check.organisation).filter(check_run=check).exists():
            check.next_reminder_at = None  # the candidate has done their part
            check.save(update_fields=["next_reminder_at"])
        plan_reminders(check, now=event.occurred_at)


def on_rejected(event: Event) -> None:
    """Rejected: nobody is written to any more; what was answered is kept."""
    for check in lifecycle.close_on_end(Check, event):
        end_requests(check, why=ReferenceRequest.Why.CHECK_CLOSED, now=event.occurred_at)


def on_hired(event: Event) -> None:
    """Hired: an open check goes on, unless the step says otherwise."""
    for check in lifecycle.close_on_end(Check, event):
        end_requests(check, why=ReferenceRequest.Why.CHECK_CLOSED, now=event.occurred_at)


def on_reopened(event: Event) -> None:
    """Unrejected or unhired: open again where it was; nothing is sent until a member invites again."""
    for check in lifecycle.reopen(Check, event):
        restore_requests(check)
