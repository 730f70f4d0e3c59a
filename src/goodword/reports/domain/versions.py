"""Versions of a report: frozen when a step is finished, answered late or marked, or an earlier result is reused; then
rendered by a job."""

import base64
import secrets
from datetime import datetime
from functools import partial
from itertools import zip_longest
from typing import Any, assert_never

from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Coalesce
from django.utils import translation

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation, logo_of
from goodword.assessments.flags.raising import careless_signs
from goodword.assessments.kinds.report import Requirement, RequirementData
from goodword.assessments.models import Attempt, AttemptPart
from goodword.assessments.plans.requirements import requirements_served
from goodword.assessments.report import assessment_data
from goodword.assessments.results import result as assessment_result
from goodword.candidates.models import Application
from goodword.core import jobs
from goodword.core.events import by_worker
from goodword.core.models import Event
from goodword.core.text import written_moment
from goodword.references.models import Check
from goodword.references.report_data import check_data
from goodword.references.results import results as check_results
from goodword.reports.domain.rendering import RENDERING_DELAYS
from goodword.reports.models import Report
from goodword.reports.pdf.snapshot import SCHEMA, Head, Reused
from goodword.roles.models import Step
from goodword.workflow.domain.step_requests import is_confidential_source, reuse_earlier, too_old_to_reuse
from goodword.workflow.models import DONE, StepRequest, lock_application, lock_step_request


def current_first(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Reports by step request: the latest run first, then the newest version, which may belong to an earlier run."""
    of_run = Coalesce("check_run_id", "attempt_id")
    return reports.order_by("step_request", of_run.desc(nulls_last=True), F("version").desc())


def is_superseded(report: Report) -> bool:
    later = {"step_request": report.step_request_id, "progress__in": DONE}
    if report.check_run_id is not None:
        return Check.objects.of(report.organisation).filter(**later, pk__gt=report.check_run_id).exists()
    if report.attempt_id is not None:
        return Attempt.objects.of(report.organisation).filter(**later, pk__gt=report.attempt_id).exists()
    return False


#: without letters and digits that look alike (0 O, 1 I L, U V)
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTWXYZ"


@by_worker
def on_attempt_completed(event: Event) -> None:
    """Freeze the report of a completed assessment."""
    step_request = _step_request(event)
    if step_request.application.erased_at is not None:
        return
    attempt = Attempt.objects.across_organisations().get(pk=event.data["attempt_id"])
    language = step_request.organisation.language
    with translation.override(language):
        result = assessment_result(attempt, language=language)
        if result is None:
            raise LookupError(f"Attempt {attempt.pk} has no scores.")
        moment = partial(moment_text, organisation=step_request.organisation)
        part = assessment_data(result, moment=moment, signs=careless_signs(attempt))
    freeze(step_request, kind="assessment", part={"assessment": part}, run=attempt, now=event.occurred_at)


@by_worker
def on_check_completed(event: Event) -> None:
    """Freeze the report of a completed reference check, and again after each late reference."""
    step_request = _step_request(event)
    if step_request.application.erased_at is not None:
        return
    check = (
        Check.objects.across_organisations()
        .select_related("version__questionnaire")
        .get(pk=event.data["check_id"])
    )
    with translation.override(step_request.organisation.language):
        part = check_data(
            check_results(check), moment=partial(moment_text, organisation=step_request.organisation)
        )
    freeze(step_request, kind="reference_check", part={"check": part}, run=check, now=event.occurred_at)


def _step_request(event: Event) -> StepRequest:
    """Return the step request, with its application locked, so that it can't be erased while the report is frozen."""
    assert event.application_id is not None
    lock_application(event.application_id)
    return (
        StepRequest.objects.across_organisations()
        .select_related(
            "organisation", "application__candidate", "application__organisation", "application__role"
        )
        .get(pk=event.data["step_request_id"])
    )


def freeze(
    step_request: StepRequest,
    *,
    kind: str,
    part: dict[str, Any],
    now: datetime,
    run: Attempt | Check | None = None,
    reused: Reused | None = None,
) -> Report:
    """Create the next version, in the caller's transaction. `part`: "assessment" or "check" of `run`."""
    # this lock is held while versions are counted
    StepRequest.objects.of(step_request.organisation).select_for_update(of=("self",), no_key=True).get(
        pk=step_request.pk
    )
    newest = (
        Report.objects.of(step_request.organisation)
        .filter(step_request=step_request)
        .aggregate(newest=Max("version"))["newest"]
    )
    version, code = (newest or 0) + 1, mint_code()
    with translation.override(step_request.organisation.language):
        snapshot = {
            **head(step_request.application, code=code, version=version, now=now),
            "kind": kind,
            **part,
        }
    if reused is not None:
        snapshot["reused"] = reused
    report = Report.objects.create(
        organisation=step_request.organisation,
        step_request=step_request,
        attempt=run if isinstance(run, Attempt) else None,
        check_run=run if isinstance(run, Check) else None,
        version=version,
        code=code,
        snapshot=snapshot,
        try_again_at=now + RENDERING_DELAYS[0],
        created_at=now,
    )
    jobs.named("report.render").defer(report_id=report.pk)
    return report


def head(application: Application, *, code: str, version: int, now: datetime) -> Head:
    organisation = application.organisation
    logo = logo_of(organisation)
    return {
        "schema": SCHEMA,
        "code": code,
        "version": version,
        "made_at": now.isoformat(),
        "made_at_text": moment_text(now, organisation=organisation),
        "language": organisation.language,
        "organisation": {
            "name": organisation.name,
            "accent": organisation.accent,
            "logo": base64.b64encode(logo).decode() if logo else None,
        },
        "candidate": {"name": application.candidate.name},
        "role": {"title": application.role.title if application.role else ""},
        "redacted": False,
    }


def moment_text(moment: datetime, *, organisation: Organisation) -> str:
    return written_moment(moment.astimezone(organisation.zone))


def mint_code() -> str:
    """A code like "GW-7F3K-Q2MX" with 39 random bits. A unique constraint catches collisions."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    return f"GW-{letters[:4]}-{letters[4:]}"


class MayNotReuse(Exception):
    """`reason`: how the application ended, "decided" (no longer offered), "no_report" (not ready yet),
    "report_failed" or "too_old"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def reuse(*, step_request: StepRequest, member: Membership, now: datetime) -> Report:
    """Create a report on this application with the frozen content of an earlier one. Its note is posted, but no mail is
    sent. It names the earlier role unless that is confidential or the candidate is private. Raises `MayNotReuse`."""
    with transaction.atomic():
        found = lock_step_request(step_request.pk)
        if found is None:
            raise MayNotReuse("decided")
        step_request, application = found
        if application.end:
            raise MayNotReuse(application.end)
        if step_request.waiting_reason != StepRequest.WaitingReason.REUSE or step_request.earlier_id is None:
            raise MayNotReuse("decided")
        source = report_of_run(step_request.earlier_id)
        if source is None or source.run is None:
            raise MayNotReuse("report_failed" if has_failed(step_request.earlier_id) else "no_report")
        # the decision may have waited for months
        if too_old_to_reuse(source.run.completed_at, now=now):
            raise MayNotReuse("too_old")
        reuse_earlier(step_request, application=application, at=now, by=f"member:{member.pk}")
        step_request.application = application
        report = freeze(
            step_request,
            kind=step_request.step.kind,
            part=_part(source, step_request.step),
            now=now,
            reused=_from(source),
        )
        write_by(
            member,
            "result.reused",
            now=now,
            details={
                "step_request": step_request.pk,
                "earlier": step_request.earlier_id,
                "report": report.pk,
            },
        )
        return report


def report_of(step_request_id: int) -> Report | None:
    reports = Report.objects.across_organisations().filter(
        step_request_id=step_request_id, state=Report.State.READY
    )
    rows = reports.select_related(
        "step_request__application__role", "step_request__application__candidate", "organisation"
    )
    found = current_first(rows).first()
    return None if found is None or found.snapshot["redacted"] else found


def report_of_run(step_request_id: int) -> Report | None:
    """The report of the request's own run, even if an earlier result was reused before."""
    found = report_of(step_request_id)
    return None if found is None or found.run is None else found


def has_failed(step_request_id: int) -> bool:
    """Whether the current report of the request could not be created."""
    reports = Report.objects.across_organisations().filter(step_request_id=step_request_id)
    states = current_first(reports).values_list("state", flat=True)
    return states.first() == Report.State.FAILED


def _part(source: Report, step: Step) -> dict[str, Any]:
    match kind := Step.Kind(step.kind):
        case Step.Kind.ASSESSMENT:
            return _assessment_part(source, step)
        case Step.Kind.REFERENCE_CHECK:
            return {"check": source.snapshot["check"]}
        case _:
            assert_never(kind)


def _assessment_part(source: Report, step: Step) -> dict[str, Any]:
    assessment = source.snapshot["assessment"]
    attempt = source.attempt
    assert attempt is not None
    served = requirements_served(attempt, step=step)
    orders = sorted(
        AttemptPart.objects.of(source.organisation).filter(attempt=attempt).values_list("order", flat=True)
    )
    named = [_requirement(served.get(order), source.organisation) for order in orders]
    tests = [
        {**test, "requirement": requirement}
        for test, requirement in zip_longest(assessment["tests"], named[: len(assessment["tests"])])
    ]
    return {"assessment": {**assessment, "tests": tests}}


def _requirement(found: Requirement | None, organisation: Organisation) -> RequirementData | None:
    if found is None:
        return None
    when = moment_text(found.at, organisation=organisation) if found.at else ""
    return {"text": found.text, "who": found.who, "when": when}


def _from(source: Report) -> Reused:
    snapshot = source.snapshot
    match kind := Step.Kind(snapshot["kind"]):
        case Step.Kind.ASSESSMENT:
            completed_at_text = snapshot["assessment"]["taken_at_text"]
        case Step.Kind.REFERENCE_CHECK:
            completed_at_text = snapshot["check"]["completed_at_text"]
        case _:
            assert_never(kind)
    return {
        "role": None if is_confidential_source(source.step_request) else snapshot["role"]["title"],
        "completed_at_text": completed_at_text,
        "code": source.code,
    }
