from typing import Any

from flask import Response

from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.acts.openings import add_opening, delete_opening, edit_opening
from greenhouse_sandbox.api.answers import json_response, one
from greenhouse_sandbox.api.v3 import shapes_account, shapes_jobs
from greenhouse_sandbox.api.v3.filters import check_choice
from greenhouse_sandbox.api.v3.requests import (
    existing,
    invalid,
    json_body,
    optional_int,
    optional_text,
    required_int,
    required_text,
    requires,
)
from greenhouse_sandbox.api.v3.shapes_jobs import opening as shape
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store.jobs import JobHiringManager, JobOwner, Opening
from greenhouse_sandbox.store.people import UserJobPermission

KINDS = {name: name for name in ("sourcer", "recruiter", "coordinator")}


@requires("harvest:openings:create")
def create_opening() -> Response:
    """Create another opening of `job_id`. Returns 201 with the record."""
    return json_response(shape(the_store(), make(json_body())), 201)


@requires("harvest:openings:update")
def update_opening(opening_id: int) -> Response:
    """Change an opening's number, day, state and custom fields. Returns 200 with the record."""
    row = one(the_store().openings, opening_id)
    change(row, json_body())
    return json_response(shape(the_store(), row))


@requires("harvest:openings:destroy")
def destroy_opening(opening_id: int) -> Response:
    """Delete a closed opening that was never filled. Returns 204."""
    delete_opening(the_store(), one(the_store().openings, opening_id))
    return Response(status=204)


def make(body: dict[str, Any]) -> Opening:
    store = the_store()
    job = existing(store.jobs, body, "job_id")
    fields = with_values(store, "opening", {}, body.get("custom_fields") or [])
    row = add_opening(
        store,
        job,
        opening_id=optional_text(body, "opening_id"),
        target_start_on=optional_text(body, "target_start_on"),
        now=store.clock.now(),
    )
    row.custom_fields = fields
    return row


def change(row: Opening, body: dict[str, Any]) -> None:
    """Change an opening. The given custom fields replace all existing ones."""
    store = the_store()
    fields = row.custom_fields
    if body.get("custom_fields") is not None:
        fields = with_values(store, "opening", {}, body["custom_fields"])
    edit_opening(
        store,
        row,
        opening_id=optional_text(body, "opening_id"),
        target_start_on=optional_text(body, "target_start_on"),
        status=optional_text(body, "status"),
        close_reason_id=optional_int(body, "close_reason_id"),
        now=store.clock.now(),
    )
    row.custom_fields = fields


@requires("harvest:job_owners:create")
def create_job_owner() -> Response:
    """Assign a responsible sourcer, recruiter or coordinator in place of the previous one. Returns 201."""
    store = the_store()
    body = json_body()
    where = _job_and_user(body)
    kind = required_text(body, "type")
    check_choice("type", kind, KINDS)
    now = store.clock.now()
    responsible = bool(body.get("responsible", False)) and kind != "sourcer"
    for other in store.job_owners.by("job_id", where["job_id"]):
        if responsible and other.type == kind and other.responsible:
            other.responsible = False
            store.job_owners.changed(other, now)
    row = JobOwner(
        id=store.job_owners.new_id(),
        created_at=now,
        updated_at=now,
        type=kind,
        responsible=responsible,
        **where,
    )
    return json_response(shapes_jobs.job_owner(store, store.job_owners.insert(row)), 201)


@requires("harvest:job_owners:destroy")
def destroy_job_owner(row_id: int) -> Response:
    store = the_store()
    store.job_owners.delete(one(store.job_owners, row_id).id)
    return Response(status=204)


@requires("harvest:job_hiring_managers:create")
def create_hiring_manager() -> Response:
    store = the_store()
    where, now = _job_and_user(json_body()), store.clock.now()
    row = JobHiringManager(id=store.job_hiring_managers.new_id(), created_at=now, updated_at=now, **where)
    return json_response(shapes_jobs.job_hiring_manager(store, store.job_hiring_managers.insert(row)), 201)


@requires("harvest:job_hiring_managers:destroy")
def destroy_hiring_manager(row_id: int) -> Response:
    store = the_store()
    store.job_hiring_managers.delete(one(store.job_hiring_managers, row_id).id)
    return Response(status=204)


@requires("harvest:user_job_permissions:create")
def create_job_permission() -> Response:
    store = the_store()
    body = json_body()
    where, now = _job_and_user(body), store.clock.now()
    role = store.user_roles.get(required_int(body, "role_id"))
    if role is None or role.role_type != "job_admin":
        raise invalid("role_id", "is not a job admin role")
    if store.users[where["user_id"]].site_admin:
        raise invalid("user_id", "is a Site Admin and needs no permission")
    row = UserJobPermission(
        id=store.user_job_permissions.new_id(),
        created_at=now,
        updated_at=now,
        role_id=role.id,
        job_id=where["job_id"],
        user_id=where["user_id"],
    )
    shown = shapes_account.user_job_permission(store, store.user_job_permissions.insert(row))
    return json_response(shown, 201)


@requires("harvest:user_job_permissions:destroy")
def destroy_job_permission(row_id: int) -> Response:
    store = the_store()
    store.user_job_permissions.delete(one(store.user_job_permissions, row_id).id)
    return Response(status=204)


def _job_and_user(body: dict[str, Any]) -> dict[str, int]:
    store = the_store()
    found = {name: required_int(body, name) for name in ("job_id", "user_id")}
    if store.jobs.get(found["job_id"]) is None:
        raise invalid("job_id", "does not exist")
    if store.users.get(found["user_id"]) is None:
        raise invalid("user_id", "does not exist")
    return found
