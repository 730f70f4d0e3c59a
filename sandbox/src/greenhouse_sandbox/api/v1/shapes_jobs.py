from typing import Any

from greenhouse_sandbox.acts.custom_fields import shown
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import ACCEPTED, CREATED, DECLINED, DEPRECATED, Offer
from greenhouse_sandbox.store.jobs import (
    REASON_TYPES,
    Department,
    Job,
    JobPost,
    JobStage,
    Office,
    Opening,
    RejectionReason,
    Source,
)
from greenhouse_sandbox.store.people import User
from greenhouse_sandbox.store.table import Table

#: state of an offer in v1 -> its name in the store
OFFER_STATES = {
    "unresolved": CREATED,
    "accepted": ACCEPTED,
    "rejected": DECLINED,
    "deprecated": DEPRECATED,
}


def user_ref(store: Store, user_id: int | None) -> dict[str, Any] | None:
    """A user as v1 embeds one."""
    user = store.users.get(user_id)
    if user is None:
        return None
    return {
        "id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "name": user.name,
        "employee_id": user.employee_id,
    }


def department(store: Store, row: Department) -> dict[str, Any]:
    parent = store.departments.get(row.parent_id)
    children = _below(store.departments, row)
    return {
        "id": row.id,
        "name": row.name,
        "parent_id": row.parent_id,
        "parent_department_external_id": parent.external_id if parent else None,
        "child_ids": [child.id for child in children],
        "child_department_external_ids": [child.external_id for child in children],
        "external_id": row.external_id,
    }


def bare_department(store: Store, row: Department) -> dict[str, Any]:
    """A department as embedded in jobs and applications."""
    return _without_external_ids_of_others(department(store, row))


def department_tree(store: Store, row: Department) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "children": [department_tree(store, one) for one in _below(store.departments, row)],
        "external_id": row.external_id,
    }


def office(store: Store, row: Office) -> dict[str, Any]:
    parent = store.offices.get(row.parent_id)
    children = _below(store.offices, row)
    return {
        "id": row.id,
        "name": row.name,
        "location": {"name": row.location},
        "primary_contact_user_id": row.primary_contact_user_id,
        "parent_id": row.parent_id,
        "parent_office_external_id": parent.external_id if parent else None,
        "child_ids": [child.id for child in children],
        "child_office_external_ids": [child.external_id for child in children],
        "external_id": row.external_id,
    }


def bare_office(store: Store, row: Office) -> dict[str, Any]:
    """An office as embedded in jobs and applications."""
    return _without_external_ids_of_others(office(store, row))


def office_tree(store: Store, row: Office) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "location": {"name": row.location},
        "primary_contact_user_id": row.primary_contact_user_id,
        "external_id": row.external_id,
        "children": [office_tree(store, one) for one in _below(store.offices, row)],
    }


def _without_external_ids_of_others(shown: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in shown.items() if name == "external_id" or "external_id" not in name
    }


def _below[R: (Department, Office)](table: Table[R], row: R) -> list[R]:
    return [one for one in table.rising() if one.parent_id == row.id]


def source(_: Store, row: Source) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "type": {"id": row.type_id, "name": row.type_name}}


def rejection_reason(_: Store, row: RejectionReason) -> dict[str, Any]:
    type_id, type_name = REASON_TYPES[row.type_key]
    return {"id": row.id, "name": row.name, "type": {"id": type_id, "name": type_name}}


def job(store: Store, row: Job) -> dict[str, Any]:
    """A job with its departments, offices and hiring team."""
    departments = [one for one in [store.departments.get(row.department_id)] if one]
    offices = [one for one in (store.offices.get(place) for place in row.office_ids) if one]
    return {
        "id": row.id,
        "name": row.name,
        "requisition_id": row.requisition_id,
        "notes": row.notes,
        "confidential": row.confidential,
        "status": row.status,
        "created_at": milliseconds(row.created_at),
        "opened_at": milliseconds(row.opened_at),
        "closed_at": milliseconds(row.closed_at),
        "updated_at": milliseconds(row.updated_at),
        "is_template": row.is_template,
        "copied_from_id": row.copied_from_id,
        "departments": [bare_department(store, one) for one in departments],
        "offices": [bare_office(store, one) for one in offices],
        **custom_fields(store, "job", row.custom_fields),
        "hiring_team": hiring_team(store, row),
        "openings": [bare_opening(store, one) for one in store.openings.by("job_id", row.id)],
    }


def hiring_team(store: Store, row: Job) -> dict[str, list[dict[str, Any]]]:
    """Users by their role in the hiring team."""
    owners = store.job_owners.by("job_id", row.id)

    def of_type(kind: str) -> list[dict[str, Any]]:
        members = ((user_ref(store, owner.user_id), owner) for owner in owners if owner.type == kind)
        return [ref | {"responsible": one.responsible} for ref, one in members if ref]

    managers = (
        user_ref(store, manager.user_id) for manager in store.job_hiring_managers.by("job_id", row.id)
    )
    return {
        "hiring_managers": [ref for ref in managers if ref],
        "recruiters": of_type("recruiter"),
        "coordinators": of_type("coordinator"),
        "sourcers": [{k: v for k, v in one.items() if k != "responsible"} for one in of_type("sourcer")],
    }


def hiring_team_ids(store: Store, row: Job) -> dict[str, list[dict[str, Any]]]:
    owners = store.job_owners.by("job_id", row.id)

    def of_type(kind: str) -> list[dict[str, Any]]:
        return [
            _member(store, owner.user_id) | {"responsible": owner.responsible}
            for owner in owners
            if owner.type == kind
        ]

    managers = store.job_hiring_managers.by("job_id", row.id)
    return {
        "hiring_managers": [_member(store, manager.user_id) for manager in managers],
        "recruiters": of_type("recruiter"),
        "coordinators": of_type("coordinator"),
        "sourcers": [_member(store, owner.user_id) for owner in owners if owner.type == "sourcer"],
    }


def _member(store: Store, user_id: int) -> dict[str, Any]:
    user = store.users.get(user_id)
    return {"user_id": user_id, "active": user is not None and not user.deactivated}


def job_post(_: Store, row: JobPost) -> dict[str, Any]:
    """A post with v1's names of question types."""
    return {
        "id": row.id,
        "title": row.title,
        "location": {
            "id": row.id + 1,
            "name": row.location,
            "office_id": None,
            "job_post_custom_location_id": None,
            "job_post_location_type": {"id": 1, "name": "Free Text"},
        },
        "internal": row.internal,
        "external": not row.internal,
        "active": row.active,
        "live": row.live,
        "first_published_at": milliseconds(row.first_published_at),
        "job_id": row.job_id,
        "content": row.content,
        "internal_content": row.internal_content,
        "updated_at": milliseconds(row.updated_at),
        "created_at": milliseconds(row.created_at),
        "demographic_question_set_id": None,
        "questions": [
            {
                "required": question["required"],
                "private": question["private"],
                "label": question["label"],
                "name": question["name"],
                "type": question["answer_type"],
                "values": [],
                "description": question["description"],
            }
            for question in row.questions
        ],
    }


def job_stage(_: Store, row: JobStage) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "created_at": milliseconds(row.created_at),
        "updated_at": milliseconds(row.updated_at),
        "active": row.active,
        "job_id": row.job_id,
        "priority": row.sort_order,
        "interviews": [],
    }


def user(store: Store, row: User) -> dict[str, Any]:
    return plain_user(store, row) | custom_fields(store, "user_attribute", row.custom_fields)


def plain_user(store: Store, row: User) -> dict[str, Any]:
    """A user as in lists without `user_attributes=true`."""
    return {
        "id": row.id,
        "name": row.name,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "primary_email_address": row.primary_email,
        "updated_at": milliseconds(row.updated_at),
        "created_at": milliseconds(row.created_at),
        "disabled": row.deactivated,
        "site_admin": row.site_admin,
        "emails": row.emails,
        "employee_id": row.employee_id,
        "linked_candidate_ids": row.linked_candidate_ids,
        "offices": [office(store, one) for one in map(store.offices.get, row.office_ids) if one],
        "departments": [
            department(store, one) for one in map(store.departments.get, row.department_ids) if one
        ],
    }


def custom_fields(store: Store, field_type: str, kept: dict[str, Any]) -> dict[str, Any]:
    """v1 gives custom fields twice: values alone, and keyed with name and type."""
    fields = shown(store, field_type, kept)
    return {
        "custom_fields": {key: one["value"] for key, one in fields.items()},
        "keyed_custom_fields": fields,
    }


def opening(store: Store, row: Opening) -> dict[str, Any]:
    return bare_opening(store, row) | custom_fields(store, "opening", row.custom_fields)


def bare_opening(store: Store, row: Opening) -> dict[str, Any]:
    """An opening as embedded in jobs and offers."""
    reason = store.close_reasons.get(row.close_reason_id)
    return {
        "id": row.id,
        "opening_id": row.opening_id,
        "status": "open" if row.open else "closed",
        "opened_at": milliseconds(row.opened_at),
        "closed_at": milliseconds(row.closed_at),
        "application_id": row.application_id,
        "close_reason": {"id": reason.id, "name": reason.name} if reason else None,
    }


def new_opening(row: Opening) -> dict[str, Any]:
    return {"id": row.id, "opening_id": row.opening_id, "open_date": milliseconds(row.opened_at)}


def offer(store: Store, row: Offer) -> dict[str, Any]:
    place = store.openings.get(row.opening_id)
    states = {kept: name for name, kept in OFFER_STATES.items()}
    return {
        "id": row.id,
        "version": row.version,
        "application_id": row.application_id,
        "job_id": row.job_id,
        "candidate_id": row.candidate_id,
        "opening": bare_opening(store, place) if place else None,
        "created_at": milliseconds(row.created_at),
        "updated_at": milliseconds(row.updated_at),
        "sent_at": row.sent_on,
        "resolved_at": milliseconds(row.resolved_at),
        "starts_at": row.starts_on,
        "status": states[row.status],
        **custom_fields(store, "offer", row.custom_fields),
    }
