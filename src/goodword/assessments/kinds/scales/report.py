from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, Literal, NotRequired, TypedDict

from django.utils.translation import gettext, ngettext

from goodword.assessments.kinds.report import (
    Moment,
    NormedScoreData,
    PartHead,
    ReportFigure,
    figure,
    freeze_normed_score,
    normed_score_details,
    normed_score_text,
)
from goodword.assessments.kinds.scales.phrases import PHRASES
from goodword.assessments.kinds.scales.results import ItemAnswer, ScaleResult, ScalesResult
from goodword.assessments.psychometrics.norms import BAND_WIDTH
from goodword.assessments.psychometrics.reliability import assumed_error
from goodword.core.report_blocks import (
    Block,
    Cell,
    Details,
    DrawnScore,
    Heading,
    Labelled,
    Prose,
    ScaleChart,
    ScaleRow,
    Table,
)
from goodword.core.text import Phrases

#: minimum items for a chart of a scale
LEAST_CHARTED: Final = 5


class ItemData(TypedDict):
    """A statement with its answer. `keyed` is -1 for reversed items."""

    text: str
    keyed: Literal[1, -1]
    answer: int | None
    answer_label: str | None


class ScaleData(TypedDict):
    """`mean` is None if too few items were answered. `normed_score` exists since schema 3; `band` only in earlier
    snapshots, as None (unknown keys are refused)."""

    id: str
    name: str
    description: str
    low_text: str
    high_text: str
    mean: float | None
    n_answered: int
    n_items: int
    band: NotRequired[None]
    items: list[ItemData]
    normed_score: NotRequired[NormedScoreData | None]


class ScalesPart(PartHead):
    """`norm` is always None. Nothing reads it, but earlier snapshots have it, and unknown keys are refused."""

    kind: Literal["scales"]
    norm: None
    scale_min: int
    scale_max: int
    response_labels: list[str]
    scales: list[ScaleData]


class ScalesReport:
    phrases = PHRASES
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

    def blocks(self, part: ScalesPart, words: Phrases, result: ScalesResult | None = None) -> list[Block]:
        return [*_chart(part, words, result), *_scales(part, words, result)]

    def scores(self, part: ScalesPart, words: Phrases) -> list[DrawnScore]:
        axis = (part["scale_min"], part["scale_max"])
        return [_score(scale, part, axis, words) for scale in part["scales"]]

    def assumed_precision(self, part: ScalesPart, words: Phrases) -> str:
        error = _assumed_error(part, words)
        return words("assumed_error", value=error) if error else ""

    def figures(self, part: ScalesPart) -> list[ReportFigure]:
        return [
            figure(scale["name"], scale["mean"], normed=scale.get("normed_score")) for scale in part["scales"]
        ]

    def outcome(self, part: ScalesPart, words: Phrases) -> str:
        del words
        n = len(part["scales"])
        return ngettext("%(n)s scale, no total", "%(n)s scales, no total", n) % {"n": n}

    def overview(self, part: ScalesPart, words: Phrases) -> list[Block]:
        axis, charted = (part["scale_min"], part["scale_max"]), _charted(part)
        blocks: list[Block] = []
        if charted:
            rows = [replace(_strip(scale, part, words, ()), note="") for scale in charted]
            blocks.append(ScaleChart([], axis, rows, notes=[]))
        few = [_score(scale, part, axis, words) for scale in part["scales"] if scale not in charted]
        if few:
            blocks.append(Labelled([(score.label, f"{score.value} ({score.note})") for score in few]))
        return [*blocks, Prose([words("no_better_end")], quiet=True)]

    def normed_scores(self, part: ScalesPart, words: Phrases) -> Iterator[tuple[str, NormedScoreData]]:
        del words
        for scale in part["scales"]:
            if normed := scale.get("normed_score"):
                yield scale["name"], normed

    def front_norms(self, part: ScalesPart) -> list[tuple[str, NormedScoreData | None]]:
        return [
            (scale["name"], scale.get("normed_score"))
            for scale in part["scales"]
            if scale["mean"] is not None
        ]

    def detail_blocks(self, part: ScalesPart, words: Phrases) -> list[Block]:
        del part, words
        return []


def _charted(part: ScalesPart) -> list[ScaleData]:
    """Return the scales for the chart. Those with few items are left out, since the chart would make their means look
    exact."""
    return [scale for scale in part["scales"] if scale["n_items"] >= LEAST_CHARTED]


def _error(scale: ScaleData, words: Phrases) -> str:
    normed = scale.get("normed_score")
    if normed is None or scale["mean"] is None:
        return ""
    error = (normed["high"] - normed["low"]) / (2 * BAND_WIDTH)
    return words("standard_error", value=words.number(error, 2))


def _assumed_error(part: ScalesPart, words: Phrases) -> str:
    """The assumed standard error of the scale with the fewest answers; "" if no scale has a mean."""
    fewest = min((scale["n_answered"] for scale in part["scales"] if scale["mean"] is not None), default=0)
    width = part["scale_max"] - part["scale_min"]
    return words.number(assumed_error(fewest, width=width), 1) if fewest else ""


def _score(scale: ScaleData, part: ScalesPart, axis: tuple[int, int], words: Phrases) -> DrawnScore:
    row, mean = _strip(scale, part, words, ()), scale["mean"]
    value, error = words("no_mean") if mean is None else words.number(mean, 1), _error(scale, words)
    if scale["n_items"] < LEAST_CHARTED:
        note = ", ".join(filter(None, [words("on_scale", low=axis[0], high=axis[1]), error]))
        return DrawnScore(label=scale["name"], value=value, note=note, alt=row.alt)
    return DrawnScore(
        label=scale["name"], value=value, note=error, alt=row.alt, axis=axis, at=mean, band=row.band
    )


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
        "normed_score": freeze_normed_score(found.normed, moment),
        "items": [
            {"text": a.text, "keyed": a.keyed, "answer": a.answer, "answer_label": a.label}
            for a in found.answers
        ],
    }


def _scale_without_person(scale: ScaleData) -> ScaleData:
    items: list[ItemData] = [{**item, "answer": None, "answer_label": None} for item in scale["items"]]
    kept: ScaleData = {**scale, "mean": None, "n_answered": 0, "items": items}
    if "normed_score" in kept:
        kept["normed_score"] = None
    return kept


def _chart(test: ScalesPart, words: Phrases, result: ScalesResult | None) -> list[Block]:
    low, high = test["scale_min"], test["scale_max"]
    if any(scale.get("normed_score") for scale in test["scales"]):
        compared = words("error_read")
        if any(scale.get("normed_score") for scale in _charted(test)):
            compared = f"{compared} {words('band_read')}"
    else:
        error = _assumed_error(test, words)
        compared = f"{words('no_norm')} {words('assumed_error_read', value=error) if error else ''}".strip()
    charted = _charted(test)
    header = [words("scale"), words("low_end"), words("high_end"), words("mean")]
    steps = [
        f"{value} {label}"
        for value, label in zip(range(low, high + 1), test["response_labels"], strict=False)
    ]
    read = [words("scales_read", low=low, high=high)]
    if result is not None:
        read += [gettext("Each ring is one answer.")] if charted and not result.items_left_out else []
        read.append(words("no_better_end"))
    marks = {} if result is None else {found.scale.id: found.values for found in result.scales}
    blocks: list[Block] = [Prose([" ".join(read)], leads=True)]
    if charted:
        strips = [_strip(scale, test, words, marks.get(scale["id"], ())) for scale in charted]
        blocks.append(ScaleChart(header, (low, high), strips, notes=[]))
    if few := [_strip(scale, test, words, ()) for scale in test["scales"] if scale not in charted]:
        rows: list[list[str | Cell]] = [
            [Cell(row.label, note=row.note), row.low, row.high, row.mean_text] for row in few
        ]
        blocks.append(Table(header, rows, widths=[4, 4, 4, 2], caption=words("mean")))
    return [*blocks, Prose([" · ".join(steps), compared], quiet=True)]


def _strip(scale: ScaleData, test: ScalesPart, words: Phrases, marks: Sequence[float]) -> ScaleRow:
    low, high, mean = test["scale_min"], test["scale_max"], scale["mean"]
    normed = scale.get("normed_score")
    shown = words("no_mean") if mean is None else words.number(mean, 1)
    alt = words(
        "scale_alt",
        scale=scale["name"],
        low=low,
        high=high,
        mean=words("no_mean_note") if mean is None else shown,
    )
    if normed is not None:
        ends = {"low": words.number(normed["low"], 2), "high": words.number(normed["high"], 2)}
        alt = words("scale_alt_normed", alt=alt, **ends)
    return ScaleRow(
        label=scale["name"],
        note=" · ".join(
            filter(
                None,
                [
                    words("n_of_m", n=scale["n_answered"], m=scale["n_items"]),
                    _error(scale, words),
                    _compared(scale, words),
                ],
            )
        ),
        low=scale["low_text"],
        high=scale["high_text"],
        mean=mean,
        mean_text=shown,
        band=None if normed is None else (normed["low"], normed["high"]),
        alt=alt,
        marks=marks,
    )


def _compared(scale: ScaleData, words: Phrases) -> str:
    if normed := scale.get("normed_score"):
        ends = {"low": normed["percentile_low"], "high": normed["percentile_high"]}
        return words("band_note", **ends)
    return ""


def _scales(test: ScalesPart, words: Phrases, result: ScalesResult | None) -> list[Block]:
    found = {} if result is None else {scale_result.scale.id: scale_result for scale_result in result.scales}
    rows: list[tuple[str, str]] = []
    blocks: list[Block] = []
    for scale in test["scales"]:
        counts = {"n": scale["n_answered"], "m": scale["n_items"]}
        if scale["mean"] is None:
            line = words("scale_line_none", **counts)
        else:
            line = words("scale_line", mean=words.number(scale["mean"], 1), **counts)
        if error := _error(scale, words):
            line = f"{line} {error[:1].upper()}{error[1:]}."
        if normed := scale.get("normed_score"):
            line = f"{line} {normed_score_text(normed, words)}"
        text = f"{scale['description']} {line}".strip()
        rows.append((scale["name"], text))
        if result is not None:
            blocks += [Heading(scale["name"], note=text), *_scale_details(found[scale["id"]], result)]
    return [Labelled(rows, small=True)] if result is None else blocks


def _scale_details(found: ScaleResult, result: ScalesResult) -> Iterator[Block]:
    scale = found.scale
    if scale.low_text or scale.high_text:
        towards = gettext("Towards %(number)s: %(label)s")
        yield Labelled(
            [
                (towards % {"number": result.minimum, "label": scale.low_label}, scale.low_text),
                (towards % {"number": result.maximum, "label": scale.high_label}, scale.high_text),
            ]
        )
    yield from normed_score_details(found.normed)
    if result.items_left_out:
        return
    caption = gettext("Answers behind %(scale)s") % {"scale": scale.name}
    rows = [
        [
            Cell(answer.text, language=answer.language),
            Cell(f"{answer.answer}, {answer.label}", language=answer.language)
            if answer.label
            else gettext("no answer"),
            _counts_as(answer),
        ]
        for answer in found.answers
    ]
    header = [gettext("Statement"), gettext("Answer"), gettext("Counts as")]
    blocks: list[Block] = [Table(header, rows, caption=caption)]
    if found.rule_text:
        blocks.append(Prose([found.rule_text], quiet=True))
    yield Details(caption, blocks)


def _counts_as(answer: ItemAnswer) -> str | Cell:
    if answer.value is None:
        return "–"
    return Cell(str(answer.value), note=gettext("reversed")) if answer.keyed == -1 else str(answer.value)
