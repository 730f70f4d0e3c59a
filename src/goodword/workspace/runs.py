"""The current and earlier runs of an application's steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from goodword.assessments.queries import attempts_of
from goodword.candidates.models import Application
from goodword.references.members import View, view_of
from goodword.references.models import Check
from goodword.references.queries import checks_of
from goodword.reports.models import Report
from goodword.roles.models import Step
from goodword.steps.models import StepRun
from goodword.steps.states import status
from goodword.workspace.results import Result, result_of, taken_over


@dataclass(frozen=True, kw_only=True)
class EarlierRun:
    """A run followed by a later one, or (without a run) a result reused from another application.

    `result` is None if there are no answers, or if it is still the current one, shown above. `view`: for reference
    checks, the referees asked.
    """

    kind: str
    label: str
    run: StepRun | None
    #: when it was completed or declined, otherwise when it was opened
    at: datetime
    state: str
    is_current: bool
    result: Result | None
    view: View | None
    reports: Sequence[Report]

    @property
    def id(self) -> str:
        """The HTML id on the page."""
        return f"earlier-{self.kind}-{self.run.pk if self.run else 'reused'}"

    @property
    def anchor_prefix(self) -> str:
        """The prefix of ids within its result, to keep them unique."""
        return f"{self.id}-"


def earlier_runs(
    application: Application,
    *,
    shown: Sequence[Result],
    reports: Sequence[Report],
    now: datetime,
) -> list[EarlierRun]:
    """By step, latest first, without runs that had no activity. `shown`: the results above."""
    known: Mapping[str, Sequence[StepRun]] = {
        Step.Kind.ASSESSMENT: [
            run for run in attempts_of(application)[1:] if run.progress != StepRun.Progress.PENDING
        ],
        Step.Kind.REFERENCE_CHECK: list(checks_of(application)[1:]),
    }
    found = []
    for kind, runs in known.items():
        above = {result.run for result in shown if result.kind == kind}
        found += [_earlier(kind, run, is_shown=run in above, reports=reports, now=now) for run in runs]
        taken = taken_over(application, kind)
        if taken is not None and above and taken.run not in above:
            found.append(_taken(kind, taken, reports))
    return found


def _earlier(
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
        view=view_of(run, now=now) if isinstance(run, Check) else None,
        reports=[report for report in reports if run in {report.check_run, report.attempt}],
    )


def _taken(kind: str, taken: Result, reports: Sequence[Report]) -> EarlierRun:
    return EarlierRun(
        kind=kind,
        label=Step.Kind(kind).label,
        run=None,
        at=taken.run.completed_at or taken.run.opened_at,
        state="completed",
        is_current=False,
        result=taken,
        view=None,
        reports=[
            report
            for report in reports
            if report.step_request.step.kind == kind and report.check_run is None and report.attempt is None
        ],
    )
