from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Self

from django.utils.translation import gettext, ngettext

from goodword.assessments.kinds.content import PublishedNormGroup, Scale
from goodword.assessments.kinds.report import CandidateResult, PartResult, requirement_of
from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.kinds.scales.items import SCORING_VERSION
from goodword.assessments.kinds.scores import NormedScore, needed_answers, normed_score
from goodword.assessments.kinds.technical_sheet import (
    Known,
    ScaleFacts,
    TechnicalSheet,
    common_limits,
    no_validity,
    norms_sentence,
    reliability_sentence,
)
from goodword.assessments.models import AttemptPart, Score
from goodword.core.validation import Json


def scales_sheet(instrument: Instrument, form: str, known: Known) -> TechnicalSheet:
    items = instrument.items_of(form)
    published = tuple(group for group in instrument.norms if group.form == form)
    return TechnicalSheet(
        title=instrument.name,
        version=instrument.version,
        language=instrument.language,
        form=instrument.form_label(form),
        construct=_construct(instrument, form),
        n_items=len(items),
        minutes=instrument.minutes(form),
        scales=_scale_facts(instrument, form),
        answer_scale=tuple((option.value, option.label) for option in instrument.response_scale),
        scoring=_scoring(instrument, form),
        scoring_version=SCORING_VERSION,
        reliability=reliability_sentence(known.groups),
        norms=norms_sentence(
            list(published),
            known.groups,
            without=gettext(
                "A mean shows where the answers lie on the answer scale, not how they compare with others'."
            ),
        ),
        validity=no_validity(),
        limits=_limits(),
        licence=instrument.licence,
        source=instrument.source,
        published_norms=tuple(_named(group, instrument) for group in published),
        own_norms=known.groups,
    )


def _named(group: PublishedNormGroup, instrument: Instrument) -> PublishedNormGroup:
    norms = dict(group.scales)
    return replace(group, scales=tuple((scale.name, norms[scale.id]) for scale in instrument.scales))


def _construct(instrument: Instrument, form: str) -> str:
    scales = instrument.scales_of(form)
    names = ", ".join(_with_construct(scale) for scale in scales)
    return ngettext(
        "What people say about themselves on %(count)s scale: %(names)s.",
        "What people say about themselves on %(count)s scales: %(names)s.",
        len(scales),
    ) % {"count": len(scales), "names": names}


def _with_construct(scale: Scale) -> str:
    """Return the scale's name, followed by its technical term for specialists."""
    return f"{scale.name} ({scale.construct})" if scale.construct not in {"", scale.name} else scale.name


def _scale_facts(instrument: Instrument, form: str) -> tuple[ScaleFacts, ...]:
    facts = []
    for scale in instrument.scales_of(form):
        keys = [item.keyed for item in instrument.items_of(form) if item.scale == scale.id]
        facts.append(
            ScaleFacts(
                name=scale.name,
                construct=scale.construct,
                description=scale.description,
                low_label=scale.low_label,
                low_text=scale.low_text,
                high_label=scale.high_label,
                high_text=scale.high_text,
                n_items=len(keys),
                n_plus=keys.count("+"),
                n_minus=keys.count("-"),
            )
        )
    return tuple(facts)


def _scoring(instrument: Instrument, form: str) -> str:
    items = instrument.items_of(form)
    fewest = min(sum(item.scale == scale.id for item in items) for scale in instrument.scales_of(form))
    return gettext(
        "Each scale is the mean of its answers, from %(low)s to %(high)s. Answers to items keyed "
        "“-” are reversed first (%(sum)s minus the answer). A scale has a mean only if three "
        "quarters of its items are answered: %(needed)s of %(fewest)s. There is no total."
    ) % {
        "low": instrument.lowest,
        "high": instrument.highest,
        "sum": instrument.lowest + instrument.highest,
        "needed": needed_answers(fewest),
        "fewest": fewest,
    }


def _limits() -> tuple[str, ...]:
    return (
        gettext("It shows how people describe themselves, which can differ from how others see them."),
        gettext("Answers can be faked. Nothing here detects that reliably."),
        gettext("Neither end of a scale is better; what suits depends on the job."),
        gettext("Small differences are not meaningful, especially in a short form."),
        *common_limits(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer:
    item_id: str
    text: str
    keyed: Literal[1, -1]
    answer: int | None
    label: str | None
    value: int | None
    #: of the statement and the label, as they were shown
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleResult:
    """`mean` is on the answer scale, None if too few items were answered."""

    scale: Scale
    mean: float | None
    n_answered: int
    n_items: int
    answers: tuple[ItemAnswer, ...]
    normed: NormedScore | None = None

    @property
    def values(self) -> list[int]:
        return [answer.value for answer in self.answers if answer.value is not None]

    @property
    def rule_text(self) -> str:
        """For example "(4 + 2 + 5 + 3) ÷ 4 = 3.5"; empty without a mean."""
        values = self.values
        if self.mean is None or not values:
            return ""
        return f"({' + '.join(str(value) for value in values)}) ÷ {len(values)} = {self.mean:.4g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalesResult(PartResult):
    instrument: Instrument
    scales: tuple[ScaleResult, ...]

    def without_items(self) -> Self:
        scales = tuple(replace(scale, answers=()) for scale in self.scales)
        return replace(self, scales=scales, items_left_out=True)

    def for_candidate(self) -> "CandidateScales":
        return CandidateScales(
            template="assessments/portal/results/scales.html",
            title=self.title,
            scales=tuple(_for_candidate(found, self) for found in self.scales),
        )

    @property
    def minimum(self) -> int:
        return self.instrument.lowest

    @property
    def maximum(self) -> int:
        return self.instrument.highest

    @property
    def response_labels(self) -> list[str]:
        return [option.label for option in sorted(self.instrument.response_scale, key=lambda o: o.value)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateScale:
    name: str
    description: str
    where: str
    low_label: str
    low_text: str
    high_label: str
    high_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateScales(CandidateResult):
    scales: tuple[CandidateScale, ...]


def scales_result(
    part: AttemptPart,
    content: Instrument,
    *,
    answers: Mapping[str, Json],
    scores: Mapping[str, Score],
    known: Known,
) -> ScalesResult:
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
                answers=_answers(content, part, scale.id, answers),
                normed=normed_score(scores[scale.id]),
            )
            for scale in content.scales
            if scale.id in scores
        ),
    )


def _answers(
    instrument: Instrument, part: AttemptPart, scale_id: str, answers: Mapping[str, Json]
) -> tuple[ItemAnswer, ...]:
    labels = {option.value: option.label for option in instrument.response_scale}
    rows = []
    for item in instrument.items_of(part.form):
        if item.scale != scale_id:
            continue
        given = answers.get(item.id)
        answer = given if isinstance(given, int) else None
        rows.append(
            ItemAnswer(
                item_id=item.id,
                text=item.text,
                keyed=1 if item.keyed == "+" else -1,
                answer=answer,
                label=None if answer is None else labels[answer],
                value=None if answer is None else instrument.value_of(item, answer),
                language=part.version.language,
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
    """Describe where a mean lies between the two ends, in fifths of the scale."""
    if mean is None:
        return gettext("Too few answers for a result.")
    place = (mean - minimum) / (maximum - minimum)
    if place < 1 / 5:
        return gettext("Your answers lie close to the end “%(end)s”.") % {"end": low}
    if place < 2 / 5:
        return gettext("Your answers lie between the middle and the end “%(end)s”.") % {"end": low}
    if place <= 3 / 5:
        return gettext("Your answers lie around the middle.")
    if place <= 4 / 5:
        return gettext("Your answers lie between the middle and the end “%(end)s”.") % {"end": high}
    return gettext("Your answers lie close to the end “%(end)s”.") % {"end": high}
