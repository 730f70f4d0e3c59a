"""What users may do job by job. Site Admins need no row."""

from dataclasses import dataclass

from greenhouse_sandbox.store.row import Row


@dataclass(kw_only=True)
class UserRole(Row):
    """A role; `role_type` is job_admin, site_admin or deprecated_interviewer."""

    name: str
    role_type: str


@dataclass(kw_only=True)
class UserJobPermission(Row):
    """A user in a role on a job."""

    user_id: int
    job_id: int
    role_id: int
    automated: bool | None = False
