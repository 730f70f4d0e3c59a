"""Parts that payloads of several events share: people, custom fields, files and background."""

from typing import Any

from greenhouse_sandbox.acts.custom_fields import shown
from greenhouse_sandbox.clock import seconds
from greenhouse_sandbox.signed_urls import signed_url
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.people import Candidate

OLDER_TYPES = {"yes_no": "boolean"}


#: action -> fields missing from the event's published sample
LEFT_OUT: dict[str, set[str]] = {
    "hire_candidate": {
        "company",
        "created_at",
        "photo_url",
        "website_addresses",
        "social_media_addresses",
        "tags",
    },
    "reject_candidate": {"url"},
    "unreject_candidate": {"url"},
    "new_prospect_application": {"url"},
    "application_updated": {"employments"},
    "update_candidate": {"is_private", "can_email"},
}


def custom_fields(store: Store, kind: str, kept: dict[str, Any]) -> dict[str, Any]:
    """All fields of that kind of record, by key. A candidate's date without a value is an empty string, not null."""
    found = {}
    for key, field in shown(store, kind, kept).items():
        empty = "" if kind == "candidate" and field.get("type") == "date" else None
        value = field.get("value")
        found[key] = {
            **field,
            "type": OLDER_TYPES.get(field.get("type"), field.get("type")),
            "value": empty if value is None else value,
        }
    return found


def educations(store: Store, candidate: Candidate) -> list[dict[str, Any]]:
    """Schools by name, with dates in US format."""

    def named(option_id: int | None) -> str | None:
        option = store.custom_field_options.get(option_id)
        return option.name if option else None

    return [
        {
            "school_name": named(row.school_id),
            "degree": named(row.degree_id),
            "discipline": named(row.discipline_id),
            "start_date": american(row.start_on),
            "end_date": american(row.end_on),
        }
        for row in store.educations.by("candidate_id", candidate.id)
    ]


def employments(store: Store, candidate: Candidate) -> list[dict[str, Any]]:
    return [
        {
            "company_name": row.company_name,
            "title": row.title,
            "start_date": american(row.start_on),
            "end_date": american(row.end_on),
        }
        for row in store.employments.by("candidate_id", candidate.id)
    ]


def attachments(store: Store, application: Application | None) -> list[dict[str, Any]]:
    """The files of the application, each with a URL that is valid for a week."""
    if application is None:
        return []
    rows = store.attachments.by("application_id", application.id)
    return [{"filename": row.filename, "url": signed_url(store, row), "type": row.type} for row in rows]


def prospect_detail(store: Store, application: Application) -> dict[str, Any]:
    """A prospect's pool, stage and owner; nulls for a candidate."""
    pool = store.prospect_pools.get(application.prospect_pool_id)
    stage = store.prospect_pool_stages.get(application.prospect_pool_stage_id)
    owner = store.users.get(application.prospect_owner_id)
    return {
        "prospect_pool": {"id": pool.id, "name": pool.name} if pool else None,
        "prospect_stage": {"id": stage.id, "name": stage.name} if stage else None,
        "prospect_owner": {"id": owner.id, "name": owner.name} if owner else None,
    }


def american(day: str | None) -> str | None:
    if day is None:
        return None
    year, month, rest = day[:10].split("-")
    return f"{month}/{rest}/{year}"


def user_ref(store: Store, user_id: int | None) -> dict[str, Any] | None:
    """A user by id, e-mail address, name and employee id, or null."""
    user = store.users.get(user_id)
    if user is None:
        return None
    return {"id": user.id, "email": user.primary_email, "name": user.name, "employee_id": user.employee_id}


def candidate_url(store: Store, candidate: Candidate) -> str:
    return f"{store.base_url}/people/{candidate.id}"


def applicant_body(store: Store, action: str, application: Application) -> dict[str, Any]:
    """The `candidate` inside an event about an application."""
    return _candidate(store, action, store.candidates[application.candidate_id], application)


def candidate_payload(store: Store, candidate: Candidate) -> dict[str, Any]:
    """`{"candidate": {...}}` for an update of a person."""
    applications = store.applications.by("candidate_id", candidate.id)
    newest = applications[-1] if applications else None
    return {"candidate": _candidate(store, "update_candidate", candidate, newest)}


def deleted_payload(
    candidate: Candidate, newest: Application | None, application_ids: list[int]
) -> dict[str, Any]:
    """`{"person": {...}}` for a deletion. `newest` was the person's last application."""
    return {"person": _person(candidate, newest) | {"deleted_application_ids": application_ids}}


def merged_payload(candidate: Candidate, newest: Application | None, new_candidate_id: int) -> dict[str, Any]:
    """`{"person": {...}}` for a merge of `candidate` into another."""
    return {"person": _person(candidate, newest) | {"new_candidate_id": new_candidate_id}}


def _candidate(
    store: Store, action: str, candidate: Candidate, application: Application | None
) -> dict[str, Any]:
    # Phone types have the trailing space observed in Greenhouse.
    phones = [{**phone, "type": phone.get("type", "other") + " "} for phone in candidate.phone_numbers]
    body = {
        "id": candidate.id,
        "first_name": candidate.first_name,
        "last_name": candidate.last_name,
        "title": candidate.title,
        "company": candidate.company,
        "created_at": seconds(candidate.created_at),
        "external_id": candidate.external_id,
        "photo_url": None,
        "url": candidate_url(store, candidate),
        "is_private": candidate.private,
        "can_email": candidate.can_email,
        "phone_numbers": phones,
        "email_addresses": candidate.email_addresses,
        "addresses": candidate.addresses,
        "website_addresses": candidate.website_addresses,
        "social_media_addresses": candidate.social_media_addresses,
        "educations": educations(store, candidate),
        "employments": employments(store, candidate),
        "recruiter": user_ref(store, application.recruiter_id if application else None),
        "coordinator": user_ref(store, application.coordinator_id if application else None),
        "attachments": attachments(store, application),
        "tags": candidate.tags,
        "custom_fields": custom_fields(store, "candidate", candidate.custom_fields) or [],
    }
    return {name: value for name, value in body.items() if name not in LEFT_OUT.get(action, ())}


def _person(candidate: Candidate, newest: Application | None) -> dict[str, Any]:
    return {
        "id": candidate.id,
        "first_name": candidate.first_name,
        "last_name": candidate.last_name,
        "company": candidate.company,
        "title": candidate.title,
        "created_at": seconds(candidate.created_at),
        "headline": None,
        "is_private": candidate.private,
        "recruiter_user_id": newest.recruiter_id if newest else None,
        "coordinator_user_id": newest.coordinator_id if newest else None,
        "can_email": candidate.can_email,
    }
