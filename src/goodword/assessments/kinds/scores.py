"""Computed scores and their reliability, of any kind of test."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from goodword.assessments.kinds.items import Item
from goodword.assessments.psychometrics.reliability import reliability_of
from goodword.core.json_reading import Json

#: the scale that stands for the whole test
ALL: Final = ""

type ReliabilitySource = Literal["items", "halves", "calibration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedScore:
    """One score, with the fields of models.Score."""

    scale: str
    value: float | None
    answered: int
    items: int
    version: str
    low: float | None = None
    high: float | None = None
    percentile: int | None = None
    percentile_low: int | None = None
    percentile_high: int | None = None
    ability: float | None = None
    ability_se: float | None = None


class Respondent(Protocol):
    """One person's items and answers by item id; void items are left out."""

    @property
    def items(self) -> tuple[Item, ...]:
        """The items that were asked and count."""

    @property
    def answers(self) -> Mapping[str, Json]:
        """The answers by item id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How reliable a score is, None where that is not known, by which `way`, from how many people."""

    value: float | None
    way: ReliabilitySource
    n: int
    alpha: float | None = None
    omega: float | None = None


def reliability_by_items(people: Iterable[Mapping[str, list[float | None]]]) -> dict[str, Reliability]:
    """Alpha and omega of each scale, from one row of item values per person; a row with a gap is left out."""
    rows: dict[str, list[list[float]]] = {}
    for person in people:
        for scale, values in person.items():
            complete = rows.setdefault(scale, [])
            known = [value for value in values if value is not None]
            if len(known) == len(values):
                complete.append(known)
    found = {scale: reliability_of(of_scale) for scale, of_scale in rows.items()}
    return {
        scale: Reliability(value=one.value, way="items", n=one.n, alpha=one.alpha, omega=one.omega)
        for scale, one in found.items()
    }


def part_category(part: str) -> str:
    """The category of a whole part in a total; no category of generated tasks has such a name."""
    return f"part {part}"
