"""What an application's fate does to its attempts; the step's settings decide (steps.domain.lifecycle)."""

from goodword.assessments.models import Attempt
from goodword.core.models import Event
from goodword.roles.models import Step
from goodword.steps.domain import lifecycle


def on_fate(event: Event) -> None:
    """Moved, rejected, hired, or any of it taken back: attempts pause, close, open again or go on with it."""
    for _act, _attempt in lifecycle.settle(Attempt, event):
        pass  # nothing hangs under an attempt


def on_asked_again(event: Event) -> None:
    """Back in a stage that starts the step: what was paused goes on."""
    if event.data["kind"] == Step.Kind.ASSESSMENT:
        on_fate(event)
