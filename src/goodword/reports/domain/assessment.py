"""The assessment's part of a snapshot."""

from django.utils.translation import get_language_info

from goodword.accounts.models import Organisation
from goodword.assessments.result import AttemptResult, ScaleResult
from goodword.reports.domain.head import moment_text
from goodword.reports.pdf.snapshot import Assessment, Scale


def assessment_part(result: AttemptResult, *, organisation: Organisation) -> Assessment:
    """One test with its scales, each number with the answers it came from."""
    requirement = result.requirement
    return {
        "title": result.title,
        "taken_at_text": moment_text(result.completed_at, organisation=organisation),
        "language": get_language_info(result.language)["name_local"],
        "tests": [
            {
                "name": result.title,
                "construct": result.sheet.construct,
                "version": result.sheet.version,
                "scoring_version": result.scoring_version,
                "items_n": result.sheet.n_items,
                "requirement": {
                    "text": requirement.text,
                    "who": requirement.who,
                    "when": moment_text(requirement.at, organisation=organisation) if requirement.at else "",
                }
                if requirement
                else None,
                "norm": None,
                "scale_min": result.minimum,
                "scale_max": result.maximum,
                "response_labels": result.response_labels,
                "scales": [_scale(found) for found in result.scales],
                "sheet": {
                    "reliability": result.sheet.reliability,
                    "validity": result.sheet.validity,
                    "limits": " ".join(result.sheet.limits),
                },
            }
        ],
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
