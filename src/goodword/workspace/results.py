"""The results of an application's steps, as the candidate's page and the review page show them."""

from dataclasses import dataclass, replace
from typing import Any

from goodword.assessments import queries as assessments
from goodword.assessments.models import Attempt
from goodword.assessments.result import Requirement
from goodword.assessments.results import result as assessment_result
from goodword.candidates.models import Application
from goodword.references import queries as references
from goodword.references.models import Check
from goodword.references.results import results as references_results
from goodword.roles.models import Step
from goodword.steps.models import Run, StepStart
from goodword.steps.states import DONE


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of one step; `data` goes to the step's own template."""

    kind: str
    label: str
    template: str
    data: Any


def results_of(application: Application, *, items: bool = True) -> list[Result]:
    """What there is to see: a finished assessment, and references from the first one on; also those of an earlier
    application that stand in here. Without `items`: no test items, answers to single items, or keys."""
    found: list[Result] = []
    attempt = assessments.latest_done(application)
    if attempt is not None:
        found.append(_assessment(assessment_result(attempt)))
    elif start := _standing_in(application, Step.Kind.ASSESSMENT):
        found += _taken_assessment(start)
    if not items:
        found = [replace(one, data=one.data.without_items()) if one.data else one for one in found]
    check = references.latest_check(application)
    if check is None and (start := _standing_in(application, Step.Kind.REFERENCE_CHECK)):
        checks = Check.objects.of(start.organisation).filter(**_behind(start))
        check = checks.select_related("version__questionnaire", "organisation").order_by("-pk").first()
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


def finished_run(start: StepStart) -> Run | None:
    """The newest finished run under a start."""
    organisation, of_start = start.organisation, {"start": start, "progress__in": DONE}
    attempt = Attempt.objects.of(organisation).filter(**of_start).order_by("-pk").first()
    return attempt or Check.objects.of(organisation).filter(**of_start).order_by("-pk").first()


def _assessment(data: Any) -> Result:
    kind = Step.Kind.ASSESSMENT
    return Result(kind=kind, label=kind.label, template="assessments/result.html", data=data)


def _taken_assessment(start: StepStart) -> list[Result]:
    """An earlier result, for the requirement that it serves here."""
    runs = Attempt.objects.of(start.organisation).filter(**_behind(start))
    attempt = runs.select_related("organisation", "start__step", "assessment").order_by("-pk").first()
    result = assessment_result(attempt) if attempt else None
    if result is None:
        return []
    step, here = start.step, None
    if step.requirement:
        here = Requirement(text=step.requirement, who=step.requirement_by, at=step.requirement_at)
    return [_assessment(result.serving(here))]


def _standing_in(application: Application, kind: str) -> StepStart | None:
    return (
        StepStart.objects.of(application.organisation)
        .select_related("step", "organisation")
        .filter(application=application, step__kind=kind, state=StepStart.State.REUSED)
        .exclude(earlier=None)
        .first()
    )


def _behind(start: StepStart) -> dict[str, Any]:
    """Which run's result stands in: one that was there when it was taken."""
    return {"start_id": start.earlier_id, "progress__in": DONE, "completed_at__lte": start.started_at}
