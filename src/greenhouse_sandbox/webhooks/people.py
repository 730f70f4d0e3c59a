"""Candidates and users as web hook bodies show them."""

from typing import Any

from greenhouse_sandbox.clock import seconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.people import Candidate


def user_ref(store: Store, user_id: int | None) -> dict[str, Any] | None:
    """A user by id, e-mail, name and employee id; null if nobody is meant."""
    user = store.users.get(user_id)
    if user is None:
        return None
    return {"id": user.id, "email": user.primary_email, "name": user.name, "employee_id": user.employee_id}


def candidate_url(store: Store, candidate: Candidate) -> str:
    """The address of the candidate's profile."""
    return f"{store.base_url}/people/{candidate.id}"


def candidate_body(store: Store, candidate: Candidate) -> dict[str, Any]:
    """The members that every candidate in a body has. A phone type keeps the trailing space seen live."""
    phones = [{**phone, "type": phone["type"] + " "} for phone in candidate.phone_numbers]
    return {
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
        "educations": [],
        "employments": [],
    }


def person_body(candidate: Candidate, deleted_application_ids: list[int]) -> dict[str, Any]:
    """The `person` of a deletion or a merge."""
    return {
        "id": candidate.id,
        "first_name": candidate.first_name,
        "last_name": candidate.last_name,
        "company": candidate.company,
        "title": candidate.title,
        "created_at": seconds(candidate.created_at),
        "headline": None,
        "is_private": candidate.private,
        "recruiter_user_id": None,
        "coordinator_user_id": None,
        "can_email": candidate.can_email,
        "deleted_application_ids": deleted_application_ids,
    }
