from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from goodword.candidates.domain.erasure_requests import Reason, request_erasure
from goodword.candidates.domain.holds import hold_against_erasure
from goodword.candidates.models import Application, Erasure, Hold, recruiter_of
from goodword.core.personal_data import (
    Counts,
    ExportRequest,
    Sections,
    Subject,
    erases,
    exports,
    without_empty,
)
from goodword.core.text import written_day
from goodword.notifications.domain import links
from goodword.notifications.domain.queue import Correspondent, queue
from goodword.notifications.models import Link
from goodword.workflow.models import Appeal, StepRequest, StepRun, lock, may, move
from goodword.workflow.retention import mail_data_kept

ERASURE = "erasure"


@erases("workflow.StepRequest", "workflow.Appeal")
def erase(subject: Subject, now: datetime) -> Counts:
    del now
    step_requests = StepRequest.objects.across_organisations().filter(
        application_id__in=subject.application_ids
    )
    dead = links.forget(
        purpose=Link.Purpose.CANDIDATE, subject_ids=step_requests.values_list("pk", flat=True)
    )
    step_requests.update(due_at=None)
    appeals = Appeal.objects.across_organisations().filter(application_id__in=subject.application_ids)
    n, _ = appeals.delete()
    return {"links": dead, "requests for a human review": n}


def close_runs[R: StepRun](model: type[R], application_ids: Collection[int], *, now: datetime) -> list[R]:
    rows = model._default_manager.filter(step_request__application_id__in=application_ids).order_by("pk")
    runs = [lock(model, pk) for pk in rows.values_list("pk", flat=True)]
    for run in runs:
        if may(run, "close"):
            move(run, "close", at=now, by="goodword", reason=ERASURE)
        run.attention, run.next_reminder_at = "", None
        run.save(update_fields=["attention", "next_reminder_at"])
    return runs


def request_own_erasure(*, application: Application, now: datetime, language: str = "") -> Erasure:
    """Erasure of the whole person in seven days. Idempotent. Mails the recruiter, and the candidate in `language`."""
    with transaction.atomic():
        erasure = request_erasure(of=application.candidate, reason=Reason.CANDIDATE, now=now, by="candidate")
        hold = hold_against_erasure(application.candidate)
        recruiter = recruiter_of(application)
        path = reverse("candidate", args=[application.organisation.slug, application.pk])
        queue(
            organisation=application.organisation,
            kind="workflow.erasure_requested",
            key=f"erasure:{erasure.pk}:asked",
            to=Correspondent(name=recruiter.name, address=recruiter.address),
            sender=Correspondent(name="Goodword", address=settings.GOODWORD_HELP_CONTACT),
            template="workflow/mail/erasure_requested",
            context={
                "candidate_name": application.candidate.name,
                "role_title": application.role.title if application.role else "",
                "due": _day(erasure, application, application.organisation.language),
                "kept": hold is not None,
                "page_url": settings.GOODWORD_BASE_URL + path,
            },
            application=application,
            language=application.organisation.language,
            now=now,
        )
        _mail_confirmation(erasure, application, hold, language=language, now=now)
        return erasure


def _mail_confirmation(
    erasure: Erasure, application: Application, hold: Hold | None, *, language: str, now: datetime
) -> None:
    candidate = application.candidate
    if hold is not None:
        mail_data_kept(erasure, hold, now=now)
        return
    if not candidate.email:
        return
    recruiter = recruiter_of(application)
    language = language or candidate.language or application.organisation.language
    queue(
        organisation=application.organisation,
        kind="workflow.erasure_confirmed",
        key=f"erasure:{erasure.pk}:confirmed",
        to=Correspondent(name=candidate.name, address=candidate.email),
        sender=Correspondent(name=recruiter.name, address=recruiter.address),
        template="workflow/mail/erasure_confirmed",
        context={
            "due": _day(erasure, application, language),
            "contact_name": recruiter.name,
            "contact_email": recruiter.address,
        },
        application=application,
        quotes=candidate,
        language=language,
        now=now,
    )


def _day(erasure: Erasure, application: Application, language: str) -> str:
    with translation.override(language):
        return written_day(erasure.due_at.astimezone(application.organisation.zone))


@exports("workflow.StepRequest", "workflow.Appeal")
def export(wanted: ExportRequest) -> Sections:
    step_requests = StepRequest.objects.of(wanted.organisation).filter(
        application_id__in=wanted.application_ids
    )
    if not wanted.by_member:
        step_requests = step_requests.exclude(started_at=None)
    return {
        "steps": [
            without_empty(
                {
                    "step": step_request.step.get_kind_display(),
                    "invited": step_request.started_at,
                    **(
                        {"asked for": step_request.requested_at, "state": step_request.state}
                        if wanted.by_member
                        else {}
                    ),
                }
            )
            for step_request in step_requests.select_related("step").order_by("pk")
        ],
        "requests for a human review": _appeals(wanted),
    }


def _appeals(wanted: ExportRequest) -> list[dict[str, object]]:
    rows = Appeal.objects.of(wanted.organisation).filter(application_id__in=wanted.application_ids)
    return [
        without_empty(
            {
                "asked": appeal.opened_at,
                "text": appeal.text,
                "answered": appeal.answered_at,
                "answered by": appeal.answered_by.user.name if appeal.answered_by else "",
                "answer": appeal.answer,
            }
        )
        for appeal in rows.select_related("answered_by__user").order_by("pk")
    ]
