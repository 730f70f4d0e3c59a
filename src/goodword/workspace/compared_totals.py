"""The totals of a comparison: to whom a part's total belongs, with what else it was made of, and how it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from goodword.assessments.models import Attempt, AttemptPart, IssuedTotal
from goodword.assessments.result.total import percent
from goodword.candidates.models import Application
from goodword.roles.models import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTotal:
    """The issued total of one attempt. Two can be held side by side if all but `text` is alike.

    `beside` says which parts it is made of, and in which version and form, and on which class of device, each was
    taken; `text` is its value in percent.
    """

    assessment: int
    beside: tuple[str, ...]
    orders: frozenset[str]
    text: str

    @property
    def likeness(self) -> str:
        """The same for all that it can be held against."""
        return "; ".join((str(self.assessment), *self.beside))


def totals_of(
    finished: Mapping[int, tuple[Attempt, Application]], *, role: Role
) -> Mapping[int, ComparedTotal]:
    """By the attempt's id; nothing of attempts without a total. Two queries."""
    issued = {
        one.attempt_id: one
        for one in IssuedTotal.objects.of(role.organisation).filter(attempt__in=finished).exclude(value="")
    }
    parts: dict[int, dict[str, str]] = {}
    rows = AttemptPart.objects.of(role.organisation).filter(attempt__in=issued).order_by("order")
    for attempt, order, *taken in rows.values_list(
        "attempt", "order", "version__test", "version__number", "form", "device"
    ):
        parts.setdefault(attempt, {})[str(order)] = ", ".join(map(str, (order, *taken)))
    return {
        pk: _compared(one, finished[pk][0].assessment_id, parts.get(pk, {})) for pk, one in issued.items()
    }


def _compared(issued: IssuedTotal, assessment: int, parts: Mapping[str, str]) -> ComparedTotal:
    orders = frozenset(held["part"] for portion in issued.portions for held in portion["counted"])
    return ComparedTotal(
        assessment=assessment,
        beside=tuple(parts[order] for order in sorted(orders, key=int)),
        orders=orders,
        text=percent(Fraction(issued.value)),
    )
