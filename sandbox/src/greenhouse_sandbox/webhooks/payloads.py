"""Payloads of events about applications, as inconsistent as Greenhouse's published samples, and the ping."""

from typing import Any

from greenhouse_sandbox.clock import seconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import IN_PROCESS, Application
from greenhouse_sandbox.store.jobs import REASON_TYPES, Job, JobStage
from greenhouse_sandbox.store.webhooks import EVENTS, Webhook
from greenhouse_sandbox.webhooks.job_payloads import application_job, hired_job, hired_offer
from greenhouse_sandbox.webhooks.shapes import (
    applicant_body,
    candidate_url,
    custom_fields,
    prospect_detail,
    user_ref,
)

#: events whose `source` has `public_name` instead of `name`
PUBLIC_NAME = {
    "reject_candidate",
    "unreject_candidate",
    "hire_candidate",
    "unhire_candidate",
    "new_prospect_application",
}


#: events whose current stage shows no interview
NO_INTERVIEWS = {"reject_candidate", "unreject_candidate"}


def application_payload(store: Store, action: str, application: Application) -> dict[str, Any]:
    """`{"application": {...}}` for an event about `application`."""
    if action == "hire_candidate":
        return {"application": _hire(store, application)}
    body: dict[str, Any] = {
        "id": application.id,
        "rejected_at": seconds(application.rejected_at),
        "prospect": application.prospect,
    }
    if action == "application_updated":
        body["prospect_detail"] = prospect_detail(store, application)
    body |= {
        "status": "active" if application.status == IN_PROCESS else application.status,
        "applied_at": seconds(application.created_at),
        "last_activity_at": seconds(application.last_activity_at),
        "url": _url(store, application),
        "source": _source(store, action, application),
        "credited_to": _credited_to(store, application),
        "rejection_reason": _reason(store, application),
        "rejection_details": _rejection_details(store, application),
        "current_stage": _stage(store, action, application),
    }
    if action in {"new_candidate_application", "new_prospect_application"}:
        body["prospect_detail"] = prospect_detail(store, application)
    body["custom_fields"] = custom_fields(store, "application", application.custom_fields)
    body["candidate"] = applicant_body(store, action, application)
    body["jobs"] = [application_job(store, action, job, application) for job in _jobs(store, application)]
    return {"application": body}


def deleted_application_payload(store: Store, application: Application) -> dict[str, Any]:
    """`{"application": {...}}` for a deleted application; the candidate stays."""
    details = store.rejection_details.by("application_id", application.id)
    detail = details[-1] if details else None
    return {
        "application": {
            "id": application.id,
            "candidate_id": application.candidate_id,
            "job_id": application.job_id,
            "created_at": seconds(application.created_at),
            "source_id": application.source_id,
            "candidate_rejection_reason_id": application.rejection_reason_id,
            "rejection_note_id": detail.rejection_note_id if detail else None,
            "rejected_at": seconds(application.rejected_at),
            "referrer_id": application.credited_to_id,
            "prospect": application.prospect,
            "rejected_by_user_id": detail.rejected_by_id if detail else None,
        }
    }


def ping_payload(webhook: Webhook) -> dict[str, Any]:
    """The ping that is sent when a webhook is saved."""
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
    """A hire has neither a status nor a current stage, but both `job` and `jobs`, and the offer."""
    action, jobs = "hire_candidate", _jobs(store, application)
    return {
        "id": application.id,
        "opening": {"opening_id": _opening_id(store, application, jobs), "custom_fields": []},
        "credited_to": _credited_to(store, application),
        "source": _source(store, action, application),
        "url": _url(store, application),
        "candidate": applicant_body(store, action, application),
        "job": hired_job(store, jobs[0]) if jobs else None,
        "jobs": [application_job(store, action, job, application) for job in jobs],
        "custom_fields": custom_fields(store, "application", application.custom_fields),
        "offer": hired_offer(store, application),
    }


def _url(store: Store, application: Application) -> str:
    candidate = store.candidates[application.candidate_id]
    return f"{candidate_url(store, candidate)}?application_id={application.id}"


def _jobs(store: Store, application: Application) -> list[Job]:
    ids = [application.job_id] if application.job_id else application.prospective_job_ids
    return [job for job in (store.jobs.get(one) for one in ids) if job]


def _credited_to(store: Store, application: Application) -> dict[str, Any] | None:
    """A full user, or only the name of somebody who isn't one."""
    user = user_ref(store, application.credited_to_id)
    referrer = store.referrers.get(application.referrer_id)
    if user is None and referrer is not None:
        return {"name": referrer.name}
    return user


def _rejection_details(store: Store, application: Application) -> dict[str, Any] | None:
    if application.rejected_at is None:
        return None
    rows = store.rejection_details.by("application_id", application.id)
    kept = rows[-1].custom_fields if rows else {}
    return {"custom_fields": custom_fields(store, "rejection_question", kept)}


def _opening_id(store: Store, application: Application, jobs: list[Job]) -> str | None:
    """The customer's number of the filled opening; if unknown, the job's requisition."""
    offer = next((row for row in store.offers.by("application_id", application.id) if row.opening_id), None)
    filled = store.openings.by("application_id", application.id)
    opening = filled[0] if filled else store.openings.get(offer.opening_id if offer else None)
    if opening is not None:
        return opening.opening_id
    return jobs[0].requisition_id if jobs else None


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


def _stage(store: Store, action: str, application: Application) -> dict[str, Any] | None:
    row = store.application_stages.get(application.stage_id)
    stage = store.job_stages.get(row.job_stage_id) if row else None
    if stage is None:
        return None
    interviews = [] if action in NO_INTERVIEWS else [_interview(store, stage, application)]
    return {"id": stage.id, "name": stage.name, "interviews": interviews}


def _interview(store: Store, stage: JobStage, application: Application) -> dict[str, Any]:
    """A stage's interview, whose id is derived from the stage's, since each stage has one here."""
    interview_id = stage.id + 1
    kit = f"{store.base_url}/guides/{interview_id}/people/{application.candidate_id}"
    return {
        "id": interview_id,
        "name": stage.name,
        "status": "collect_feedback" if stage.sort_order == 0 else "to_be_scheduled",
        "interview_kit": {"url": kit, "content": "", "questions": []},
        "interviewers": [],
    }
