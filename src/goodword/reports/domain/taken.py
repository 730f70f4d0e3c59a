"""Tests of each kind as a snapshot keeps them."""

from django.utils.translation import get_language_info

from goodword.accounts.models import Organisation
from goodword.assessments.kinds.custom.result import AnsweredQuestion, QuestionsResult
from goodword.assessments.kinds.judgement.result import JudgementResult
from goodword.assessments.kinds.normed_scores import NormedScore as IssuedStanding
from goodword.assessments.kinds.reasoning.item import Picture
from goodword.assessments.kinds.reasoning.matrices.drawing import literal
from goodword.assessments.kinds.reasoning.result import AnsweredTask, CategoryResult, ReasoningResult
from goodword.assessments.kinds.scales.result import ScaleResult, ScalesResult
from goodword.reports.domain.behind import ability_part, standing_figures
from goodword.reports.pdf.taken import (
    Asked,
    Category,
    Drawing,
    JudgementTest,
    OwnQuestion,
    QuestionsTest,
    ReasoningTest,
    Scale,
    ScalesTest,
    Standing,
    Task,
)


def scales_test(part: ScalesResult, asked: Asked, *, organisation: Organisation) -> ScalesTest:
    """A test of scales, each mean with its answers."""
    return {
        **asked,
        "kind": "scales",
        "norm": None,
        "scale_min": part.minimum,
        "scale_max": part.maximum,
        "response_labels": part.response_labels,
        "scales": [_scale(found, organisation) for found in part.scales],
    }


def reasoning_test(part: ReasoningResult, asked: Asked, *, organisation: Organisation) -> ReasoningTest:
    """Generated tasks, each with its answer, its key and its rule."""
    return {
        **asked,
        "kind": "reasoning",
        "whole": _category(part.whole, organisation),
        "categories": [_category(found, organisation) for found in part.categories],
        "ability": ability_part(part.ability, organisation=organisation),
        "tasks": [_task(task) for task in part.tasks],
    }


def judgement_test(part: JudgementResult, asked: Asked, *, organisation: Organisation) -> JudgementTest:
    """Situations, each action with its rating, its key and the reason."""
    return {
        **asked,
        "kind": "judgement",
        "scale_min": part.lowest,
        "response_labels": list(part.response_labels),
        "distance": part.distance,
        "smallest": part.smallest,
        "largest": part.largest,
        "n_answered": part.answered,
        "key_basis": part.key_basis,
        "standing": _standing(part.standing, organisation),
        "voided": part.voided,
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
            for scenario in part.scenarios
        ],
    }


def questions_test(part: QuestionsResult, asked: Asked) -> QuestionsTest:
    """Own questions with their answers, and what raters had given by then."""
    return {
        **asked,
        "kind": "questions",
        "right": part.right,
        "keyed": part.keyed,
        "questions": [_question(found) for found in part.questions],
    }


def _scale(found: ScaleResult, organisation: Organisation) -> Scale:
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
        "standing": _standing(found.standing, organisation),
        "items": [
            {"text": a.text, "keyed": a.keyed, "answer": a.answer, "answer_label": a.label}
            for a in found.answers
        ],
    }


def _standing(standing: IssuedStanding | None, organisation: Organisation) -> Standing | None:
    if standing is None:
        return None
    kept: Standing = {
        "low": standing.low,
        "high": standing.high,
        "percentile": standing.percentile,
        "percentile_low": standing.percentile_low,
        "percentile_high": standing.percentile_high,
        "n": standing.n,
        "language": get_language_info(standing.language)["name_local"],
        "device": standing.device,
        "norms": standing.norms,
        "reliability": standing.reliability,
    }
    if standing.behind is not None:
        kept["figures"] = standing_figures(standing.behind, organisation=organisation)
    return kept


def _category(found: CategoryResult, organisation: Organisation) -> Category:
    return {
        "name": found.category,
        "solved": found.solved,
        "given": found.given,
        "answered": found.answered,
        "standing": _standing(found.standing, organisation),
    }


def _task(task: AnsweredTask) -> Task:
    return {
        "number": task.number,
        "category": task.category,
        "question": task.shown.question,
        "lines": list(task.shown.lines),
        "terms": list(task.shown.terms),
        "drawings": [_drawing(picture) for picture in task.shown.pictures],
        "options": [
            {
                "number": option.number,
                "text": option.text,
                "drawing": _drawing(option.picture) if option.picture else None,
            }
            for option in task.options
        ],
        "chosen": task.chosen.number if task.chosen else None,
        "right": task.right.number,
        "rule": task.rule,
    }


def _drawing(picture: Picture) -> Drawing:
    return {"svg": literal(picture.svg), "alt": picture.alt}


def _question(found: AnsweredQuestion) -> OwnQuestion:
    answer = "\n\n".join(text for text in (found.answer, found.comment) if text)
    return {
        "text": found.text,
        "answer": found.file.name if found.file else answer or None,
        "is_file": found.file is not None,
        "right": found.right,
        "right_answer": found.right_answer,
        "state": found.state.value,
        "raters": list(found.raters),
        "criteria": [
            {"text": one.text, "points": one.points, "given": list(one.given)} for one in found.criteria
        ],
        "remarks": [{"who": one.who, "text": one.text} for one in found.comments],
    }
