"""Labels, tones and marks of states. Each mark has its own shape, since colour must never be the only difference."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_RING = '<circle cx="8" cy="8" r="5.75" fill="none" stroke="currentColor" stroke-width="1.5"{more}/>'
_DISC = '<circle cx="8" cy="8" r="6.5" fill="currentColor"/>'
_LINE = '<path d="{d}" fill="none" stroke="{ink}" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>'


def _ring(more: str = "") -> str:
    return _RING.format(more=more)


def _line(d: str, ink: str = "currentColor") -> str:
    return _LINE.format(d=d, ink=ink)


PAPER = "var(--mark-paper)"

MARKS: dict[str, str] = {
    "empty": _ring(' stroke-dasharray="2 2.5"'),
    "ring": _ring(),
    "half": _ring() + '<path d="M8 4.5a3.5 3.5 0 0 1 0 7z" fill="currentColor"/>',
    "check": _DISC + _line("M5.2 8.3l1.9 1.9 3.7-4.1", PAPER),
    "clock": _DISC + _line("M8 4.8V8l2.1 1.5", PAPER),
    "bars": _ring() + _line("M6.6 6v4M9.4 6v4"),
    "dash": _ring() + _line("M5.8 8h4.4"),
    "cross": _ring() + _line("M6.2 6.2l3.6 3.6M9.8 6.2L6.2 9.8"),
    "warning": (
        '<path d="M8 1.8l6.4 11.4a.6.6 0 0 1-.5.9H2.1a.6.6 0 0 1-.5-.9z" fill="currentColor"/>'
        + _line("M8 6.2v3.2M8 11.6v.01", PAPER)
    ),
    "star": _DISC
    + '<path d="M8 4.2l1.1 2.5 2.7.3-2 1.8.6 2.7L8 10.1l-2.4 1.4.6-2.7-2-1.8 2.7-.3z" fill="var(--mark-paper)"/>',
}


def mark_svg(name: str) -> str:
    shape = MARKS.get(name, MARKS["ring"])
    return (
        '<svg class="mark" width="14" height="14" viewBox="0 0 16 16" aria-hidden="true" focusable="false">'
        f"{shape}</svg>"
    )


@dataclass(frozen=True)
class Status:
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
    if attention:
        return STATUSES["needs_attention"]
    known = STATUSES.get(str(state))
    return known or Status(str(state).replace("_", " ").capitalize(), UNKNOWN_TONE, "ring")
