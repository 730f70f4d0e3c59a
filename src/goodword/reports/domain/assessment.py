"""The assessment's part of a snapshot."""

from typing import assert_never

from django.utils.translation import get_language_info

from goodword.accounts.models import Organisation
from goodword.assessments.kinds import Result
from goodword.assessments.kinds.custom.result import QuestionsResult
from goodword.assessments.kinds.judgement.result import JudgementResult
from goodword.assessments.kinds.reasoning.result import ReasoningResult
from goodword.assessments.kinds.scales.result import ScalesResult
from goodword.assessments.results import AttemptResult, TotalResult
from goodword.reports.domain.freeze import moment_text
from goodword.reports.domain.taken import judgement_test, questions_test, reasoning_test, scales_test
from goodword.reports.pdf.taken import Asked, Assessment, Test, Total


def assessment_part(result: AttemptResult, *, organisation: Organisation) -> Assessment:
    """Each test, each number with the answers it came from. Nothing of time, breaks, or what was granted."""
    found: Assessment = {
        "title": ", ".join(part.title for part in result.parts),
        "taken_at_text": moment_text(result.completed_at, organisation=organisation),
        "language": get_language_info(result.language)["name_local"],
        "tests": [_test(part, organisation=organisation) for part in result.parts],
    }
    if result.total is not None:
        found["total"] = _total(result.total)
    return found


def _test(part: Result, *, organisation: Organisation) -> Test:
    asked = _asked(part, organisation=organisation)
    match part:
        case ScalesResult():
            return scales_test(part, asked, organisation=organisation)
        case ReasoningResult():
            return reasoning_test(part, asked, organisation=organisation)
        case JudgementResult():
            return judgement_test(part, asked, organisation=organisation)
        case QuestionsResult():
            return questions_test(part, asked)
        case _:
            assert_never(part)


def _asked(part: Result, *, organisation: Organisation) -> Asked:
    requirement = part.requirement
    return {
        "name": part.title,
        "construct": part.sheet.construct,
        "version": part.sheet.version,
        "scoring_version": part.scoring_version,
        "items_n": part.sheet.n_items,
        "requirement": {
            "text": requirement.text,
            "who": requirement.who,
            "when": moment_text(requirement.at, organisation=organisation) if requirement.at else "",
        }
        if requirement
        else None,
        "sheet": {
            "reliability": part.sheet.reliability,
            "validity": part.sheet.validity,
            "limits": " ".join(part.sheet.limits),
        },
    }


def _total(total: TotalResult) -> Total:
    return {
        "value": None if total.value is None else float(100 * total.value),
        "weighted": total.weighted,
        "reason": total.reason,
        "portions": [
            {
                "name": one.category or one.name,
                "counted": ", ".join(f"{held.test}: {held.solved}/{held.given}" for held in one.counted),
                "share": float(100 * one.share),
                "weight": float(100 * one.weight),
            }
            for one in total.portions
        ],
    }
