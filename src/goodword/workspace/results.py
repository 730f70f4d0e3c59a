"""The results of an application's steps, as the candidate's page and the review page show them."""

from dataclasses import dataclass
from typing import Any

from goodword.assessments import queries as assessments
from goodword.candidates.models import Application
from goodword.references import queries as references
from goodword.references.results import results as references_results
from goodword.roles.models import Step


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of one step; `data` goes to the step's own template."""

    kind: str
    label: str
    template: str
    data: Any


def results_of(application: Application) -> list[Result]:
    """What there is to see: a finished assessment, and references from the first one on."""
    found: list[Result] = []
    attempt = assessments.latest_done(application)
    if attempt is not None:
        found.append(
            Result(
                kind=Step.Kind.ASSESSMENT,
                label=Step.Kind.ASSESSMENT.label,
                template="assessments/result.html",
                data=assessments.result(attempt),
            )
        )
    check = references.latest_check(application)
    if check is not None and check.requests.filter(state="answered").exists():
        found.append(
            Result(
                kind=Step.Kind.REFERENCE_CHECK,
                label=Step.Kind.REFERENCE_CHECK.label,
                template="references/result.html",
                data=references_results(check),
            )
        )
    return found
