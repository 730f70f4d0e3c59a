"""The report of a test of scales: each mean with its band."""

from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from goodword.assessments.kinds.report_parts import (
    Moment,
    NormedScoreData,
    PartHead,
    freeze_normed_score,
    normed_score_text,
    sheet_blocks,
)
from goodword.assessments.kinds.scales.result import ScaleResult, ScalesResult
from goodword.core.report_blocks import Block, Heading, Prose, ScaleChart, ScaleRow, Section, Words


class Norm(TypedDict):
    """The norm group that a test's scales are compared with; `text` describes it in one sentence."""

    name: str
    version: str
    n: int
    text: str


class Band(TypedDict):
    """Where the norm group lies on one scale: `low` and `high` on the answer scale, `label` in plain words
    ("within the middle half of the group")."""

    low: float
    high: float
    label: str


class ItemData(TypedDict):
    """One question and its answer. `keyed` is -1 for an item worded towards the low end, which is turned
    round for the mean. `answer` is the number that was chosen on the answer scale, before turning; `None`:
    none."""

    text: str
    keyed: Literal[1, -1]
    answer: int | None
    answer_label: str | None


class ScaleData(TypedDict):
    """One scale. `mean` is on the answer scale, after turning; `None` if too little was answered. Neither end
    is better: `low_text` and `high_text` say what each end is like. `standing` is of schema 3."""

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
    """One test of scales. `response_labels` has one label for each step from `scale_min` to `scale_max`."""

    kind: NotRequired[Literal["scales"]]
    norm: Norm | None
    scale_min: int
    scale_max: int
    response_labels: list[str]
    scales: list[ScaleData]


class ScalesReport:
    method: tuple[str, ...] = ("method_scales",)
    is_self_report = True
    is_distance = False

    def freeze(self, result: ScalesResult, head: PartHead, moment: Moment) -> ScalesPart:
        return {
            **head,
            "kind": "scales",
            "norm": None,
            "scale_min": result.minimum,
            "scale_max": result.maximum,
            "response_labels": result.response_labels,
            "scales": [_scale(found, moment) for found in result.scales],
        }

    def without_person(self, part: ScalesPart) -> ScalesPart:
        return {**part, "scales": [_scale_without_person(scale) for scale in part["scales"]]}

    def answered(self, part: ScalesPart) -> int:
        return sum(scale["n_answered"] for scale in part["scales"])

    def sections(self, part: ScalesPart, words: Words) -> list[Section]:
        return [_results(part, words), _about_scales(part, words)]

    def normed_scores(self, part: ScalesPart, words: Words) -> Iterator[tuple[str, NormedScoreData]]:
        del words
        for scale in part["scales"]:
            if standing := scale.get("standing"):
                yield scale["name"], standing

    def detail_blocks(self, part: ScalesPart, words: Words) -> list[Block]:
        del part, words
        return []


def _scale(found: ScaleResult, moment: Moment) -> ScaleData:
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
        "standing": freeze_normed_score(found.standing, moment),
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


def _results(test: ScalesPart, words: Words) -> Section:
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


def _strip(scale: ScaleData, test: ScalesPart, words: Words) -> ScaleRow:
    low, high, mean, band = test["scale_min"], test["scale_max"], scale["mean"], scale["band"]
    standing = scale.get("standing")
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
    if standing is not None:
        ends = {"low": words.number(standing["low"], 2), "high": words.number(standing["high"], 2)}
        alt = words("scale_alt_standing", alt=alt, **ends)
    drawn = standing or band
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


def _compared(scale: ScaleData, words: Words) -> str:
    if standing := scale.get("standing"):
        ends = {"low": standing["percentile_low"], "high": standing["percentile_high"]}
        return f" · {words('band_note', **ends)}"
    return f" · {scale['band']['label']}" if scale["band"] is not None else ""


def _about_scales(test: ScalesPart, words: Words) -> Section:
    """What each scale measures and how its mean was computed, then the technical sheet."""
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
