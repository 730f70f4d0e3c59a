"""The report of situational judgement: how far the ratings are from the key."""

from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from goodword.assessments.kinds.judgement.result import JudgementResult
from goodword.assessments.kinds.report_parts import (
    Moment,
    NormedScoreData,
    PartHead,
    freeze_normed_score,
    normed_score_text,
    sheet_blocks,
)
from goodword.core.report_blocks import Block, Prose, Section, Words


class ActionData(TypedDict):
    """One action: its rating in words (`None`: none), the key and the distance in steps, and why the key is so."""

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
    """Situational judgement. `distance`: the mean from the key; `smallest` and `largest`: its possible extremes."""

    kind: Literal["judgement"]
    scale_min: int
    response_labels: list[str]
    distance: float | None
    #: missing in older snapshots
    smallest: NotRequired[float]
    largest: float
    n_answered: int
    key_basis: str
    standing: NormedScoreData | None
    situations: list[SituationData]
    #: situations that a broken line took from the screen; snapshots of before have none
    voided: NotRequired[int]


class JudgementReport:
    method: tuple[str, ...] = ("method_judgement",)
    is_self_report = False
    is_distance = True

    def freeze(self, result: JudgementResult, head: PartHead, moment: Moment) -> JudgementPart:
        return {
            **head,
            "kind": "judgement",
            "scale_min": result.lowest,
            "response_labels": list(result.response_labels),
            "distance": result.distance,
            "smallest": result.smallest,
            "largest": result.largest,
            "n_answered": result.answered,
            "key_basis": result.key_basis,
            "standing": freeze_normed_score(result.standing, moment),
            "voided": result.voided,
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
        return {**part, "distance": None, "n_answered": 0, "standing": None, "situations": situations}

    def answered(self, part: JudgementPart) -> int:
        return part["n_answered"]

    def sections(self, part: JudgementPart, words: Words) -> list[Section]:
        return [Section(part["name"], [*_results(part, words), *sheet_blocks(part, words)])]

    def normed_scores(self, part: JudgementPart, words: Words) -> Iterator[tuple[str, NormedScoreData]]:
        if part["standing"] is not None:
            yield words("distance"), part["standing"]

    def detail_blocks(self, part: JudgementPart, words: Words) -> list[Block]:
        del part, words
        return []


def _results(test: JudgementPart, words: Words) -> list[Block]:
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
    else:
        sentences = [words("judgement_none", n=n, m=m) if n else words("judgement_erased", m=m)]
    if test["standing"] is not None:
        sentences.append(normed_score_text(test["standing"], words, by_distance=True))
    if n and test.get("voided"):
        sentences.append(words("judgement_voided", n=test["voided"]))
    return [Prose([*sentences, words("key_basis", text=test["key_basis"])])]
