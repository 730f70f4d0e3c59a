"""Writing users."""

from flask import Response

from greenhouse_sandbox.api.answers import json_response
from greenhouse_sandbox.api.v3.body import json_body, optional_text, required_int, required_text
from greenhouse_sandbox.api.v3.derived import user_emails
from greenhouse_sandbox.api.v3.errors import invalid
from greenhouse_sandbox.api.v3.guard import requires
from greenhouse_sandbox.api.v3.one import one
from greenhouse_sandbox.api.v3.shapes_account import user_email
from greenhouse_sandbox.api.v3.shapes_people import user as shape
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.people import User

TEXTS = ("first_name", "last_name", "job_title", "employee_id")
LISTS = {"office_ids": "offices", "department_ids": "departments"}


@requires("harvest:users:create")
def create_user() -> Response:
    """A user without any permission. 201 with the record."""
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
    """Name, title, employee id, offices and departments. 200 with the record."""
    store = the_store()
    row = one(store.users, user_id)
    _set(store, row, json_body())
    store.users.changed(row, store.clock.now())
    return json_response(shape(store, row))


@requires("harvest:users:activate")
def activate_user(user_id: int) -> Response:
    """204."""
    return _switch(user_id, deactivated=False)


@requires("harvest:users:deactivate")
def deactivate_user(user_id: int) -> Response:
    """204."""
    return _switch(user_id, deactivated=True)


@requires("harvest:users:revoke_permissions")
def revoke_user_permissions(user_id: int) -> Response:
    """Make a user Basic: no Site Admin, no permission on any job. 204."""
    store = the_store()
    row = one(store.users, user_id)
    row.site_admin = False
    store.users.changed(row, store.clock.now())
    for permission in store.user_job_permissions.by("user_id", row.id):
        store.user_job_permissions.delete(permission.id)
    return Response(status=204)


@requires("harvest:user_emails:create")
def create_user_email() -> Response:
    """One more address of `user_id`. 201 with the record."""
    store = the_store()
    body = json_body()
    row = store.users.get(required_int(body, "user_id"))
    if row is None:
        raise invalid("user_id", "does not exist")
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
