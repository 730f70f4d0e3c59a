from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from django.utils.translation import gettext

from goodword.assessments.kinds.judgement.phrases import PHRASES
from goodword.assessments.kinds.judgement.results import JudgementResult
from goodword.assessments.kinds.report import (
    Moment,
    NormedScoreData,
    PartHead,
    ReportFigure,
    figure,
    freeze_normed_score,
    group_text,
    normed_score_details,
    normed_score_text,
    percentile_score,
    percentile_text,
)
from goodword.assessments.psychometrics.profiles import LEAST_GROUPS
from goodword.core.report_blocks import Block, Cell, Details, DrawnScore, Labelled, Prose, Table
from goodword.core.text import Phrases


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


class IntervalData(TypedDict):
    low: float
    high: float


class JudgementPart(PartHead):
    kind: Literal["judgement"]
    scale_min: int
    response_labels: list[str]
    #: the correlation within situations, None if undefined, and its 90% band; missing in older snapshots
    within: NotRequired[float | None]
    within_band: NotRequired[IntervalData | None]
    within_normed: NotRequired[NormedScoreData | None]
    distance: float | None
    #: missing in older snapshots
    smallest: NotRequired[float]
    largest: float
    n_answered: int
    key_basis: str
    #: norms of the distance, in snapshots before schema 6
    normed_score: NotRequired[NormedScoreData | None]
    situations: list[SituationData]
    #: situations voided by a lost connection; missing in older snapshots
    voided: NotRequired[int]
    #: missing in older snapshots
    for_practice: NotRequired[bool]
    few_situations: NotRequired[bool]


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
            "within": result.within,
            "within_band": None if result.band is None else {"low": result.band[0], "high": result.band[1]},
            "within_normed": freeze_normed_score(result.normed, moment),
            "distance": result.distance,
            "smallest": result.smallest,
            "largest": result.largest,
            "n_answered": result.answered,
            "key_basis": result.key_basis,
            "normed_score": None,
            "voided": result.voided,
            "for_practice": result.for_practice,
            "few_situations": result.few_situations,
            "situations": [
                {
                    "text": situation.text,
                    "actions": [
                        {
                            "text": action.text,
                            "answer": action.answer,
                            "answer_label": action.label,
                            "key": action.key,
                            "distance": action.distance,
                            "reason": action.reason,
                        }
                        for action in situation.actions
                    ],
                }
                for situation in result.situations
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
            "within": None,
            "within_band": None,
            "within_normed": None,
            "distance": None,
            "n_answered": 0,
            "normed_score": None,
            "situations": situations,
        }

    def blocks(
        self, part: JudgementPart, words: Phrases, result: JudgementResult | None = None
    ) -> list[Block]:
        details = [] if result is None else _details(result)
        return [*_results(part, words), *details]

    def scores(self, part: JudgementPart, words: Phrases) -> list[DrawnScore]:
        within = part.get("within")
        if within is None:
            return [_without_correlation(part, words)]
        value, unit, band = words.number(within, 2), words("correlation_with_key"), _band(part)
        if normed := _normed(part):
            return [percentile_score(normed, words, value=value, unit=unit)]
        if part.get("for_practice"):
            note = words("for_practice")
        elif band is not None:
            note = words("judgement_band", **_ends(band, words))
        else:
            note = words("few_situations" if _has_few(part) else "no_band") if "within_band" in part else ""
        is_drawn = band is not None and not part.get("for_practice")
        return [
            DrawnScore(
                label="",
                value=value,
                note=f"{unit}\n{note}".strip(),
                alt=f"{value} {unit}. {note}".strip(),
                axis=(-1, 1) if is_drawn else None,
                at=within if is_drawn else None,
                band=band if is_drawn else None,
            )
        ]

    def assumed_precision(self, part: JudgementPart, words: Phrases) -> str:
        del part, words
        return ""

    def figures(self, part: JudgementPart) -> list[ReportFigure]:
        return [
            figure(
                "correlation within situations",
                part.get("within"),
                normed=_normed(part),
                band=_band(part),
            ),
            figure("mean distance from the key", part["distance"]),
        ]

    def outcome(self, part: JudgementPart, words: Phrases) -> str:
        if part["distance"] is None:
            return gettext("Not enough answers")
        within, band = part.get("within"), _band(part)
        if within is None:
            return gettext("No correlation with the key")
        found = gettext("Correlation of %(within)s with the key") % {"within": words.number(within, 2)}
        if part.get("for_practice"):
            return gettext("%(found)s (for practice, not for decisions)") % {"found": found}
        normed = percentile_text(_normed(part))
        if not normed and band is not None:
            normed = gettext("90%% band %(low)s to %(high)s") % _ends(band, words)
        return ", ".join(filter(None, [found, normed]))

    def overview(self, part: JudgementPart, words: Phrases) -> list[Block]:
        del part, words
        return []

    def normed_scores(self, part: JudgementPart, words: Phrases) -> Iterator[tuple[str, NormedScoreData]]:
        if (normed := _normed(part)) is not None:
            yield words("correlation"), normed

    def front_norms(self, part: JudgementPart) -> list[tuple[str, NormedScoreData | None]]:
        return [("", _normed(part))]

    def detail_blocks(self, part: JudgementPart, words: Phrases) -> list[Block]:
        del part, words
        return []


def _normed(part: JudgementPart) -> NormedScoreData | None:
    """Return the normed score; None for a practice set, even if the organisation has norms for it."""
    return None if part.get("for_practice") else part.get("within_normed")


def _band(part: JudgementPart) -> tuple[float, float] | None:
    found = part.get("within_band")
    return None if found is None else (found["low"], found["high"])


def _has_few(part: JudgementPart) -> bool:
    return part.get("few_situations", False)


def _ends(band: tuple[float, float], words: Phrases) -> dict[str, str]:
    return {"low": words.number(band[0], 2), "high": words.number(band[1], 2)}


def _without_correlation(part: JudgementPart, words: Phrases) -> DrawnScore:
    """Show the distance for snapshots from before the correlation was introduced. For others, say why there is no
    correlation."""
    distance = part["distance"]
    if distance is not None and "within" not in part:
        value, unit = words.number(distance, 1), words("steps_from_key")
        note = f"{unit}. {words('for_practice')}" if part.get("for_practice") else unit
        return DrawnScore(label="", value=value, note=note, alt=f"{value} {note}")
    note = words("not_enough" if distance is None else "no_correlation")
    if part.get("for_practice"):
        note = f"{note}. {words('for_practice')}"
    return DrawnScore(label="", value="–", note=note, alt=note)


def _results(test: JudgementPart, words: Phrases) -> list[Block]:
    sentences = [*_correlation(test, words), *_distance(test, words)]
    if test.get("for_practice"):
        sentences.insert(0, words("for_practice_because"))
    if test["n_answered"] and test.get("voided"):
        sentences.append(words("judgement_voided", n=test["voided"] or 0))
    within = test.get("within")
    key = "" if within is None else words.number(within, 2)
    return [Prose([*sentences, words("key_basis", text=test["key_basis"])], key=key)]


def _correlation(test: JudgementPart, words: Phrases) -> list[str]:
    if "within" not in test:
        return []
    if test["distance"] is None:
        return [words("judgement_none", n=test["n_answered"], m=test["items_n"])]
    within, band, normed = test["within"], _band(test), _normed(test)
    if within is None:
        return [words("judgement_within_none")]
    found = [words("judgement_within", within=words.number(within, 2))]
    if normed is not None:
        found.append(normed_score_text(normed, words, places=2))
    elif band is not None:
        found.append(words("judgement_within_band", **_ends(band, words)))
    elif "within_band" in test:
        found.append(words("judgement_few" if _has_few(test) else "judgement_no_band", least=LEAST_GROUPS))
    return [" ".join(found)]


def _distance(test: JudgementPart, words: Phrases) -> list[str]:
    distance, smallest = test["distance"], test.get("smallest")
    if distance is None:
        return [] if "within" in test else [words("judgement_none", n=test["n_answered"], m=test["items_n"])]
    figures = {"distance": words.number(distance, 1), "largest": words.number(test["largest"], 1)}
    if smallest is None:
        found = [words("judgement_is_at_most", **figures)]
    else:
        found = [words("judgement_is", smallest=words.number(smallest, 2 if smallest else 0), **figures)]
        if smallest:
            found.append(words("judgement_halves"))
    if "within_normed" in test:
        found.append(words("distance_describes"))
    elif (normed := test.get("normed_score")) is not None and not test.get("for_practice"):
        found.append(
            words(
                "normed_score_distance",
                low=100 - normed["percentile_high"],
                high=100 - normed["percentile_low"],
                group=group_text(normed, words),
            )
        )
    return [" ".join(found)]


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
    for number, situation in enumerate(result.situations, start=1):
        caption = gettext("Actions in situation %(number)s") % {"number": number}
        rows: list[list[str | Cell]] = [
            [
                Cell(action.text, note=action.reason or None),
                f"{action.answer}, {action.label}" if action.label else gettext("not rated"),
                action.key_text,
                action.distance_text or "–",
            ]
            for action in situation.actions
        ]
        inner += [Prose([f"{number}. {situation.text}"]), Table(header, rows, caption=caption)]
    rules = [
        (
            gettext("Correlation"),
            result.within_rule,
            gettext(
                "How each rating and each key differ from their means in the situation: the sum of the products ÷ the "
                "root of the products of both sums of squares."
            ),
        ),
        (gettext("Distance"), result.distance_rule, gettext("The mean of all distances.")),
    ]
    if labelled := [(name, f"{rule}. {words}") for name, rule, words in rules if rule]:
        inner.append(Labelled(labelled))
    return [*blocks, Details(summary, inner)]
