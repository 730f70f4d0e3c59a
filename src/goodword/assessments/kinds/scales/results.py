from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, NotRequired, Self, TypedDict

from django.utils.translation import gettext

from goodword.assessments.kinds.results import (
    CandidateResult,
    Moment,
    NormedScoreData,
    PartHead,
    PartResult,
    freeze_normed_score,
    normed_score_text,
    requirement_of,
    sheet_blocks,
)
from goodword.assessments.kinds.scales.content import Instrument, Scale
from goodword.assessments.kinds.scales.items import SCORING_VERSION, needed_answers
from goodword.assessments.kinds.scales.published_norms import NormGroup
from goodword.assessments.kinds.scores import NormedScore, normed_score
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
from goodword.core.json_reading import Json
from goodword.core.report_blocks import Block, Heading, Phrases, Prose, ScaleChart, ScaleRow, Section
from goodword.ui.charts import written_number


def scales_sheet(instrument: Instrument, form: str, known: Known) -> TechnicalSheet:
    items = instrument.items_of(form)
    published = tuple(group for group in instrument.norms if group.form == form)
    return TechnicalSheet(
        title=instrument.name,
        version=instrument.version,
        language=instrument.language,
        form=instrument.form_label(form),
        construct=_construct(instrument),
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


def _named(group: NormGroup, instrument: Instrument) -> NormGroup:
    norms = dict(group.scales)
    return replace(group, scales=tuple((scale.name, norms[scale.id]) for scale in instrument.scales))


def _construct(instrument: Instrument) -> str:
    names = ", ".join(scale.construct or scale.name for scale in instrument.scales)
    return gettext("What people say about themselves on %(count)s scales: %(names)s.") % {
        "count": len(instrument.scales),
        "names": names,
    }


def _scale_facts(instrument: Instrument, form: str) -> tuple[ScaleFacts, ...]:
    facts = []
    for scale in instrument.scales:
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
    fewest = min(sum(item.scale == scale.id for item in items) for scale in instrument.scales)
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
    def mean_text(self) -> str:
        """The mean as the chart writes it; empty if there is none."""
        return "" if self.mean is None else written_number(self.mean)

    @property
    def rule_text(self) -> str:
        """ "(4 + 2 + 5 + 3) ÷ 4 = 3.5"; empty without a mean."""
        values = [answer.value for answer in self.answers if answer.value is not None]
        if self.mean is None or not values:
            return ""
        return f"({' + '.join(str(value) for value in values)}) ÷ {len(values)} = {self.mean:.4g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalesResult(PartResult):
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
        return self.instrument.lowest

    @property
    def maximum(self) -> int:
        return self.instrument.highest

    @property
    def response_labels(self) -> list[str]:
        return [option.label for option in sorted(self.instrument.response_scale, key=lambda o: o.value)]

    @property
    def has_norms(self) -> bool:
        return any(found.normed for found in self.scales)

    @property
    def chart_rows(self) -> list[Mapping[str, Any]]:
        """Rows of the `scale_dots` chart: mean, band, and answers after their key as rings."""
        return [
            {
                "label": found.scale.name,
                "mean": found.mean,
                "marks": [float(answer.value) for answer in found.answers if answer.value is not None],
                "detail": "",
                "band": (found.normed.low, found.normed.high) if found.normed else None,
            }
            for found in self.scales
        ]


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
                answers=_answers(content, part.form, scale.id, answers),
                normed=normed_score(scores[scale.id]),
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
    """The position of a mean between two ends, in a sentence; the scale is divided into fifths."""
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


class Norm(TypedDict):
    """The norm group of a test's scales; `text` describes it in one sentence."""

    name: str
    version: str
    n: int
    text: str


class Band(TypedDict):
    """On the answer scale; `label` says where the score is ("within the middle half of the group")."""

    low: float
    high: float
    label: str


class ItemData(TypedDict):
    """A statement and its answer as given. `keyed` is -1 for items that are reversed."""

    text: str
    keyed: Literal[1, -1]
    answer: int | None
    answer_label: str | None


class ScaleData(TypedDict):
    """A scale; `mean` is None if too few items were answered. `standing` exists since schema 3."""

    id: str
    name: str
    description: str
    low_text: str
    high_text: str
    mean: float | None
    n_answered: int
    n_items: int
    band: Band | None
    items: list[ItemData]
    standing: NotRequired[NormedScoreData | None]


class ScalesPart(PartHead):
    """A test of scales, with a label for each value from `scale_min` to `scale_max`."""

    kind: NotRequired[Literal["scales"]]
    norm: Norm | None
    scale_min: int
    scale_max: int
    response_labels: list[str]
    scales: list[ScaleData]


class ScalesReport:
    method: tuple[str, ...] = ("method_scales",)
    is_self_report = True

    def freeze(self, result: ScalesResult, head: PartHead, moment: Moment) -> ScalesPart:
        return {
            **head,
            "kind": "scales",
            "norm": None,
            "scale_min": result.minimum,
            "scale_max": result.maximum,
            "response_labels": result.response_labels,
            "scales": [_scale_data(found, moment) for found in result.scales],
        }

    def without_person(self, part: ScalesPart) -> ScalesPart:
        return {**part, "scales": [_scale_without_person(scale) for scale in part["scales"]]}

    def answered(self, part: ScalesPart) -> int:
        return sum(scale["n_answered"] for scale in part["scales"])

    def sections(self, part: ScalesPart, words: Phrases) -> list[Section]:
        return [_results(part, words), _about_scales(part, words)]

    def normed_scores(self, part: ScalesPart, words: Phrases) -> Iterator[tuple[str, NormedScoreData]]:
        del words
        for scale in part["scales"]:
            if normed := scale.get("standing"):
                yield scale["name"], normed

    def detail_blocks(self, part: ScalesPart, words: Phrases) -> list[Block]:
        del part, words
        return []


def _scale_data(found: ScaleResult, moment: Moment) -> ScaleData:
    return {
        "id": found.scale.id,
        "name": found.scale.name,
        "description": found.scale.description,
        "low_text": found.scale.low_text,
        "high_text": found.scale.high_text,
        "mean": found.mean,
        "n_answered": found.n_answered,
        "n_items": found.n_items,
        "band": None,
        "standing": freeze_normed_score(found.normed, moment),
        "items": [
            {"text": a.text, "keyed": a.keyed, "answer": a.answer, "answer_label": a.label}
            for a in found.answers
        ],
    }


def _scale_without_person(scale: ScaleData) -> ScaleData:
    items: list[ItemData] = [{**item, "answer": None, "answer_label": None} for item in scale["items"]]
    kept: ScaleData = {**scale, "mean": None, "band": None, "items": items}
    if "standing" in kept:
        kept["standing"] = None
    return kept


def _results(test: ScalesPart, words: Phrases) -> Section:
    low, high = test["scale_min"], test["scale_max"]
    norm = test["norm"]
    if any(scale.get("standing") for scale in test["scales"]):
        compared = words("band_read")
    elif norm is None:
        compared = words("no_norm")
    else:
        compared = words("norm", name=norm["name"], version=norm["version"], n=norm["n"], text=norm["text"])
    header = [words("scale"), words("low_end"), words("high_end"), words("mean")]
    steps = [
        f"{value} {label}"
        for value, label in zip(range(low, high + 1), test["response_labels"], strict=False)
    ]
    return Section(
        test["name"],
        [
            Prose([words("scales_read", low=low, high=high)], leads=True),
            ScaleChart(
                header,
                (low, high),
                [_strip(scale, test, words) for scale in test["scales"]],
                notes=[" · ".join(steps), compared],
            ),
        ],
    )


def _strip(scale: ScaleData, test: ScalesPart, words: Phrases) -> ScaleRow:
    low, high, mean, band = test["scale_min"], test["scale_max"], scale["mean"], scale["band"]
    normed = scale.get("standing")
    shown = words("no_mean") if mean is None else words.number(mean, 2)
    alt = words(
        "scale_alt",
        scale=scale["name"],
        low=low,
        high=high,
        mean=words("no_mean_note") if mean is None else shown,
    )
    if band is not None:
        ends = {"low": words.number(band["low"], 2), "high": words.number(band["high"], 2)}
        alt = words("scale_alt_band", alt=alt, label=band["label"], **ends)
    if normed is not None:
        ends = {"low": words.number(normed["low"], 2), "high": words.number(normed["high"], 2)}
        alt = words("scale_alt_normed", alt=alt, **ends)
    drawn = normed or band
    return ScaleRow(
        label=scale["name"],
        note=words("n_of_m", n=scale["n_answered"], m=scale["n_items"]) + _compared(scale, words),
        low=scale["low_text"],
        high=scale["high_text"],
        mean=mean,
        mean_text=shown,
        band=None if drawn is None else (drawn["low"], drawn["high"]),
        alt=alt,
    )


def _compared(scale: ScaleData, words: Phrases) -> str:
    if normed := scale.get("standing"):
        ends = {"low": normed["percentile_low"], "high": normed["percentile_high"]}
        return f" · {words('band_note', **ends)}"
    return f" · {scale['band']['label']}" if scale["band"] is not None else ""


def _about_scales(test: ScalesPart, words: Phrases) -> Section:
    blocks: list[Block] = []
    for scale in test["scales"]:
        counts = {"n": scale["n_answered"], "m": scale["n_items"]}
        if scale["mean"] is None:
            line = words("scale_line_none", **counts)
        else:
            line = words("scale_line", mean=words.number(scale["mean"], 2), **counts)
        if normed := scale.get("standing"):
            line = f"{line} {normed_score_text(normed, words)}"
        blocks.append(Heading(scale["name"], note=f"{scale['description']} {line}".strip()))
    blocks += sheet_blocks(test, words)
    return Section(words("about_scales"), blocks)
