"""The assessment's part of a snapshot."""

from datetime import datetime

from django.utils.translation import get_language_info

from goodword.accounts.models import Organisation
from goodword.assessments.kinds.report_parts import Moment, PartHead
from goodword.assessments.kinds.reports import report_of_kind
from goodword.assessments.kinds.results import PartResult
from goodword.assessments.results import AttemptResult, TotalResult
from goodword.reports.domain.freeze import moment_text
from goodword.reports.pdf.snapshot import Assessment, Total


def assessment_part(result: AttemptResult, *, organisation: Organisation) -> Assessment:
    """Each test with its result. Nothing about time, breaks or adjustments."""

    def moment(at: datetime) -> str:
        return moment_text(at, organisation=organisation)

    found: Assessment = {
        "title": ", ".join(part.title for part in result.parts),
        "taken_at_text": moment(result.completed_at),
        "language": get_language_info(result.language)["name_local"],
        "tests": [
            report_of_kind(part.kind).freeze(part, _head(part, moment), moment) for part in result.parts
        ],
    }
    if result.total is not None:
        found["total"] = _total(result.total)
    return found


def _head(part: PartResult, moment: Moment) -> PartHead:
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
            "when": moment(requirement.at) if requirement.at else "",
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
                "counted": ", ".join(f"{part.test}: {part.solved}/{part.given}" for part in one.counted),
                "share": float(100 * one.share),
                "weight": float(100 * one.weight),
            }
            for one in total.portions
        ],
    }
