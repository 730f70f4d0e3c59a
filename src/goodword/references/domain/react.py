"""What an application's fate does to its check; the step's settings decide (steps.domain.lifecycle)."""

from goodword.core.models import Event
from goodword.references.domain.clock import settle_clock
from goodword.references.domain.requests import (
    end_requests,
    hold_reminders,
    plan_reminders,
    restore_requests,
)
from goodword.references.models import Check, ReferenceRequest
from goodword.roles.models import Step
from goodword.steps.domain import lifecycle, suspicious_name


def on_fate(event: Event) -> None:
    """Moved, rejected, hired, or any of it taken back: the check pauses, closes, opens again or goes on with it,
    and its requests follow. Closed, nobody is written to any more; what was answered is kept."""
    now = event.occurred_at
    for act, check in lifecycle.settle(Check, event):
        match act:
            case "close":
                end_requests(check, why=ReferenceRequest.Why.CHECK_CLOSED, now=now)
            case "pause":
                hold_reminders(check, now=now)
            case "reopen":
                restore_requests(check, now=now)
        if act in {"reopen", "resume", "carry"} and check.paused_at is None and not lifecycle.is_quiet(check):
            plan_reminders(check, now=now)
        settle_clock(check, now=now)


def on_name(event: Event) -> None:
    """Mark open checks whose mail waits because the name contains a link, or clear the mark."""
    suspicious_name.settle(Check, event)


def on_asked_again(event: Event) -> None:
    """Back in a mapped stage: a paused check goes on."""
    if event.data["kind"] == Step.Kind.REFERENCE_CHECK:
        on_fate(event)
