"""From answers to scale scores: pure, versioned, the same code for every instrument.

For one scale, with the answers a_i of its n answered items on an answer scale from `low` to `high`:

    value_i = a_i                   for an item keyed "+"
    value_i = low + high - a_i      for an item keyed "-"
    mean    = (value_1 + ... + value_n) / n

This is the usual scoring of public-domain inventories (International Personality ScaleItem Pool, ipip.ori.org),
with the mean in place of the sum so that a left-out item does not lower a score. A scale has a mean only if
three quarters of its items are answered (3 of 4, 8 of 10): with fewer, the mean of what is left is another
measure. That share is a rule of ours.

There is no total over scales and no rule that calls an end of a scale better.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal

from goodword.assessments.kinds.scales.content import Instrument, Scale, ScaleItem
from goodword.assessments.kinds.scores import ComputedScore
from goodword.assessments.psychometrics.versions import SCORING
from goodword.core.json_reading import Json

SCORING_VERSION = SCORING["scales"]
NEEDED_SHARE = Fraction(3, 4)


class ScoringError(ValueError):
    """Answers that cannot be scored: an item that is not in the form, or a value off the answer scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemScore:
    """How one item counts: the answer as given and the value after its key; both None if not answered."""

    item_id: str
    text: str
    keyed: Literal["+", "-"]
    answer: int | None
    value: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleScore:
    """One scale. `mean` is on the answer scale, None if fewer than `needed` items were answered."""

    scale: Scale
    mean: float | None
    n_answered: int
    n_items: int
    needed: int
    items: tuple[ItemScore, ...]


def score(instrument: Instrument, form: str, answers: Mapping[str, int]) -> tuple[ScaleScore, ...]:
    """The scores of all scales of a form, in the instrument's order; the formula stands above.

    `answers` maps item ids to values of the answer scale; an item left out is one not answered. Raises
    `FormError` for an unknown form and `ScoringError` for an answer that is not one of this form's.
    """
    items = instrument.items_of(form)
    _check(instrument, items, answers)
    return tuple(
        _scale_score(instrument, scale, [item for item in items if item.scale == scale.id], answers)
        for scale in instrument.scales
    )


def scale_scores(instrument: Instrument, form: str, answers: Mapping[str, Json]) -> Iterator[ComputedScore]:
    """The mean of each scale, from the stored answers."""
    for found in score(instrument, form, _values(answers)):
        yield ComputedScore(
            scale=found.scale.id,
            value=found.mean,
            answered=found.n_answered,
            items=found.n_items,
            version=SCORING_VERSION,
        )


def item_values(
    instrument: Instrument, form: str, answers: Mapping[str, Json]
) -> dict[str, list[float | None]]:
    """The values of each scale's items after their key; None where not answered."""
    return {
        found.scale.id: [None if item.value is None else float(item.value) for item in found.items]
        for found in score(instrument, form, _values(answers))
    }


def _values(answers: Mapping[str, Json]) -> dict[str, int]:
    return {key: value for key, value in answers.items() if isinstance(value, int)}


def needed_answers(n_items: int) -> int:
    """How many of a scale's items must be answered for a mean: three quarters, rounded up."""
    return ceil(NEEDED_SHARE * n_items)


def _check(instrument: Instrument, items: tuple[ScaleItem, ...], answers: Mapping[str, int]) -> None:
    known = {item.id for item in items}
    values = {option.value for option in instrument.response_scale}
    for item_id, answer in answers.items():
        if item_id not in known:
            raise ScoringError(f"The item “{item_id}” is not part of this form.")
        if isinstance(answer, bool) or answer not in values:
            raise ScoringError(f"The answer {answer!r} to item “{item_id}” is not on the answer scale.")


def _scale_score(
    instrument: Instrument, scale: Scale, items: list[ScaleItem], answers: Mapping[str, int]
) -> ScaleScore:
    scored = tuple(_item_score(instrument, item, answers.get(item.id)) for item in items)
    values = [item.value for item in scored if item.value is not None]
    needed = needed_answers(len(items))
    return ScaleScore(
        scale=scale,
        mean=sum(values) / len(values) if values and len(values) >= needed else None,
        n_answered=len(values),
        n_items=len(items),
        needed=needed,
        items=scored,
    )


def _item_score(instrument: Instrument, item: ScaleItem, answer: int | None) -> ItemScore:
    value = answer
    if answer is not None and item.keyed == "-":
        value = instrument.lowest + instrument.highest - answer
    return ItemScore(item_id=item.id, text=item.text, keyed=item.keyed, answer=answer, value=value)
