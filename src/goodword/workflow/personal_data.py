from collections.abc import Collection
from datetime import datetime

from goodword.core.personal_data import (
    Counts,
    ExportRequest,
    Sections,
    Subject,
    erases,
    exports,
    without_empty,
)
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.workflow.models import Appeal, StepRequest, StepRun, lock, may, move

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
