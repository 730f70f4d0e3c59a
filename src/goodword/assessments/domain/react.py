"""What an application's fate does to its attempts; the step's settings decide (steps.domain.lifecycle)."""

from goodword.assessments.domain.finish import complete_if_done
from goodword.assessments.models import Attempt
from goodword.core.models import Event
from goodword.roles.models import Step
from goodword.steps.domain import lifecycle, suspicious_name


def on_fate(event: Event) -> None:
    """Moved, rejected, hired, or any of it taken back: attempts pause, close, open again or go on with it."""
    for act, attempt in lifecycle.settle(Attempt, event):
        if act == "reopen":  # its clocks may have run out meanwhile
            complete_if_done(attempt, now=event.occurred_at)


def on_name(event: Event) -> None:
    """Mark open attempts whose mail waits because the name contains a link, or clear the mark."""
    suspicious_name.settle(Attempt, event)


def on_asked_again(event: Event) -> None:
    """Back in a stage that starts the step: what was paused goes on."""
    if event.data["kind"] == Step.Kind.ASSESSMENT:
        on_fate(event)
