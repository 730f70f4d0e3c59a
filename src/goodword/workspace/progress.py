"""The progress of both steps, as lists and the candidate's page show it.

The SQL in `workspace/migrations/0001_initial.py` repeats these rules to filter and sort lists; a test compares them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db.models import Aggregate, Count, F, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from goodword.accounts.models import Organisation
from goodword.assessments.models import Answer, Attempt, AttemptPart
from goodword.candidates.models import Application
from goodword.core.compiled_queries import compiled
from goodword.core.models import HasPk
from goodword.greenhouse.models import Finding
from goodword.references.domain.checks import CANNOT_PROVIDE
from goodword.references.models import Check
from goodword.roles.models import AlreadyThere, StageRule, Step
from goodword.workflow.domain.eligibility import left_before_start
from goodword.workflow.domain.step_requests import reuse_times
from goodword.workflow.models import DONE, StepRequest, StepRun, is_open, status


@dataclass(frozen=True, slots=True, kw_only=True)
class NotStarted:
    """`why`: "not_linked" (not linked to Greenhouse), "unmapped" (no stage starts it), "to_come" (one of `stages`),
    "already_there" (since before the mapping, `at`), "dismissed" (by a member, `at`) or "not_invited" (no record)."""

    why: Literal["not_linked", "unmapped", "to_come", "already_there", "dismissed", "not_invited"]
    stages: tuple[str, ...] = ()
    at: datetime | None = None


def why_not_started(application: Application, kind: str) -> NotStarted:
    if application.connection_id is None or application.job_id is None:
        return NotStarted(why="not_linked")
    rules = list(
        StageRule.objects.of(application.organisation)
        .filter(
            automation__connection_id=application.connection_id,
            automation__job_id=application.job_id,
            step__kind=kind,
        )
        .order_by("pk")
    )
    if not rules:
        return NotStarted(why="unmapped")
    here = next((rule for rule in rules if rule.stage_id == application.stage_id), None)
    if here is None:
        return NotStarted(why="to_come", stages=tuple(rule.stage_name for rule in rules))
    recorded = (
        AlreadyThere.objects.of(application.organisation)
        .filter(
            automation=here.automation_id,
            remote_application_id=application.remote_id or 0,
            stage_id=here.stage_id,
        )
        .first()
    )
    if recorded is None:
        return NotStarted(why="not_invited")
    dismissed = Finding.objects.of(application.organisation).filter(
        application=application, state=Finding.State.DISMISSED, settled_at=recorded.recorded_at
    )
    return NotStarted(why="dismissed" if dismissed.exists() else "already_there", at=recorded.recorded_at)


def already_in_stage(
    applications: Iterable[Application], *, organisation: Organisation
) -> set[tuple[int, str]]:
    """Pairs of application id and kind of step whose `why_not_started` is "already_there". At most two queries."""
    found = {
        (
            application.connection_id,
            application.job_id,
            application.remote_id,
            application.stage_id,
        ): application.pk
        for application in applications
        if application.connection_id is not None and application.remote_id is not None
    }
    if not found:
        return set()
    rows = AlreadyThere.objects.of(organisation).filter(
        remote_application_id__in=[key[2] for key in found], automation__rules__stage_id=F("stage_id")
    )
    recorded = {
        (found[key], str(kind), at)
        for *where, kind, at in rows.values_list(
            "automation__connection_id",
            "automation__job_id",
            "remote_application_id",
            "stage_id",
            "automation__rules__step__kind",
            "recorded_at",
        )
        if (key := tuple(where)) in found
    }
    if not recorded:
        return set()
    dismissed = set(
        Finding.objects.of(organisation)
        .filter(application__in={pk for pk, _kind, _at in recorded}, state=Finding.State.DISMISSED)
        .values_list("application_id", "settled_at")
    )
    return {(pk, kind) for pk, kind, at in recorded if (pk, at) not in dismissed}


KINDS = (Step.Kind.ASSESSMENT, Step.Kind.REFERENCE_CHECK)


@dataclass(frozen=True, kw_only=True)
class StepProgress:
    """`state`: a key of ui.statuses. `attention`: a problem that needs a person."""

    kind: str
    label: str
    state: str
    done: int
    of: int
    since: date | None
    attention: str
    step_request: StepRequest | None
    run: StepRun | None
    #: completion of the current result, if a later run is unfinished
    result_at: datetime | None = None


def progress_of(
    applications: Iterable[Application], *, organisation: Organisation, now: datetime
) -> dict[int, list[StepProgress]]:
    """Progress by application id, the assessment first."""
    found = {application.pk: application for application in applications}
    ids = list(found)
    requests = _requests(organisation, ids)
    steps = {step.pk: step for step in _steps(organisation, list({request.step_id for request in requests}))}
    for request in requests:
        request.step = steps[request.step_id]
    step_requests = {(request.application_id, request.step.kind): request for request in requests}
    attempts = _by_request(_attempts(organisation, ids))
    checks = _by_request(_checks(organisation, ids))
    left = _left_before_start(organisation, requests)
    reused_at = reuse_times(step_requests.values())
    without_request = [
        application
        for application in found.values()
        if any((application.pk, kind) not in step_requests for kind in KINDS) and not application.end
    ]
    there = already_in_stage(without_request, organisation=organisation)
    runs: dict[str, dict[int, list[StepRun]]] = {
        Step.Kind.ASSESSMENT: attempts,
        Step.Kind.REFERENCE_CHECK: checks,
    }
    for (pk, kind), request in step_requests.items():
        request.application, request.organisation = found[pk], organisation
        for run in runs[kind].get(request.pk, ()):
            run.step_request, run.organisation = request, organisation
    return {
        pk: [
            _progress(
                kind,
                application,
                step_requests.get((pk, kind)),
                runs[kind],
                reused_at,
                left=left,
                is_there=(pk, kind) in there,
                now=now,
            )
            for kind in KINDS
        ]
        for pk, application in found.items()
    }


def _left_before_start(organisation: HasPk, requests: Iterable[StepRequest]) -> set[int]:
    waiting = [
        request.pk
        for request in requests
        if request.state == StepRequest.State.WAITING and request.due_at is None
    ]
    if not waiting:
        return set()
    rows = StepRequest.objects.of(organisation).filter(left_before_start(organisation), pk__in=waiting)
    return set(rows.values_list("pk", flat=True))


@compiled
def _requests(organisation: HasPk, ids: list[int]) -> QuerySet[StepRequest]:
    return StepRequest.objects.of(organisation).filter(application_id__any_of=ids).order_by("pk")


@compiled
def _steps(organisation: HasPk, ids: list[int]) -> QuerySet[Step]:
    return Step.objects.of(organisation).filter(pk__any_of=ids)


@compiled
def _attempts(organisation: HasPk, ids: list[int]) -> QuerySet[Attempt]:
    rows = Attempt.objects.of(organisation).filter(step_request__application_id__any_of=ids)
    return with_answer_counts(rows, organisation=organisation).order_by("pk")


@compiled
def _checks(organisation: HasPk, ids: list[int]) -> QuerySet[Check]:
    rows = Check.objects.of(organisation).filter(step_request__application_id__any_of=ids)
    answered = Q(requests__state="answered", requests__referee__erased_at__isnull=True)
    return rows.annotate(answered=Count("requests", filter=answered)).order_by("pk")


def with_answer_counts(rows: QuerySet[Attempt], *, organisation: HasPk) -> QuerySet[Attempt]:
    """Annotate with `answered` of `items`."""
    return rows.annotate(
        answered=_of_parts(Answer.objects.of(organisation), Count("pk")),
        items=_of_parts(AttemptPart.objects.of(organisation), Sum("items"), at="attempt"),
    )


def _by_request(rows: Iterable[StepRun]) -> dict[int, list[StepRun]]:
    found: dict[int, list[StepRun]] = {}
    for run in rows:
        found.setdefault(run.step_request_id, []).append(run)
    return found


def _progress(
    kind: str,
    application: Application,
    step_request: StepRequest | None,
    by_request: Mapping[int, Sequence[StepRun]],
    reused_at: Mapping[int, datetime],
    *,
    left: Collection[int],
    is_there: bool,
    now: datetime,
) -> StepProgress:
    label = Step.Kind(kind).label
    if step_request is None:
        return StepProgress(
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
        state = _state_before(step_request, application, has_left=step_request.pk in left)
        return StepProgress(
            kind=kind,
            label=label,
            state=state,
            done=0,
            of=0,
            since=step_request.requested_at,
            attention=step_request.waiting_reason if state == "needs_attention" else "",
            step_request=step_request,
            run=None,
            result_at=reused_at.get(step_request.pk) if state != "completed" else None,
        )
    run = runs[-1]
    done, of = (0, 0) if application.erased_at else _counts(run)
    return StepProgress(
        kind=kind,
        label=label,
        state=status(run, now=now),
        done=done,
        of=of,
        since=_since(run, now=now),
        attention=_attention(run, application),
        step_request=step_request,
        run=run,
        result_at=_result_at(runs, reused_at.get(step_request.pk)),
    )


def _attention(run: StepRun, application: Application) -> str:
    """The run's problem if a person can still solve it, as on Home. Candidates who can't name a referee wait for an
    answer even if the check is paused or the application has ended."""
    if not is_open(run):
        return ""
    waits_for_nobody = run.paused_at is not None or application.end
    return "" if waits_for_nobody and run.attention != CANNOT_PROVIDE else run.attention


def _result_at(runs: Sequence[StepRun], reuse_completed_at: datetime | None) -> datetime | None:
    """Completion of the current result, if the latest run is unfinished."""
    if runs[-1].progress in DONE:
        return None
    return next((run.completed_at for run in reversed(runs) if run.progress in DONE), reuse_completed_at)


def _since(run: StepRun, *, now: datetime) -> date | None:
    if status(run, now=now) == "overdue":
        return run.overdue_since
    return run.completed_at or run.closed_at or run.paused_at or started_on(run) or run.opened_at


def started_on(run: StepRun) -> date | None:
    """The day when it started; for assessments not the time, since the duration would reveal granted extra time."""
    if isinstance(run, Attempt) and run.begun_at is not None:
        return timezone.localtime(run.begun_at).date()
    return run.begun_at


def _state_before(step_request: StepRequest, application: Application, *, has_left: bool) -> str:
    if step_request.state == StepRequest.State.REUSED:
        return "completed"
    if application.end:
        return "cancelled"
    if step_request.due_at or step_request.state == StepRequest.State.STARTED:
        return "pending"
    return "paused" if has_left else "needs_attention"


def _counts(run: StepRun) -> tuple[int, int]:
    answered = int(getattr(run, "answered", 0))
    if isinstance(run, Check):
        return answered, run.wanted
    return answered, int(getattr(run, "items", 0))


def _of_parts[M: Model](rows: QuerySet[M], figure: Aggregate, *, at: str = "part__attempt") -> Coalesce:
    """Aggregate an attempt's parts in a subquery, to keep joins from multiplying rows."""
    of_run = rows.filter(**{at: OuterRef("pk")}).order_by().values(at).annotate(n=figure).values("n")
    return Coalesce(Subquery(of_run), 0)
