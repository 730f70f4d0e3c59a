from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from django.utils.translation import gettext

from goodword.assessments.kinds.judgement.phrases import PHRASES
from goodword.assessments.kinds.judgement.results import JudgementResult
from goodword.assessments.kinds.report import (
    Figure,
    Moment,
    NormedScoreData,
    PartHead,
    figure,
    freeze_normed_score,
    normed_score_details,
    normed_score_text,
    percentile_score,
    percentile_text,
)
from goodword.core.phrases import Phrases
from goodword.core.report_blocks import Block, Cell, Details, Prose, Score, Table


class ActionData(TypedDict):
    text: str
    answer: int | None
    answer_label: str | None
    key: float
    distance: float | None
    reason: str


class SituationData(TypedDict):
    text: str
    actions: list[ActionData]


class JudgementPart(PartHead):
    kind: Literal["judgement"]
    scale_min: int
    response_labels: list[str]
    distance: float | None
    #: the correlation within situations, None if undefined; missing in older snapshots
    within: NotRequired[float | None]
    #: missing in older snapshots
    smallest: NotRequired[float]
    largest: float
    n_answered: int
    key_basis: str
    normed_score: NormedScoreData | None
    situations: list[SituationData]
    #: situations voided by a lost connection; missing in older snapshots
    voided: NotRequired[int]
    #: missing in older snapshots
    for_practice: NotRequired[bool]


class JudgementReport:
    phrases = PHRASES
    method: tuple[str, ...] = ("method_judgement",)
    is_self_report = False

    def freeze(self, result: JudgementResult, head: PartHead, moment: Moment) -> JudgementPart:
        return {
            **head,
            "kind": "judgement",
            "scale_min": result.lowest,
            "response_labels": list(result.response_labels),
            "distance": result.distance,
            "within": result.within,
            "smallest": result.smallest,
            "largest": result.largest,
            "n_answered": result.answered,
            "key_basis": result.key_basis,
            "normed_score": freeze_normed_score(result.normed, moment),
            "voided": result.voided,
            "for_practice": result.for_practice,
            "situations": [
                {
                    "text": scenario.text,
                    "actions": [
                        {
                            "text": action.text,
                            "answer": action.answer,
                            "answer_label": action.label,
                            "key": action.key,
                            "distance": action.distance,
                            "reason": action.reason,
                        }
                        for action in scenario.actions
                    ],
                }
                for scenario in result.scenarios
            ],
        }

    def without_person(self, part: JudgementPart) -> JudgementPart:
        situations: list[SituationData] = [
            {
                **situation,
                "actions": [
                    {**action, "answer": None, "answer_label": None, "distance": None}
                    for action in situation["actions"]
                ],
            }
            for situation in part["situations"]
        ]
        return {
            **part,
            "distance": None,
            "within": None,
            "n_answered": 0,
            "normed_score": None,
            "situations": situations,
        }

    def answered(self, part: JudgementPart) -> int:
        return part["n_answered"]

    def blocks(
        self, part: JudgementPart, words: Phrases, result: JudgementResult | None = None
    ) -> list[Block]:
        details = [] if result is None else _details(result)
        return [*_results(part, words), *details]

    def scores(self, part: JudgementPart, words: Phrases) -> list[Score]:
        distance = part["distance"]
        if distance is None:
            return [Score(label="", value="–", note=words("not_enough"), alt=words("not_enough"))]
        value, unit = words.number(distance, 1), words("steps_from_key")
        if (within := part.get("within")) is not None:
            unit = words("with_correlation", unit=unit, within=words.number(within, 2))
        if part.get("for_practice"):
            note = f"{unit}. {words('for_practice')}"
            return [Score(label="", value=value, note=note, alt=f"{value} {note}")]
        if normed := _normed(part):
            return [percentile_score(normed, words, value=value, unit=unit, by_distance=True)]
        axis, alt = (0, part["largest"]), f"{value} {unit}"
        return [Score(label="", value=value, note=unit, alt=alt, axis=axis, at=distance)]

    def figures(self, part: JudgementPart) -> list[Figure]:
        distance = figure("", part["distance"], normed=_normed(part), by_distance=True)
        within = part.get("within")
        return [distance] if within is None else [distance, figure("correlation within situations", within)]

    def outcome(self, part: JudgementPart, words: Phrases) -> str:
        if part["distance"] is None:
            return gettext("Not enough answers")
        distance = gettext("%(distance)s from the key on average") % {
            "distance": words.number(part["distance"], 1)
        }
        if (within := part.get("within")) is not None:
            distance += gettext(", correlation %(within)s") % {"within": words.number(within, 2)}
        if part.get("for_practice"):
            return gettext("%(distance)s (for practice, not for decisions)") % {"distance": distance}
        return ", ".join(filter(None, [distance, percentile_text(_normed(part), by_distance=True)]))

    def overview(self, part: JudgementPart, words: Phrases) -> list[Block]:
        del part, words
        return []

    def normed_scores(self, part: JudgementPart, words: Phrases) -> Iterator[tuple[str, NormedScoreData]]:
        if (normed := _normed(part)) is not None:
            yield words("distance"), normed

    def detail_blocks(self, part: JudgementPart, words: Phrases) -> list[Block]:
        del part, words
        return []


def _normed(part: JudgementPart) -> NormedScoreData | None:
    """None for a set for practice, even if the organisation has norms for it."""
    return None if part.get("for_practice") else part["normed_score"]


def _results(test: JudgementPart, words: Phrases) -> list[Block]:
    n, m, distance = test["n_answered"], test["items_n"], test["distance"]
    if distance is not None:
        figures = {"distance": words.number(distance, 1), "largest": words.number(test["largest"], 1)}
        smallest = test.get("smallest")
        if smallest is None:
            sentences = [words("judgement_is_at_most", **figures)]
        else:
            sentences = [
                words("judgement_is", smallest=words.number(smallest, 2 if smallest else 0), **figures)
            ]
            if smallest:
                sentences.append(words("judgement_halves"))
        if (within := test.get("within")) is not None:
            sentences.append(words("judgement_within", within=words.number(within, 2)))
        elif "within" in test:
            sentences.append(words("judgement_within_none"))
    else:
        sentences = [words("judgement_none", n=n, m=m)]
    if (normed := _normed(test)) is not None:
        sentences.append(normed_score_text(normed, words, by_distance=True))
    if test.get("for_practice"):
        sentences.insert(0, words("for_practice_because"))
    if n and test.get("voided"):
        sentences.append(words("judgement_voided", n=test["voided"]))
    key = "" if distance is None else words.number(distance, 1)
    return [Prose([*sentences, words("key_basis", text=test["key_basis"])], key=key)]


def _details(result: JudgementResult) -> list[Block]:
    blocks = normed_score_details(result.normed)
    if result.items_left_out:
        return blocks
    summary = gettext("%(answered)s of %(items)s actions, with ratings, keys and reasons") % {
        "answered": result.answered,
        "items": result.items,
    }
    header = [gettext("Action"), gettext("Rated"), gettext("Key"), gettext("Distance")]
    inner: list[Block] = [Prose([result.steps], quiet=True)]
    for number, scenario in enumerate(result.scenarios, start=1):
        caption = gettext("Actions in situation %(number)s") % {"number": number}
        rows: list[list[str | Cell]] = [
            [
                Cell(action.text, note=action.reason or None),
                f"{action.answer}, {action.label}" if action.label else gettext("not rated"),
                action.key_text,
                action.distance_text or "–",
            ]
            for action in scenario.actions
        ]
        inner += [Prose([f"{number}. {scenario.text}"]), Table(header, rows, caption=caption)]
    if result.rule_text:
        inner.append(Prose([result.rule_text], quiet=True))
    return [*blocks, Details(summary, inner)]
