"""Freeze what is known into a report row, which a job then draws."""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import translation
from django.utils.formats import date_format

from goodword.accounts.models import Organisation
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.core import jobs
from goodword.core.written import written_day
from goodword.references.models import Check
from goodword.reports.models import Report
from goodword.reports.pdf import current_engine
from goodword.reports.pdf.snapshot import SCHEMA, Head, Reused
from goodword.workflow.models import StepRequest

#: without letters and digits that look alike (0 O, 1 I L, U V)
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
#: waits between the starts of attempts to draw a report; after the last it has failed
TRIES = tuple(timedelta(minutes=m) for m in (2, 5, 15, 60))


def freeze(
    step_request: StepRequest,
    *,
    kind: str,
    part: dict[str, Any],
    now: datetime,
    run: Attempt | Check | None = None,
    reused: Reused | None = None,
) -> Report:
    """The next version of a step's report, frozen now and drawn by a job; in the caller's transaction.

    `part` is the snapshot's part for this kind of step, the result of `run`; `reused` names the report of a reused
    result. `step_request` comes with its organisation, and its application with candidate, organisation and role.
    """
    # This row is the lock under which versions are counted.
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
    """The head of a snapshot; times in the organisation's zone."""
    organisation = application.organisation
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
            "logo": base64.b64encode(bytes(organisation.logo)).decode() if organisation.logo else None,
        },
        "candidate": {"name": application.candidate.name},
        "role": {"title": application.role.title if application.role else ""},
        "engine": current_engine(),
        "redacted": False,
    }


def moment_text(moment: datetime, *, organisation: Organisation) -> str:
    """A moment as people read it, "24 November 2026, 14:05 CET", in the organisation's zone."""
    local = moment.astimezone(organisation.zone)
    return f"{written_day(local)}, {date_format(local, 'H:i')} {local.tzname()}"


def mint_code() -> str:
    """A new code, "GW-7F3K-Q2MX": 39 random bits; a collision is caught by the column's uniqueness."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"GW-{letters[:4]}-{letters[4:]}"
