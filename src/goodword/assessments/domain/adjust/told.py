"""What the hiring team may know of adjustments: what was granted, where the candidate has agreed."""

from dataclasses import dataclass

from goodword.assessments.models import Adjustment, Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was granted: percent of more time (0: none), and whether another form."""

    percent: int
    other_form: bool


def told_to_team(row: Adjustment) -> bool:
    """Whether this one may be shown to members: it was granted, and the candidate agrees."""
    return row.may_tell and row.state == Adjustment.State.GRANTED


def for_the_team(attempt: Attempt) -> tuple[Told, ...]:
    """Those of an attempt that its hiring team may know, oldest first. One query."""
    rows = Adjustment.objects.of(attempt.organisation).filter(attempt=attempt).order_by("pk")
    return tuple(Told(percent=row.percent, other_form=row.other_form) for row in rows if told_to_team(row))
