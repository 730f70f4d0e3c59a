"""The result of a test of scales: means on the answer scale, each with its answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self

from django.utils.translation import gettext

from goodword.assessments.kinds.normed_scores import NormedScore, normed_score
from goodword.assessments.kinds.results import CandidateResult, PartResult, requirement_of
from goodword.assessments.kinds.scales.content import Instrument, Scale
from goodword.assessments.kinds.scales.sheet import scales_sheet
from goodword.assessments.kinds.technical_sheet import Known
from goodword.assessments.models import AttemptPart, Score
from goodword.core.json_reading import Json
from goodword.ui.scales import written_number


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer:
    """One item with its answer. `value` is the answer after turning round items keyed -1, on the answer scale.

    `answer`, `label` and `value` are None where nothing was answered.
    """

    item_id: str
    text: str
    keyed: Literal[1, -1]
    answer: int | None
    label: str | None
    value: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleResult:
    """One scale. `mean` is on the answer scale; None if too few items were answered. `standing` is set if the
    score has a norm group."""

    scale: Scale
    mean: float | None
    n_answered: int
    n_items: int
    answers: tuple[ItemAnswer, ...]
    standing: NormedScore | None = None

    @property
    def mean_text(self) -> str:
        """The mean as the chart writes it; empty if there is none."""
        return "" if self.mean is None else written_number(self.mean)

    @property
    def rule_text(self) -> str:
        """How the mean comes about, in figures: "(4 + 2 + 5 + 3) ÷ 4 = 3.5"; empty if there is none."""
        values = [answer.value for answer in self.answers if answer.value is not None]
        if self.mean is None or not values:
            return ""
        return f"({' + '.join(str(value) for value in values)}) ÷ {len(values)} = {self.mean:.4g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalesResult(PartResult):
    """A test of scales."""

    template: ClassVar[str] = "assessments/result/scales.html"

    instrument: Instrument
    scales: tuple[ScaleResult, ...]

    def without_items(self) -> Self:
        scales = tuple(replace(scale, answers=()) for scale in self.scales)
        return replace(self, scales=scales, items_left_out=True)

    def for_candidate(self) -> "CandidateScales":
        return CandidateScales(
            kind=self.kind,
            title=self.title,
            scales=tuple(_for_candidate(found, self) for found in self.scales),
        )

    @property
    def minimum(self) -> int:
        """The lowest value of the answer scale."""
        return self.instrument.lowest

    @property
    def maximum(self) -> int:
        """The highest value of the answer scale."""
        return self.instrument.highest

    @property
    def response_labels(self) -> list[str]:
        """The words of the answer scale, from its lowest value to its highest."""
        return [option.label for option in sorted(self.instrument.response_scale, key=lambda o: o.value)]

    @property
    def has_norms(self) -> bool:
        """Whether any of its scales has a norm group."""
        return any(found.standing for found in self.scales)

    @property
    def chart_rows(self) -> list[Mapping[str, Any]]:
        """Rows of the `scale_dots` chart: each scale's mean and band, its answers, turned round, as rings."""
        return [
            {
                "label": found.scale.name,
                "mean": found.mean,
                "marks": [float(answer.value) for answer in found.answers if answer.value is not None],
                "detail": "",
                "band": (found.standing.low, found.standing.high) if found.standing else None,
            }
            for found in self.scales
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateScale:
    """One scale: where the answers lie, in a sentence, and what both ends mean."""

    name: str
    description: str
    where: str
    low_label: str
    low_text: str
    high_label: str
    high_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateScales(CandidateResult):
    """The scales in plain words."""

    scales: tuple[CandidateScale, ...]


def scales_result(
    part: AttemptPart,
    content: Instrument,
    *,
    answers: Mapping[str, Json],
    scores: Mapping[str, Score],
    known: Known,
) -> ScalesResult:
    """Each scale that was scored, with its answers. `scores` by scale."""
    return ScalesResult(
        kind=part.version.test.kind,
        order=part.order,
        title=content.name,
        sheet=scales_sheet(content, part.form, known),
        requirement=requirement_of(part),
        scoring_version=next(iter(scores.values())).scoring_version,
        instrument=content,
        scales=tuple(
            ScaleResult(
                scale=scale,
                mean=scores[scale.id].value,
                n_answered=scores[scale.id].answered,
                n_items=scores[scale.id].items,
                answers=_answers(content, part.form, scale.id, answers),
                standing=normed_score(scores[scale.id]),
            )
            for scale in content.scales
            if scale.id in scores
        ),
    )


def _answers(
    instrument: Instrument, form: str, scale_id: str, answers: Mapping[str, Json]
) -> tuple[ItemAnswer, ...]:
    labels = {option.value: option.label for option in instrument.response_scale}
    rows = []
    for item in instrument.items_of(form):
        if item.scale != scale_id:
            continue
        given = answers.get(item.id)
        answer = given if isinstance(given, int) else None
        value = answer
        if answer is not None and item.keyed == "-":
            value = instrument.lowest + instrument.highest - answer
        rows.append(
            ItemAnswer(
                item_id=item.id,
                text=item.text,
                keyed=1 if item.keyed == "+" else -1,
                answer=answer,
                label=None if answer is None else labels[answer],
                value=value,
            )
        )
    return tuple(rows)


def _for_candidate(found: ScaleResult, part: ScalesResult) -> CandidateScale:
    scale = found.scale
    return CandidateScale(
        name=scale.name,
        description=scale.description,
        where=position_in_words(
            found.mean, part.minimum, part.maximum, low=scale.low_label, high=scale.high_label
        ),
        low_label=scale.low_label,
        low_text=scale.low_text,
        high_label=scale.high_label,
        high_text=scale.high_text,
    )


def position_in_words(mean: float | None, minimum: int, maximum: int, *, low: str, high: str) -> str:
    """Where answers lie between two ends, in a sentence: the scale is cut into five equal stretches."""
    if mean is None:
        return gettext("Too few answers to say where they lie.")
    place = (mean - minimum) / (maximum - minimum)
    if place < 1 / 5:
        return gettext("Your answers lie close to the end “%(end)s”.") % {"end": low}
    if place < 2 / 5:
        return gettext("Your answers lie between the middle and the end “%(end)s”.") % {"end": low}
    if place <= 3 / 5:
        return gettext("Your answers lie around the middle, between both ends.")
    if place <= 4 / 5:
        return gettext("Your answers lie between the middle and the end “%(end)s”.") % {"end": high}
    return gettext("Your answers lie close to the end “%(end)s”.") % {"end": high}
