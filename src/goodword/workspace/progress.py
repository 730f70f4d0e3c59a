"""How far each step of an application is: one mark per step, for lists and the candidate's page.

Two queries for any number of applications, plus one for the starts, one if results were reused, and two for those who
were in a mapped stage already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Aggregate, Count, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from goodword.accounts.models import Organisation
from goodword.assessments.models import Answer, Attempt, AttemptPart
from goodword.candidates.models import Application
from goodword.references.models import Check
from goodword.roles.models import Step
from goodword.steps.domain.reuse import taken_over_at
from goodword.steps.models import StepRequest, StepRun
from goodword.steps.states import DONE, status
from goodword.workspace.before_start import already_in_stage

#: in the order in which they are shown
KINDS = (Step.Kind.ASSESSMENT, Step.Kind.REFERENCE_CHECK)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A step's mark: state as the words table names it, how far, since when, and what only a person can solve."""

    kind: str
    label: str
    state: str
    done: int
    of: int
    since: date | None
    attention: str
    step_request: StepRequest | None
    run: StepRun | None
    #: when the current result was completed, if a later run is unfinished
    result_at: datetime | None = None


def marks_of(
    applications: Iterable[Application], *, organisation: Organisation, now: datetime
) -> dict[int, list[Mark]]:
    """Marks by application id, the assessment's first."""
    found = {application.pk: application for application in applications}
    ids = list(found)
    step_requests = {
        (step_request.application_id, step_request.step.kind): step_request
        for step_request in StepRequest.objects.of(organisation)
        .filter(application_id__in=ids)
        .select_related("step")
    }
    attempts = _by_request(
        Attempt.objects.of(organisation)
        .filter(step_request__application_id__in=ids)
        .annotate(
            answered=_of_parts(Answer.objects.of(organisation), Count("pk")),
            items=_of_parts(AttemptPart.objects.of(organisation), Sum("items"), at="attempt"),
        )
        .order_by("pk")
    )
    checks = _by_request(
        Check.objects.of(organisation)
        .filter(step_request__application_id__in=ids)
        .annotate(
            answered=Count(
                "requests",
                filter=Q(requests__state="answered", requests__referee__erased_at__isnull=True),
            )
        )
        .order_by("pk")
    )
    taken = taken_over_at(step_requests.values())
    unasked = [
        one
        for one in found.values()
        if any((one.pk, kind) not in step_requests for kind in KINDS) and not one.end
    ]
    there = already_in_stage(unasked, organisation=organisation)
    runs: dict[str, dict[int, list[StepRun]]] = {
        Step.Kind.ASSESSMENT: attempts,
        Step.Kind.REFERENCE_CHECK: checks,
    }
    return {
        pk: [
            _mark(
                kind,
                application,
                step_requests.get((pk, kind)),
                runs[kind],
                taken,
                is_there=(pk, kind) in there,
                now=now,
            )
            for kind in KINDS
        ]
        for pk, application in found.items()
    }


def _by_request(rows: Iterable[StepRun]) -> dict[int, list[StepRun]]:
    found: dict[int, list[StepRun]] = {}
    for run in rows:
        found.setdefault(run.step_request_id, []).append(run)
    return found


def _mark(
    kind: str,
    application: Application,
    step_request: StepRequest | None,
    by_request: Mapping[int, Sequence[StepRun]],
    taken: Mapping[int, datetime],
    *,
    is_there: bool,
    now: datetime,
) -> Mark:
    label = Step.Kind(kind).label
    if step_request is None:
        return Mark(
            kind=kind,
            label=label,
            state="already_there" if is_there else "not_started",
            done=0,
            of=0,
            since=None,
            attention="",
            step_request=None,
            run=None,
        )
    runs = by_request.get(step_request.pk, ())
    if not runs:
        state = _state_before(step_request, application)
        return Mark(
            kind=kind,
            label=label,
            state=state,
            done=0,
            of=0,
            since=step_request.requested_at,
            attention=step_request.waits_for if state == "needs_attention" else "",
            step_request=step_request,
            run=None,
            result_at=taken.get(step_request.pk) if state != "completed" else None,
        )
    run = runs[-1]
    done, of = (0, 0) if application.erased_at else _how_far(run)
    return Mark(
        kind=kind,
        label=label,
        state=status(run, now=now),
        done=done,
        of=of,
        since=_since(run, now=now),
        attention=run.attention,
        step_request=step_request,
        run=run,
        result_at=_result_at(runs, taken.get(step_request.pk)),
    )


def _result_at(runs: Sequence[StepRun], taken_at: datetime | None) -> datetime | None:
    """When the current result was completed, if the latest run is unfinished."""
    if runs[-1].progress in DONE:
        return None
    return next((run.completed_at for run in reversed(runs) if run.progress in DONE), taken_at)


def _since(run: StepRun, *, now: datetime) -> date | None:
    """When the current state began."""
    if status(run, now=now) == "overdue":
        return run.overdue_since
    return run.completed_at or run.closed_at or run.paused_at or _begun(run) or run.opened_at


def _begun(run: StepRun) -> date | None:
    """Since when it is in progress. Of an assessment the day alone: how long somebody took is not shown, since it
    would betray who was given more time."""
    if isinstance(run, Attempt) and run.begun_at is not None:
        return timezone.localtime(run.begun_at).date()
    return run.begun_at


def _state_before(step_request: StepRequest, application: Application) -> str:
    """What a step shows that has no run of its own: an earlier result stands in, or it has not begun."""
    if step_request.state == StepRequest.State.REUSED:
        return "completed"
    if application.end:
        return "cancelled"
    if step_request.due_at or step_request.state == StepRequest.State.STARTED:
        return "pending"
    return "needs_attention"


def _how_far(run: StepRun) -> tuple[int, int]:
    answered = int(getattr(run, "answered", 0))
    if isinstance(run, Check):
        return answered, run.wanted
    return answered, int(getattr(run, "items", 0))


def _of_parts[M: Model](rows: QuerySet[M], figure: Aggregate, *, at: str = "part__attempt") -> Coalesce:
    """A figure over rows that belong to an attempt's parts; each in a query of its own, so that none multiplies."""
    of_run = rows.filter(**{at: OuterRef("pk")}).order_by().values(at).annotate(n=figure).values("n")
    return Coalesce(Subquery(of_run), 0)
