"""Move a test of the draft, and take one out."""

from typing import Literal

from goodword.assessments.domain.plan.held import held, in_order, number_anew, part_of
from goodword.roles.models import Step

UP: Literal[-1] = -1
DOWN: Literal[1] = 1


def move_part(*, step: Step, part_id: int, by: Literal[-1, 1], revision: int) -> int:
    """One place up or down; at the end it stays. Returns its place, from 1.

    Raises `held.NoDraft`, `held.Stale`, and LookupError if the part has gone.
    """
    with held(step, revision=revision) as draft:
        moved = part_of(draft, part_id)
        parts = in_order(draft)
        place = [part.pk for part in parts].index(moved.pk)
        to = min(max(place + by, 0), len(parts) - 1)
        parts.insert(to, parts.pop(place))
        number_anew(draft, parts)
        return to + 1


def remove_part(*, step: Step, part_id: int, revision: int) -> None:
    """Take a test out with all that was said of it; those below move up. Raises as `move_part` does."""
    with held(step, revision=revision) as draft:
        part_of(draft, part_id).delete()
        number_anew(draft, in_order(draft))
