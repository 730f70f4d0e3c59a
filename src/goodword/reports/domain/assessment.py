"""The assessment's part of a snapshot."""

from django.utils.translation import get_language_info

from goodword.accounts.models import Organisation
from goodword.assessments.result import AttemptResult, ScaleResult, ScalesResult
from goodword.reports.domain.head import moment_text
from goodword.reports.pdf.snapshot import Assessment, Scale, Test


def assessment_part(result: AttemptResult, *, organisation: Organisation) -> Assessment:
    """Each test, each number with the answers it came from."""
    return {
        "title": ", ".join(part.title for part in result.parts),
        "taken_at_text": moment_text(result.completed_at, organisation=organisation),
        "language": get_language_info(result.language)["name_local"],
        "tests": [_test(part, organisation=organisation) for part in result.parts],
    }


def _test(part: ScalesResult, *, organisation: Organisation) -> Test:
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
        "norm": None,
        "scale_min": part.minimum,
        "scale_max": part.maximum,
        "response_labels": part.response_labels,
        "scales": [_scale(found) for found in part.scales],
        "sheet": {
            "reliability": part.sheet.reliability,
            "validity": part.sheet.validity,
            "limits": " ".join(part.sheet.limits),
        },
    }


def _scale(found: ScaleResult) -> Scale:
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
        "items": [
            {"text": a.text, "keyed": a.keyed, "answer": a.answer, "answer_label": a.label}
            for a in found.answers
        ],
    }
