"""Results of an application's steps, current and earlier, for the candidate's page and the review page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never

from django.db.models import QuerySet
from django.utils import timezone

from goodword.assessments import report as assessment_report
from goodword.assessments.flags.raising import careless_signs
from goodword.assessments.models import Attempt
from goodword.assessments.plans.requirements import requirements_served
from goodword.assessments.queries import attempts_of
from goodword.assessments.results import AttemptResult
from goodword.assessments.results import result as assessment_result
from goodword.candidates.models import Application
from goodword.core.compiled_queries import compiled
from goodword.core.models import HasPk
from goodword.core.report_blocks import OutcomeRow, Section
from goodword.core.text import active_language, written_moment
from goodword.references.models import Check
from goodword.references.queries import CheckOverview, check_outcome, check_overview, checks_of
from goodword.references.report_data import check_data, with_name_isolated
from goodword.references.report_front import overview_sections
from goodword.references.report_screen import screen_sections
from goodword.references.results import results as references_results
from goodword.reports.models import Report
from goodword.reports.phrases import words_for
from goodword.roles.models import Step
from goodword.workflow.domain.step_requests import reuse_times
from goodword.workflow.models import DONE, StepRequest, StepRun, is_open, status


@dataclass(frozen=True, kw_only=True)
class Result:
    """`newer`: the latest run, if different. `state`: "current", "so_far" (its run is open) or "incomplete" (its run
    was closed early)."""

    kind: str
    label: str
    sections: Sequence[Section]
    run: StepRun
    outcome: Sequence[OutcomeRow] = ()
    overview: Sequence[Section] = ()
    language: str = ""
    newer: StepRun | None = None
    state: str = "current"

    @property
    def newer_is_open(self) -> bool:
        """Whether the later run can still produce a result."""
        return self.newer is not None and is_open(self.newer)


@dataclass(frozen=True, kw_only=True)
class Runs:
    """An application's runs, latest first. `reusing`: its requests by kind that reuse an earlier application's
    result."""

    attempts: Sequence[Attempt]
    checks: Sequence[Check]
    reusing: Mapping[str, StepRequest]

    @property
    def check(self) -> Check | None:
        return self.checks[0] if self.checks else None

    @property
    def completed_attempt(self) -> Attempt | None:
        """The latest completed attempt. Results stay visible when the candidate is invited again."""
        return next((attempt for attempt in self.attempts if attempt.progress in DONE), None)


def runs_of(application: Application) -> Runs:
    """All runs of an application. Three queries."""
    reusing = _reusing(application.organisation, application.pk)
    return Runs(
        attempts=attempts_of(application),
        checks=checks_of(application),
        reusing={step_request.step.kind: step_request for step_request in reusing},
    )


@compiled
def _reusing(organisation: HasPk, application_id: int) -> QuerySet[StepRequest]:
    rows = StepRequest.objects.of(organisation).filter(application_id=application_id).exclude(earlier=None)
    return rows.select_related("step", "organisation")


def results_of(runs: Runs, *, items: bool = True) -> list[Result]:
    """Return each step's current result, even if a later run is open. Without `items`: no test items, answers or
    keys."""
    return [
        *_of_kind(Step.Kind.ASSESSMENT, runs.attempts, runs.reusing, items=items),
        *_of_kind(Step.Kind.REFERENCE_CHECK, runs.checks, runs.reusing, items=items),
    ]


def _of_kind(
    kind: str, runs: Sequence[StepRun], reusing: Mapping[str, StepRequest], *, items: bool
) -> list[Result]:
    latest = runs[0] if runs else None
    done = next((run for run in runs if run.progress in DONE), None)
    current = (
        result_of(done, items=items)
        if done is not None
        else _reused_result(reusing.get(kind), kind, items=items)
    )
    found = []
    if current is not None:
        found.append(replace(current, newer=latest if latest != current.run else None))
    if latest is None or latest == done or (partial := result_of(latest, items=items)) is None:
        return found
    if is_open(latest):
        return [replace(partial, state="so_far"), *found]
    return [*found, replace(partial, state="incomplete")]


def _moment(at: datetime) -> str:
    return written_moment(timezone.localtime(at))


def result_of(run: StepRun, *, items: bool = True) -> Result | None:
    """The result of a finished attempt, or of a check with at least one reference."""
    if isinstance(run, Check):
        answered = run.requests.filter(state="answered").exists()
        return _references(run) if answered else None
    assert isinstance(run, Attempt)
    if run.progress not in DONE:
        return None
    return _assessment(run, assessment_result(run, language=active_language()), items=items)


def _reused_result(step_request: StepRequest | None, kind: str, *, items: bool = True) -> Result | None:
    """The result reused from an earlier application, even if a run has followed."""
    if step_request is None or (at := reuse_times([step_request]).get(step_request.pk)) is None:
        return None
    behind = {"step_request_id": step_request.earlier_id, "progress__in": DONE, "completed_at__lte": at}
    match which := Step.Kind(kind):
        case Step.Kind.ASSESSMENT:
            return _reused_assessment(step_request, behind, items=items)
        case Step.Kind.REFERENCE_CHECK:
            return _reused_references(step_request, behind)
        case _:
            assert_never(which)


def finished_run(step_request: StepRequest) -> StepRun | None:
    organisation, of_request = step_request.organisation, {"step_request": step_request, "progress__in": DONE}
    attempt = Attempt.objects.of(organisation).filter(**of_request).order_by("-pk").first()
    return attempt or Check.objects.of(organisation).filter(**of_request).order_by("-pk").first()


def _assessment(attempt: Attempt, found: AttemptResult | None, *, items: bool) -> Result:
    kind = Step.Kind.ASSESSMENT
    if found is None:
        return Result(kind=kind, label=kind.label, sections=(), run=attempt)
    shown, words = found if items else found.without_items(), words_for(active_language())
    data = assessment_report.assessment_data(shown, moment=_moment)
    return Result(
        kind=kind,
        label=kind.label,
        sections=assessment_report.screen_sections(
            shown, words, moment=_moment, signs=careless_signs(attempt)
        ),
        run=attempt,
        outcome=assessment_report.outcome(data, words),
        overview=assessment_report.overview_sections(data, words),
        language=found.language_name,
    )


def _references(check: Check) -> Result:
    kind, found = Step.Kind.REFERENCE_CHECK, references_results(check)
    name = check.step_request.application.candidate.name
    data, words = with_name_isolated(check_data(found, moment=_moment), name), words_for(active_language())
    return Result(
        kind=kind,
        label=kind.label,
        sections=screen_sections(data, words),
        run=check,
        outcome=check_outcome(found),
        overview=overview_sections(data, words),
    )


def _reused_assessment(step_request: StepRequest, behind: dict[str, Any], *, items: bool) -> Result | None:
    runs = Attempt.objects.of(step_request.organisation).filter(**behind)
    attempt = runs.select_related("organisation", "step_request__step", "assessment").order_by("-pk").first()
    result = assessment_result(attempt, language=active_language()) if attempt else None
    if attempt is None or result is None:
        return None
    here = requirements_served(attempt, step=step_request.step)
    return _assessment(attempt, result.serving(here), items=items)


def _reused_references(step_request: StepRequest, behind: dict[str, Any]) -> Result | None:
    runs = Check.objects.of(step_request.organisation).filter(**behind)
    rows = runs.select_related(
        "step_request__application__candidate", "version__questionnaire", "organisation"
    )
    check = rows.order_by("-pk").first()
    return result_of(check) if check else None


@dataclass(frozen=True, kw_only=True)
class EarlierRun:
    """`result`: None without answers, or if shown above."""

    kind: str
    label: str
    run: StepRun | None
    #: when it was completed or declined, otherwise opened
    at: datetime
    state: str
    is_current: bool
    result: Result | None
    view: CheckOverview | None
    reports: Sequence[Report]

    @property
    def id(self) -> str:
        return f"earlier-{self.kind}-{self.run.pk if self.run else 'reused'}"

    @property
    def anchor_prefix(self) -> str:
        """A prefix that keeps ids in the page unique."""
        return f"{self.id}-"


def earlier_runs(
    runs: Runs,
    *,
    shown: Sequence[Result],
    reports: Sequence[Report],
    now: datetime,
) -> list[EarlierRun]:
    """Earlier runs by step, latest first, without inactive ones. `shown`: the results above."""
    known: Mapping[str, Sequence[StepRun]] = {
        Step.Kind.ASSESSMENT: [run for run in runs.attempts[1:] if run.progress != StepRun.Progress.PENDING],
        Step.Kind.REFERENCE_CHECK: runs.checks[1:],
    }
    found = []
    for kind, earlier in known.items():
        above = {result.run for result in shown if result.kind == kind}
        found += [_earlier_run(kind, run, is_shown=run in above, reports=reports, now=now) for run in earlier]
        reused = _reused_result(runs.reusing.get(kind), kind) if above else None
        if reused is not None and reused.run not in above:
            found.append(_earlier_reuse(kind, reused, reports))
    return found


def _earlier_run(
    kind: str,
    run: StepRun,
    *,
    is_shown: bool,
    reports: Sequence[Report],
    now: datetime,
) -> EarlierRun:
    return EarlierRun(
        kind=kind,
        label=Step.Kind(kind).label,
        run=run,
        at=run.completed_at or run.opened_at,
        state=status(run, now=now),
        is_current=is_shown,
        result=None if is_shown else result_of(run),
        view=check_overview(run, now=now) if isinstance(run, Check) else None,
        reports=[report for report in reports if run in {report.check_run, report.attempt}],
    )


def _earlier_reuse(kind: str, reused: Result, reports: Sequence[Report]) -> EarlierRun:
    return EarlierRun(
        kind=kind,
        label=Step.Kind(kind).label,
        run=None,
        at=reused.run.completed_at or reused.run.opened_at,
        state="completed",
        is_current=False,
        result=reused,
        view=None,
        reports=[
            report
            for report in reports
            if report.step_request.step.kind == kind and report.check_run is None and report.attempt is None
        ],
    )
