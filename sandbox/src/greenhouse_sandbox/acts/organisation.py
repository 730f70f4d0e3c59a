"""Departments, offices and users come and go."""

from datetime import datetime

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.hiring import Department, Office
from greenhouse_sandbox.store.people import User
from greenhouse_sandbox.webhooks.emit import emit
from greenhouse_sandbox.webhooks.posts import department_payload, office_payload


def delete_department(store: Store, row: Department, *, now: datetime) -> None:
    """Remove a department; those below it go one up, jobs lose it. Fires the web hook."""
    payload = department_payload(store, row)
    for child in [one for one in store.departments.rising() if one.parent_id == row.id]:
        child.parent_id = row.parent_id
        store.departments.changed(child, now)
    for job in [one for one in store.jobs.rising() if one.department_id == row.id]:
        job.department_id = None
        store.jobs.changed(job, now)
    store.departments.delete(row.id)
    emit(store, "department_deleted", payload)


def delete_office(store: Store, row: Office, *, now: datetime) -> None:
    """Remove an office; those below it go one up, jobs lose it. Fires the web hook."""
    payload = office_payload(store, row)
    for child in [one for one in store.offices.rising() if one.parent_id == row.id]:
        child.parent_id = row.parent_id
        store.offices.changed(child, now)
    for job in [one for one in store.jobs.rising() if row.id in one.office_ids]:
        job.office_ids = [one for one in job.office_ids if one != row.id]
        store.jobs.changed(job, now)
    store.offices.delete(row.id)
    emit(store, "office_deleted", payload)


def change_user(
    store: Store,
    user: User,
    *,
    now: datetime,
    site_admin: bool | None = None,
    deactivated: bool | None = None,
) -> None:
    """Make a user Site Admin or not, deactivated or not. Greenhouse has no web hook for it."""
    if deactivated and user.id == store.acting_user_id:
        raise RefusedError("deactivated", "you cannot deactivate the user you act as")
    if site_admin is not None:
        user.site_admin = site_admin
    if deactivated is not None:
        user.deactivated = deactivated
    store.users.changed(user, now)
