from goodword.core.data_export import ExportRequest, Sections, exports, without_empty
from goodword.workflow.models import Appeal, StepRequest


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
