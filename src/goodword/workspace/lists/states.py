"""States of steps as lists count, filter and sort by them. `ListedApplication` stores all but *overdue*."""

from datetime import datetime
from typing import Final

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from goodword.roles.models import Step

#: parameter of a list's URL and prefix of columns, with the kind of step
STEPS: Final = {"assessment": Step.Kind.ASSESSMENT, "check": Step.Kind.REFERENCE_CHECK}
#: value in URLs -> (number as stored, smallest is most urgent; state of ui.statuses; label). In the order of the chips.
STATES: Final = {
    "needs_attention": (0, "needs_attention", _("Needs attention")),
    "overdue": (1, "overdue", _("Overdue")),
    "waiting": (2, "pending", _("Waiting")),
    "in_progress": (3, "in_progress", _("In progress")),
    "paused": (4, "paused", _("Paused")),
    "done": (6, "completed", _("Done")),
    "closed": (7, "cancelled", _("Closed")),
    "not_started": (5, "not_started", _("Not started")),
}
NUMBERS: Final = {name: number for name, (number, _state, _label) in STATES.items()}
NAMES: Final = {number: name for name, number in NUMBERS.items()}
OVERDUE: Final = NUMBERS["overdue"]
_RUNNING: Final = frozenset({"waiting", "in_progress"})


def is_overdue(step: str, *, now: datetime) -> Q:
    return Q(**{f"{step}_due__lt": now})


def state_at(step: str, *, now: datetime) -> Case:
    """The number of a step's state, overdue ones included."""
    return Case(
        When(is_overdue(step, now=now), then=Value(OVERDUE)),
        default=F(f"{step}_state"),
        output_field=IntegerField(),
    )


def in_state(step: str, name: str, *, now: datetime) -> Q:
    if name == "overdue":
        return is_overdue(step, now=now)
    state = Q(**{f"{step}_state": NUMBERS[name]})
    if name in _RUNNING:
        return state & (Q(**{f"{step}_due": None}) | Q(**{f"{step}_due__gte": now}))
    return state
