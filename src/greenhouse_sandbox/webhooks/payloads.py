"""The payload of each event, rough edges included.

Shapes: Greenhouse's published web hook samples. A hire has no status and no current stage but both `job` and
`jobs`; a source has `name` in some events and `public_name` in others; custom fields are `{}` or `[]`.
"""

from typing import Any

from greenhouse_sandbox.clock import seconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import IN_PROCESS, Application
from greenhouse_sandbox.store.hiring import REASON_TYPES, Job
from greenhouse_sandbox.store.people import Candidate
from greenhouse_sandbox.store.webhooks import Webhook
from greenhouse_sandbox.webhooks.events import EVENTS
from greenhouse_sandbox.webhooks.jobs import hired_job, job_body
from greenhouse_sandbox.webhooks.people import candidate_body, candidate_url, person_body, user_ref

PUBLIC_NAME = {"reject_candidate", "unreject_candidate", "hire_candidate", "unhire_candidate"}


def application_payload(store: Store, action: str, application: Application) -> dict[str, Any]:
    """`{"application": {...}}` for an event about `application`."""
    if action == "hire_candidate":
        return {"application": _hire(store, application)}
    body: dict[str, Any] = {
        "id": application.id,
        "rejected_at": seconds(application.rejected_at),
        "prospect": application.prospect,
        "status": "active" if application.status == IN_PROCESS else application.status,
        "applied_at": seconds(application.created_at),
        "last_activity_at": seconds(application.last_activity_at),
        "url": _url(store, application),
        "source": _source(store, action, application),
        "credited_to": user_ref(store, application.credited_to_id),
        "rejection_reason": _reason(store, application),
        "rejection_details": {"custom_fields": {}} if application.rejected_at else None,
        "current_stage": _stage(store, application),
    }
    if action in {"new_candidate_application", "new_prospect_application"}:
        body["prospect_detail"] = {"prospect_pool": None, "prospect_stage": None, "prospect_owner": None}
    body["custom_fields"] = application.custom_fields
    body["candidate"] = _candidate(store, application)
    body["jobs"] = [job_body(store, job, application.job_post_id) for job in _jobs(store, application)]
    return {"application": body}


def candidate_payload(store: Store, candidate: Candidate) -> dict[str, Any]:
    """`{"candidate": {...}}` for an update of a person."""
    applications = store.applications.by("candidate_id", candidate.id)
    newest = applications[-1] if applications else None
    body = candidate_body(store, candidate)
    del body["is_private"], body["can_email"]
    body["recruiter"] = user_ref(store, newest.recruiter_id if newest else None)
    body["coordinator"] = user_ref(store, newest.coordinator_id if newest else None)
    body["attachments"] = []
    body["tags"] = candidate.tags
    body["custom_fields"] = candidate.custom_fields or []
    return {"candidate": body}


def deleted_payload(candidate: Candidate, application_ids: list[int]) -> dict[str, Any]:
    """`{"person": {...}}` for a deletion."""
    return {"person": person_body(candidate, application_ids)}


def merged_payload(candidate: Candidate, new_candidate_id: int) -> dict[str, Any]:
    """`{"person": {...}}` for a merge of `candidate` into another."""
    return {"person": person_body(candidate, []) | {"new_candidate_id": new_candidate_id}}


def ping_payload(webhook: Webhook) -> dict[str, Any]:
    """What a web hook is tried with when it is saved."""
    return {
        "active": True,
        "created_at": seconds(webhook.created_at),
        "web_hook_id": webhook.id,
        "name": webhook.name,
        "endpoint_url": webhook.endpoint_url,
        "content-type": "application/json",
        "updated_at": seconds(webhook.updated_at),
        "event": EVENTS[webhook.action],
    }


def _hire(store: Store, application: Application) -> dict[str, Any]:
    jobs = _jobs(store, application)
    hired_on = application.hired_at.date().isoformat() if application.hired_at else None
    return {
        "id": application.id,
        "opening": {"opening_id": jobs[0].requisition_id if jobs else None, "custom_fields": []},
        "credited_to": user_ref(store, application.credited_to_id),
        "source": _source(store, "hire_candidate", application),
        "url": _url(store, application),
        "candidate": _candidate(store, application),
        "job": hired_job(store, jobs[0]) if jobs else None,
        "jobs": [job_body(store, job, application.job_post_id) for job in jobs],
        "custom_fields": application.custom_fields,
        "offer": {
            "id": application.id + 1,
            "version": 1,
            "created_at": seconds(application.hired_at),
            "sent_at": hired_on,
            "resolved_at": seconds(application.hired_at),
            "starts_at": hired_on,
            "custom_fields": {},
        },
    }


def _candidate(store: Store, application: Application) -> dict[str, Any]:
    candidate = store.candidates[application.candidate_id]
    return candidate_body(store, candidate) | {
        "recruiter": user_ref(store, application.recruiter_id),
        "coordinator": user_ref(store, application.coordinator_id),
        "attachments": [],
        "tags": candidate.tags,
        "custom_fields": candidate.custom_fields or [],
    }


def _url(store: Store, application: Application) -> str:
    candidate = store.candidates[application.candidate_id]
    return f"{candidate_url(store, candidate)}?application_id={application.id}"


def _jobs(store: Store, application: Application) -> list[Job]:
    ids = [application.job_id] if application.job_id else application.prospective_job_ids
    return [job for job in (store.jobs.get(one) for one in ids) if job]


def _source(store: Store, action: str, application: Application) -> dict[str, Any] | None:
    source = store.sources.get(application.source_id)
    if source is None:
        return None
    return {"id": source.id, "public_name" if action in PUBLIC_NAME else "name": source.name}


def _reason(store: Store, application: Application) -> dict[str, Any] | None:
    reason = store.rejection_reasons.get(application.rejection_reason_id)
    if reason is None:
        return None
    type_id, type_name = REASON_TYPES[reason.type_key]
    return {"id": reason.id, "name": reason.name, "type": {"id": type_id, "name": type_name}}


def _stage(store: Store, application: Application) -> dict[str, Any] | None:
    row = store.application_stages.get(application.stage_id)
    stage = store.job_stages.get(row.job_stage_id) if row else None
    return {"id": stage.id, "name": stage.name, "interviews": []} if stage else None
