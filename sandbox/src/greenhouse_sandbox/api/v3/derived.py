"""Lists whose records are stored with their parents."""

from dataclasses import dataclass

from greenhouse_sandbox.acts.background import tag
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.jobs import JobPost
from greenhouse_sandbox.store.people import Candidate, User
from greenhouse_sandbox.store.table import Derived, Row, child_id


@dataclass(kw_only=True)
class JobPostLocation(Row):
    job_post_id: int
    plain_text_location: str | None
    type: str = "free_text"
    office_id: int | None = None
    custom_location_id: int | None = None


@dataclass(kw_only=True)
class UserEmail(Row):
    user_id: int
    email: str
    verified: bool = True


@dataclass(kw_only=True)
class ProspectDetail(Row):
    application_id: int
    pool_id: int | None
    pool_stage_id: int | None
    prospect_owner_id: int | None
    department_id: int | None
    office_id: int | None


@dataclass(kw_only=True)
class AppliedTag(Row):
    candidate_id: int
    candidate_tag_id: int


def job_post_locations(store: Store) -> Derived[JobPost, JobPostLocation]:
    def make(post: JobPost) -> list[JobPostLocation]:
        if not post.location:
            return []
        return [
            JobPostLocation(
                id=child_id(post, 0),
                created_at=post.created_at,
                updated_at=post.updated_at,
                job_post_id=post.id,
                plain_text_location=post.location,
            )
        ]

    return Derived(store.job_posts, make, key="job_post_id")


def user_emails(store: Store) -> Derived[User, UserEmail]:
    def make(user: User) -> list[UserEmail]:
        return [
            UserEmail(
                id=child_id(user, place),
                created_at=user.created_at,
                updated_at=user.updated_at,
                user_id=user.id,
                email=email,
            )
            for place, email in enumerate(user.emails)
        ]

    return Derived(store.users, make, key="user_id")


def prospect_details(store: Store) -> Derived[Application, ProspectDetail]:
    def make(row: Application) -> list[ProspectDetail]:
        if not row.prospect:
            return []
        return [
            ProspectDetail(
                id=child_id(row, 0),
                created_at=row.created_at,
                updated_at=row.updated_at,
                application_id=row.id,
                pool_id=row.prospect_pool_id,
                pool_stage_id=row.prospect_pool_stage_id,
                prospect_owner_id=row.prospect_owner_id,
                department_id=row.prospective_department_id,
                office_id=row.prospective_office_id,
            )
        ]

    return Derived(store.applications, make, key="application_id", among=("prospect", True))


def applied_tags(store: Store) -> Derived[Candidate, AppliedTag]:
    def make(row: Candidate) -> list[AppliedTag]:
        return [
            AppliedTag(
                id=child_id(row, place),
                created_at=row.created_at,
                updated_at=row.updated_at,
                candidate_id=row.id,
                candidate_tag_id=tag(store, name).id,
            )
            for place, name in enumerate(row.tags)
        ]

    return Derived(store.candidates, make, key="candidate_id")
