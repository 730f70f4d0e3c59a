from typing import Any

from flask import Response

from greenhouse_sandbox.acts.custom_fields import add_option, define_field, edit_field, edit_option
from greenhouse_sandbox.api.answers import json_response, one
from greenhouse_sandbox.api.v3 import shapes_account
from greenhouse_sandbox.api.v3.derived import user_emails
from greenhouse_sandbox.api.v3.requests import (
    existing,
    invalid,
    json_body,
    optional_int,
    optional_text,
    required_text,
    requires,
)
from greenhouse_sandbox.api.v3.shapes_account import user_email
from greenhouse_sandbox.api.v3.shapes_people import user as shape
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.account import CustomFieldOption
from greenhouse_sandbox.store.people import User

TEXTS = ("first_name", "last_name", "job_title", "employee_id")
LISTS = {"office_ids": "offices", "department_ids": "departments"}


@requires("harvest:users:create")
def create_user() -> Response:
    """Create a user, at first without permissions. Returns 201 with the record."""
    store = the_store()
    body = json_body()
    email = required_text(body, "primary_email")
    _check_email(store, "primary_email", email)
    now = store.clock.now()
    row = User(
        id=store.users.new_id(),
        created_at=now,
        updated_at=now,
        first_name=required_text(body, "first_name"),
        last_name=required_text(body, "last_name"),
        primary_email=email,
        emails=[email],
    )
    _set(store, row, body)
    return json_response(shape(store, store.users.insert(row)), 201)


@requires("harvest:users:update")
def update_user(user_id: int) -> Response:
    """Change a user's name, title, employee id, offices or departments. Returns 200 with the record."""
    store = the_store()
    row = one(store.users, user_id)
    _set(store, row, json_body())
    store.users.changed(row, store.clock.now())
    return json_response(shape(store, row))


@requires("harvest:users:activate")
def activate_user(user_id: int) -> Response:
    return _switch(user_id, deactivated=False)


@requires("harvest:users:deactivate")
def deactivate_user(user_id: int) -> Response:
    return _switch(user_id, deactivated=True)


@requires("harvest:users:revoke_permissions")
def revoke_user_permissions(user_id: int) -> Response:
    """Make a user Basic: not a Site Admin, and without permissions on any job. Returns 204."""
    store = the_store()
    row = one(store.users, user_id)
    row.site_admin = False
    store.users.changed(row, store.clock.now())
    store.user_job_permissions.delete_by("user_id", row.id)
    return Response(status=204)


@requires("harvest:user_emails:create")
def create_user_email() -> Response:
    store = the_store()
    body = json_body()
    row = existing(store.users, body, "user_id")
    email = required_text(body, "email")
    _check_email(store, "email", email)
    row.emails = [*row.emails, email]
    store.users.changed(row, store.clock.now())
    return json_response(user_email(store, user_emails(store).by("user_id", row.id)[-1]), 201)


def _set(store: Store, row: User, body: dict[str, object]) -> None:
    for name in TEXTS:
        if name in body:
            setattr(row, name, optional_text(body, name))
    for name, table in LISTS.items():
        if name in body:
            ids = body[name]
            known = store.tables()[table]
            if not isinstance(ids, list) or any(known.get(one_id) is None for one_id in ids):
                raise invalid(name, "contains an id that does not exist")
            setattr(row, name, ids)


def _switch(user_id: int, *, deactivated: bool) -> Response:
    store = the_store()
    row = one(store.users, user_id)
    row.deactivated = deactivated
    store.users.changed(row, store.clock.now())
    return Response(status=204)


def _check_email(store: Store, member: str, email: str) -> None:
    if "@" not in email:
        raise invalid(member, "is not an e-mail address")
    if any(email.lower() in (known.lower() for known in user.emails) for user in store.users.rising()):
        raise invalid(member, "has already been taken")


@requires("harvest:custom_fields:create")
def create_custom_field() -> Response:
    store = the_store()
    body = json_body()
    field = define_field(
        store,
        name=required_text(body, "name"),
        field_type=required_text(body, "field_type"),
        value_type=required_text(body, "value_type"),
        private=bool(body.get("private", False)),
        required=bool(body.get("required", False)),
        description=optional_text(body, "description"),
        now=store.clock.now(),
    )
    return json_response(shapes_account.custom_field(store, field), 201)


@requires("harvest:custom_fields:update")
def update_custom_field(field_id: int) -> Response:
    store = the_store()
    field = one(store.custom_fields, field_id)
    edit_field(store, field, json_body(), now=store.clock.now())
    return json_response(shapes_account.custom_field(store, field))


@requires("harvest:custom_fields:destroy")
def destroy_custom_field(field_id: int) -> Response:
    store = the_store()
    edit_field(store, one(store.custom_fields, field_id), {"active": False}, now=store.clock.now())
    return Response(status=204)


@requires("harvest:custom_field_options:create")
def create_custom_field_option() -> Response:
    return json_response(shapes_account.custom_field_option(the_store(), make_option(json_body())), 201)


@requires("harvest:custom_field_options:update")
def update_custom_field_option(option_id: int) -> Response:
    store = the_store()
    option = one(store.custom_field_options, option_id)
    edit_option(store, option, json_body(), now=store.clock.now())
    return json_response(shapes_account.custom_field_option(store, option))


@requires("harvest:custom_field_options:destroy")
def destroy_custom_field_option(option_id: int) -> Response:
    store = the_store()
    option = one(store.custom_field_options, option_id)
    edit_option(store, option, {"active": False}, now=store.clock.now())
    return Response(status=204)


def make_option(body: dict[str, Any]) -> CustomFieldOption:
    store = the_store()
    field = existing(store.custom_fields, body, "custom_field_id")
    return add_option(
        store,
        field,
        name=required_text(body, "name"),
        sort_order=optional_int(body, "sort_order"),
        external_id=optional_text(body, "external_id"),
        now=store.clock.now(),
    )
