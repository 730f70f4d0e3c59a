"""The words and marks of states: the same on every screen."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Status:
    """How a state is shown: its word, the tone of its colour, and the shape of its mark (see `marks.py`)."""

    word: str | Promise
    tone: str
    mark: str


STATUSES: dict[str, Status] = {
    "not_started": Status(_("Not started"), "quiet", "empty"),
    "already_there": Status(_("Already in stage"), "quiet", "empty"),
    "pending": Status(_("Waiting"), "info", "ring"),
    "unsent": Status(_("Invitation not sent yet"), "info", "empty"),
    "in_progress": Status(_("In progress"), "info", "half"),
    "completed": Status(_("Done"), "success", "check"),
    "marked_complete": Status(_("Done"), "success", "check"),
    "overdue": Status(_("Overdue"), "attention", "clock"),
    "paused": Status(_("Paused"), "quiet", "bars"),
    "cancelled": Status(_("Closed"), "quiet", "dash"),
    "declined": Status(_("Declined"), "quiet", "cross"),
    "needs_attention": Status(_("Needs attention"), "attention", "warning"),
    "rejected": Status(_("Rejected"), "quiet", "cross"),
    "hired": Status(_("Hired"), "success", "star"),
    "active": Status(_("Active"), "success", "check"),
    "incomplete": Status(_("Incomplete"), "attention", "warning"),
    "failed": Status(_("Failed"), "error", "warning"),
}

CHECKS: dict[str, Status] = {
    "granted": Status(_("Granted"), "success", "check"),
    "missing": Status(_("Missing"), "error", "cross"),
    "lacking": Status(_("Missing"), "attention", "warning"),
    "untested": Status(_("Untested"), "quiet", "empty"),
    "waiting": Status(_("Waiting"), "info", "ring"),
}

UNKNOWN_TONE = "quiet"


def status_of(state: str, *, attention: bool = False) -> Status:
    """How `state` is shown. With `attention` it is *Needs attention*, whatever the state.

    A state that is not listed is shown by its own name, so that nothing disappears from a screen.
    """
    if attention:
        return STATUSES["needs_attention"]
    known = STATUSES.get(str(state))
    return known or Status(str(state).replace("_", " ").capitalize(), UNKNOWN_TONE, "ring")
