"""What an application's fate does to its attempts."""

from goodword.assessments.models import Attempt
from goodword.core.models import Event
from goodword.roles.models import Step
from goodword.steps.domain import lifecycle


def on_left_stage(event: Event) -> None:
    """Out of the mapped stage: what is unfinished pauses, if the step says so."""
    lifecycle.pause_on_leave(Attempt, event)


def on_asked_again(event: Event) -> None:
    """Back in a stage that starts the step: what was paused goes on."""
    if event.data["kind"] == Step.Kind.ASSESSMENT:
        lifecycle.resume_on_return(Attempt, event)


def on_rejected(event: Event) -> None:
    """Rejected: what is unfinished closes, if the step says so."""
    lifecycle.close_on_end(Attempt, event)


def on_hired(event: Event) -> None:
    """Hired: what is unfinished closes, if the step says so."""
    lifecycle.close_on_end(Attempt, event)


def on_restored(event: Event) -> None:
    """Unrejected or unhired: what that closed is open again, with a new deadline; nothing is sent."""
    lifecycle.reopen(Attempt, event)
