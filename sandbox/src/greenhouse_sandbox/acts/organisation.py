"""Departments, offices and users, and the fields, roles and pools of every account."""

from datetime import datetime

from greenhouse_sandbox.acts.background import credit, referrer_of
from greenhouse_sandbox.acts.custom_fields import define_field
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.jobs import CloseReason, Department, Office, Opening
from greenhouse_sandbox.store.people import ProspectPool, ProspectPoolStage, User, UserJobPermission, UserRole
from greenhouse_sandbox.webhooks.emit import emit
from greenhouse_sandbox.webhooks.job_payloads import department_payload, office_payload

#: name, kind of record, kind of value, options
FIELDS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("Employment Type", "job", "single_select", ("Full-time", "Part-time", "Contract", "Intern")),
    ("Budget Code", "opening", "short_text", ()),
    ("School Name", "standard", "single_select", ("Harbour University", "Open College", "Other")),
    ("Degree", "standard", "single_select", ("High School", "Bachelor's Degree", "Master's Degree", "Other")),
    ("Discipline", "standard", "single_select", ("Business", "Computer Science", "Languages", "Other")),
    ("Notice Period", "candidate", "short_text", ()),
    ("Languages", "candidate", "multi_select", ("Dutch", "English", "German", "Spanish")),
    ("Works Remotely", "application", "yes_no", ()),
    ("Base Salary", "offer", "currency", ()),
    ("What would have changed it?", "rejection_question", "long_text", ()),
    ("Cost Centre", "user_attribute", "short_text", ()),
)
INTERNAL = {"Employment Type": "employment_type", "School Name": "school_name"} | {
    name: name.lower() for name in ("Degree", "Discipline")
}
ROLES = (
    ("Standard", "job_admin"),
    ("Private", "job_admin"),
    ("Recruiter", "job_admin"),
    ("Site Admin", "site_admin"),
    ("Interviewer", "deprecated_interviewer"),
)
CLOSE_REASONS = ("Hire - New Headcount", "Hire - Backfill", "On Hold", "Requisition Cancelled")
POOL_STAGES = ("Not Reviewed", "Contacted", "In Discussion")


def delete_department(store: Store, row: Department, *, now: datetime) -> None:
    """Delete a department. Its children move up one level, and jobs lose it. Fires the webhook."""
    payload = department_payload(store, row)
    for child in [department for department in store.departments.rising() if department.parent_id == row.id]:
        child.parent_id = row.parent_id
        store.departments.changed(child, now)
    for job in [one for one in store.jobs.rising() if one.department_id == row.id]:
        job.department_id = None
        store.jobs.changed(job, now)
    store.departments.delete(row.id)
    emit(store, "department_deleted", payload)


def delete_office(store: Store, row: Office, *, now: datetime) -> None:
    """Delete an office. Its children move up one level, and jobs lose it. Fires the webhook."""
    payload = office_payload(store, row)
    for child in [office for office in store.offices.rising() if office.parent_id == row.id]:
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
    """Make a user a Site Admin or not, active or not. Greenhouse has no webhook for this."""
    if deactivated and user.id == store.acting_user_id:
        raise RefusedError("deactivated", "you cannot deactivate the user you act as")
    if site_admin is not None:
        user.site_admin = site_admin
    if deactivated is not None:
        user.deactivated = deactivated
    store.users.changed(user, now)


def add_defaults(store: Store) -> None:
    """Create what is missing, as if it had always been there. Idempotent."""
    users = list(store.users.rising())
    if not users:
        return
    now = users[0].created_at
    if not len(store.custom_fields):
        _account(store, now)
    _openings(store)
    _permissions(store)
    for application in store.applications.rising():
        if application.credited_to_id and not application.referrer_id:
            user = store.users.get(application.credited_to_id)
            if user is not None:
                credit(application, referrer_of(store, user))


def _account(store: Store, now: datetime) -> None:
    for name, field_type, value_type, options in FIELDS:
        define_field(
            store,
            name=name,
            field_type=field_type,
            value_type=value_type,
            options=options,
            internal_type=INTERNAL.get(name),
            now=now,
        )
    for name, kind in ROLES:
        store.user_roles.insert(
            UserRole(id=store.user_roles.new_id(), created_at=now, updated_at=now, name=name, role_type=kind)
        )
    for name in CLOSE_REASONS:
        store.close_reasons.insert(
            CloseReason(id=store.close_reasons.new_id(), created_at=now, updated_at=now, name=name)
        )
    pool = store.prospect_pools.insert(
        ProspectPool(id=store.prospect_pools.new_id(), created_at=now, updated_at=now, name="Keep in touch")
    )
    for order, name in enumerate(POOL_STAGES):
        store.prospect_pool_stages.insert(
            ProspectPoolStage(
                id=store.prospect_pool_stages.new_id(),
                created_at=now,
                updated_at=now,
                prospect_pool_id=pool.id,
                name=name,
                sort_order=order,
            )
        )


def _openings(store: Store) -> None:
    """Create an opening for every job that has none. It is open if the job is."""
    for job in store.jobs.rising():
        if store.openings.count("job_id", job.id) == 0 and not job.is_template:
            number = f"{job.requisition_id}-1" if job.requisition_id else None
            store.openings.insert(
                Opening(
                    id=store.openings.new_id(),
                    created_at=job.created_at,
                    updated_at=job.created_at,
                    job_id=job.id,
                    opening_id=number,
                    opened_at=job.opened_at,
                    closed_at=job.closed_at,
                )
            )


def _permissions(store: Store) -> None:
    """Make members of the hiring team Standard job admins of their job. Site Admins need no row."""
    role = next((user_role for user_role in store.user_roles.rising() if user_role.name == "Standard"), None)
    if role is None:
        return
    for job in store.jobs.rising():
        team = {owner.user_id for owner in store.job_owners.by("job_id", job.id)}
        team |= {manager.user_id for manager in store.job_hiring_managers.by("job_id", job.id)}
        known = {permission.user_id for permission in store.user_job_permissions.by("job_id", job.id)}
        for user_id in sorted(team - known):
            user = store.users.get(user_id)
            if user is not None and not user.site_admin:
                store.user_job_permissions.insert(
                    UserJobPermission(
                        id=store.user_job_permissions.new_id(),
                        created_at=job.created_at,
                        updated_at=job.created_at,
                        user_id=user_id,
                        job_id=job.id,
                        role_id=role.id,
                    )
                )
