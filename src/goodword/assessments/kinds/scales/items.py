"""Statements on an answer scale: their answer form, scores, and careless responding.

For one scale, with the answers a_i of its n answered items on an answer scale from `low` to `high`:

    value_i = a_i                   for an item keyed "+"
    value_i = low + high - a_i      for an item keyed "-"
    mean    = (value_1 + ... + value_n) / n

This is the usual scoring of public-domain inventories (International Personality Item Pool, ipip.ori.org), with the
mean instead of the sum, so unanswered items don't lower a score. A mean needs answers to three quarters of the
scale's items (3 of 4, 8 of 10); that share is our rule. There is no total over scales, and neither end is better.

Careless responding:

**Straight-lining**: the longest run of one answer in the order given (Johnson 2005, "Ascertaining the validity of
individual protocols from web-based personality inventories", Journal of Research in Personality 39). Half of all items
or more is high (rule of thumb of Curran 2016, "Methods for the detection of carelessly invalid responses in survey
data", Journal of Experimental Social Psychology 66), a third is medium, eight in a row is low. Shorter runs have no
grade. Items of all scales and both keys alternate, so no attitude produces a long run.

**Contradiction**: over all pairs of a "+" and a "-" item of the same scale, both answered,

    mean of |answer to "+" - (low + high - answer to "-")|

It is 0 for consistent answers. Random answers give the mean distance of two options ("chance": 1.6 on a scale from 1
to 5). From chance level it is low, from 5/4 of it medium, from 3/2 high. Agreeing with everything comes close to the
whole answer scale; choosing the middle throughout gives 0 but is a straight line. Fewer than ten pairs have no grade.
The thresholds are ours; docs/scoring.md gives their error rates.

Odd-even consistency is not used: with five scales it is a correlation of five points.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from statistics import mean
from typing import Any, Literal

from django.http import QueryDict
from django.utils.translation import gettext, ngettext

from goodword.assessments.kinds.content import Scale
from goodword.assessments.kinds.items import (
    PRACTICE,
    ChoiceForm,
    Files,
    ItemForm,
    ScaleField,
    Solution,
    UnknownOption,
)
from goodword.assessments.kinds.scales.content import Instrument, ScaleItem
from goodword.assessments.kinds.scores import ComputedScore, ScoringError, needed_answers
from goodword.assessments.psychometrics import SCORING
from goodword.assessments.psychometrics.speed import Grade, graded
from goodword.core.text import reading_seconds
from goodword.core.validation import Json

SCORING_VERSION = SCORING["scales"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    id: str
    item: ScaleItem
    instrument: Instrument

    @property
    def is_written(self) -> bool:
        return False

    @property
    def megabytes(self) -> int:
        return 0

    @property
    def text(self) -> str:
        return self.item.text

    def check(self, value: Json) -> Json:
        allowed = {option.value for option in self.instrument.response_scale}
        if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
            raise UnknownOption(value)
        return value

    def is_whole(self, value: Json) -> bool:
        return value is not None

    def form(
        self,
        data: QueryDict | None = None,
        *,
        files: Files | None = None,
        saved: Json = None,
        partly: bool = False,
    ) -> ItemForm:
        del files, partly
        return StatementForm(data, item=self, saved=saved)

    def rendered(self) -> str:
        return self.text

    def rendered_answer(self, value: Json, *, files: Mapping[int, str] | None = None) -> Json:
        del files
        labels = {option.value: option.label for option in self.instrument.response_scale}
        return labels.get(value, value) if isinstance(value, int) else value

    def rendered_answer_only(self, value: Json) -> Json:
        return self.rendered_answer(value)

    def deidentified_answer(self, value: Json) -> dict[str, Any]:
        return {"value": value}

    def solution(self, value: Json) -> Solution | None:
        del value
        return None

    def reading_seconds(self) -> float:
        return reading_seconds(self.text)


def statements(instrument: Instrument, form: str) -> tuple[Statement, ...]:
    return tuple(
        Statement(id=item.id, item=item, instrument=instrument) for item in instrument.items_of(form)
    )


def practice_statement(instrument: Instrument) -> Statement:
    item = ScaleItem(
        id=PRACTICE,
        text=gettext("I like to start the day with a cup of tea."),
        scale=instrument.scales[0].id,
        keyed="+",
    )
    return Statement(id=PRACTICE, item=item, instrument=instrument)


class StatementForm(ChoiceForm):
    template = "assessments/portal/items/statement.html"

    def __init__(
        self, data: QueryDict | Mapping[str, Any] | None = None, *, item: Statement, saved: Json = None
    ) -> None:
        super().__init__(data, initial={"answer": saved})
        options = [(option.value, option.label) for option in item.instrument.response_scale]
        self.fields["answer"] = ScaleField(options, label=item.text)
        self.lowest, self.highest = item.instrument.lowest, item.instrument.highest

    @property
    def value(self) -> Json:
        found: int = self.cleaned_data["answer"]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemScore:
    item_id: str
    text: str
    keyed: Literal["+", "-"]
    answer: int | None
    value: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleScore:
    """`mean` is on the answer scale, None if fewer than `needed` items were answered."""

    scale: Scale
    mean: float | None
    n_answered: int
    n_items: int
    needed: int
    items: tuple[ItemScore, ...]


def score(instrument: Instrument, form: str, answers: Mapping[str, int]) -> tuple[ScaleScore, ...]:
    """Return the scores in the instrument's order. `answers`: values by item id. Raises `FormError` and
    `ScoringError`."""
    items = instrument.items_of(form)
    _check(instrument, items, answers)
    return tuple(
        _scale_score(instrument, scale, [item for item in items if item.scale == scale.id], answers)
        for scale in instrument.scales_of(form)
    )


def scale_scores(instrument: Instrument, form: str, answers: Mapping[str, Json]) -> Iterator[ComputedScore]:
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
    return {
        found.scale.id: [None if item.value is None else float(item.value) for item in found.items]
        for found in score(instrument, form, _values(answers))
    }


def _values(answers: Mapping[str, Json]) -> dict[str, int]:
    return {key: value for key, value in answers.items() if isinstance(value, int)}


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
    value = None if answer is None else instrument.value_of(item, answer)
    return ItemScore(item_id=item.id, text=item.text, keyed=item.keyed, answer=answer, value=value)


LEAST_RUN = 8
LEAST_PAIRS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StraightLine:
    longest: int
    answered: int
    grade: Grade | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleContradiction:
    """The means of a scale's "+" items and of its reversed "-" items, and the mean distance of its pairs."""

    scale: str
    plus: float
    turned: float
    pairs: int
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfContradiction:
    """`mean` is over all pairs, in points of the answer scale; `chance` is expected of random answers."""

    scales: tuple[ScaleContradiction, ...]
    pairs: int
    mean: float | None
    chance: float
    grade: Grade | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsePatterns:
    straight_line: StraightLine
    contradiction: SelfContradiction


def response_patterns(instrument: Instrument, form: str, answers: Mapping[str, Json]) -> ResponsePatterns:
    values = _values(answers)
    in_order = [values[item.id] for item in instrument.items_of(form) if item.id in values]
    return ResponsePatterns(
        straight_line=straight_lining(in_order), contradiction=contradiction(instrument, form, values)
    )


def straight_lining(values: Sequence[int]) -> StraightLine:
    longest = max((sum(1 for _ in run) for _, run in groupby(values)), default=0)
    grade: Grade | None = None
    if longest >= LEAST_RUN:
        share = Fraction(longest, len(values))
        grade = graded(share, low=Fraction(0), medium=Fraction(1, 3), high=Fraction(1, 2))
    return StraightLine(longest=longest, answered=len(values), grade=grade)


def contradiction(instrument: Instrument, form: str, answers: Mapping[str, int]) -> SelfContradiction:
    scales: list[ScaleContradiction] = []
    apart: list[int] = []
    for scored in score(instrument, form, answers):
        plus, turned = _keyed_values(scored, "+"), _keyed_values(scored, "-")
        of_scale = [abs(one - other) for one in plus for other in turned]
        if of_scale:
            apart += of_scale
            scales.append(
                ScaleContradiction(
                    scale=scored.scale.id,
                    plus=mean(map(float, plus)),
                    turned=mean(map(float, turned)),
                    pairs=len(of_scale),
                    mean=mean(map(float, of_scale)),
                )
            )
    chance = _chance(instrument)
    whole = Fraction(sum(apart), len(apart)) if apart else None
    grade = None
    if whole is not None and len(apart) >= LEAST_PAIRS:
        grade = graded(whole, low=chance, medium=chance * Fraction(5, 4), high=chance * Fraction(3, 2))
    return SelfContradiction(
        scales=tuple(scales),
        pairs=len(apart),
        mean=None if whole is None else float(whole),
        chance=float(chance),
        grade=grade,
    )


def _keyed_values(scored: ScaleScore, keyed: str) -> list[int]:
    return [item.value for item in scored.items if item.keyed == keyed and item.value is not None]


def _chance(instrument: Instrument) -> Fraction:
    values = [option.value for option in instrument.response_scale]
    return Fraction(sum(abs(value - other) for value in values for other in values), len(values) ** 2)


def overview_line(n: int, about: str) -> str:
    return ngettext(
        "%(n)s short statement, %(about)s, untimed. There are no right or wrong answers.",
        "%(n)s short statements, %(about)s, untimed. There are no right or wrong answers.",
        n,
    ) % {"n": n, "about": about}


def mail_line(title: str, n: int, about: str) -> str:
    return ngettext(
        "%(title)s: %(n)s statement, %(about)s, no right or wrong answers",
        "%(title)s: %(n)s statements, %(about)s, no right or wrong answers",
        n,
    ) % {"title": title, "n": n, "about": about}
