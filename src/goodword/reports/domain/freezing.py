"""Freeze a finished step into a report: a row with all the data of its PDF, which a job then draws."""

import base64
import secrets
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Max
from django.utils import translation

from goodword.accounts.domain.look import logo_of
from goodword.accounts.models import Organisation
from goodword.assessments.flags.rules import careless_signs
from goodword.assessments.models import Attempt
from goodword.assessments.report import assessment_data
from goodword.assessments.results import result as assessment_result
from goodword.candidates.models import Application
from goodword.core import jobs
from goodword.core.models import Event
from goodword.core.text import written_moment
from goodword.references.models import Check
from goodword.references.report_data import check_data
from goodword.references.results import results as check_results
from goodword.reports.models import Report
from goodword.reports.pdf import current_engine
from goodword.reports.pdf.snapshot import SCHEMA, Head, Reused
from goodword.workflow.domain.eligibility import lock_application
from goodword.workflow.models import StepRequest

#: without characters that look alike (0 O, 1 I L, U V)
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTWXYZ"
#: intervals between attempts to draw a report; after the last it has failed
TRIES = tuple(timedelta(minutes=m) for m in (2, 5, 15, 60))


def on_attempt_completed(event: Event) -> None:
    """Freeze the report of a completed assessment."""
    step_request = _step_request(event)
    if step_request.application.erased_at is not None:
        return
    attempt = Attempt.objects.across_organisations().get(pk=event.data["attempt_id"])
    with translation.override(step_request.organisation.language):
        result = assessment_result(attempt)
        if result is None:
            raise LookupError(f"Attempt {attempt.pk} has no scores.")
        moment = partial(moment_text, organisation=step_request.organisation)
        part = assessment_data(result, moment=moment, signs=careless_signs(attempt))
    freeze(step_request, kind="assessment", part={"assessment": part}, run=attempt, now=event.occurred_at)


def on_check_completed(event: Event) -> None:
    """Freeze the report of a completed reference check."""
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
    """The step request, with its application locked against an erasure while the report is frozen."""
    assert event.application_id is not None  # these events are about applications
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
    """The next version of a step's report, in the caller's transaction. `part`: "assessment" or "check" of `run`."""
    # Versions are counted under this lock.
    StepRequest.objects.of(step_request.organisation).select_for_update(of=("self",)).get(pk=step_request.pk)
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
        try_again_at=now + TRIES[0],
        created_at=now,
    )
    jobs.named("report.draw").defer(report_id=report.pk)
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
        "engine": current_engine(),
        "redacted": False,
    }


def moment_text(moment: datetime, *, organisation: Organisation) -> str:
    return written_moment(moment.astimezone(organisation.zone))


def mint_code() -> str:
    """A code like "GW-7F3K-Q2MX" with 39 random bits; a unique constraint catches collisions."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    return f"GW-{letters[:4]}-{letters[4:]}"
