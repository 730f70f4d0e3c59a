"""`HarvestApi` over Harvest v1 (facts: greenhouse.md, section 7)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Self

from goodword.greenhouse.client.batches import batches
from goodword.greenhouse.client.errors import Invalid, NotFound, Where
from goodword.greenhouse.client.paging import pages
from goodword.greenhouse.client.parse import Record, record_of, records_of
from goodword.greenhouse.client.people import candidate_of, user_of
from goodword.greenhouse.client.permissions import (
    ACTIVITY_FEED,
    APPLICATIONS,
    CANDIDATES,
    JOB_POSTS,
    JOB_STAGES,
    JOBS,
    REJECTION_REASONS,
    USERS,
    V1_NOTES,
    V1_PERMISSIONS,
    Permission,
    ProbeResult,
)
from goodword.greenhouse.client.session import Session
from goodword.greenhouse.client.types import (
    Application,
    ApplicationStatus,
    Candidate,
    Job,
    JobOwner,
    JobPost,
    JobStage,
    JobStatus,
    Note,
    RejectionReason,
    User,
    Visibility,
)
from goodword.greenhouse.client.v1 import read
from goodword.greenhouse.client.v1.probe import probe


class HarvestV1:
    """See `HarvestApi`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """The article's seven, and users."""
        return V1_PERMISSIONS

    def application(self, application_id: int) -> Application | None:
        """See `HarvestApi.application`."""
        record = self._one(f"/applications/{application_id}", APPLICATIONS)
        return read.application_of(record) if record else None

    def applications(
        self,
        *,
        job_ids: Iterable[int] | None = None,
        status: ApplicationStatus | None = None,
        updated_since: datetime | None = None,
    ) -> Iterator[Application]:
        """See `HarvestApi.applications`. v1 filters by one job, and by last activity instead of change."""
        params: dict[str, str] = {}
        if status is not None:
            params["status"] = status.value
        if updated_since is not None:
            params["last_activity_after"] = updated_since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if job_ids is None:
            filters = [params]
        else:
            filters = [{**params, "job_id": str(job_id)} for job_id in dict.fromkeys(job_ids)]
        for chosen in filters:
            for record in self._rows("/applications", APPLICATIONS, chosen):
                yield read.application_of(record)

    def candidate(self, candidate_id: int) -> Candidate | None:
        """See `HarvestApi.candidate`."""
        record = self._one(f"/candidates/{candidate_id}", CANDIDATES)
        return candidate_of(record) if record else None

    def candidates(self, candidate_ids: Iterable[int]) -> Iterator[Candidate]:
        """See `HarvestApi.candidates`."""
        for ids in batches(candidate_ids):
            for record in self._rows("/candidates", CANDIDATES, {"candidate_ids": ids}):
                yield candidate_of(record)

    def jobs(self, status: JobStatus | None = None) -> Iterator[Job]:
        """See `HarvestApi.jobs`."""
        params = {"status": status.value} if status is not None else {}
        for record in self._rows("/jobs", JOBS, params):
            yield read.job_of(record)

    def jobs_by_id(self, job_ids: Iterable[int]) -> Iterator[Job]:
        """See `HarvestApi.jobs_by_id`."""
        for job_id in dict.fromkeys(job_ids):
            if record := self._one(f"/jobs/{job_id}", JOBS):
                yield read.job_of(record)

    def job_posts(self, job_ids: Iterable[int] | None = None) -> Iterator[JobPost]:
        """See `HarvestApi.job_posts`."""
        if job_ids is None:
            paths = ["/job_posts"]
        else:
            paths = [f"/jobs/{job_id}/job_posts" for job_id in dict.fromkeys(job_ids)]
        for path in paths:
            for record in self._visible_rows(path, JOB_POSTS):
                yield read.post_of(record)

    def job_stages(self, job_ids: Iterable[int]) -> Iterator[JobStage]:
        """See `HarvestApi.job_stages`."""
        for job_id in dict.fromkeys(job_ids):
            for record in self._visible_rows(f"/jobs/{job_id}/stages", JOB_STAGES):
                yield read.stage_of(record, job_id=job_id)

    def rejection_reasons(self) -> Iterator[RejectionReason]:
        """See `HarvestApi.rejection_reasons`. This list has one page only."""
        answer = self._session.get(
            "/rejection_reasons", permission=REJECTION_REASONS, params={"include_defaults": "true"}
        )
        for record in records_of(answer):
            yield read.reason_of(record)

    def user(self, user_id: int) -> User | None:
        """See `HarvestApi.user`."""
        record = self._one(f"/users/{user_id}", USERS)
        return user_of(record) if record else None

    def users(self, *, user_ids: Iterable[int] | None = None, email: str | None = None) -> Iterator[User]:
        """See `HarvestApi.users`."""
        if user_ids is not None:
            for user_id in dict.fromkeys(user_ids):
                if user := self.user(user_id):
                    yield user
            return
        for record in self._rows("/users", USERS, {"email": email} if email else {}):
            yield user_of(record)

    def job_owners(self, job_ids: Iterable[int]) -> Iterator[JobOwner]:
        """See `HarvestApi.job_owners`. v1 keeps them inside the job."""
        for job_id in dict.fromkeys(job_ids):
            if job := self._one(f"/jobs/{job_id}", JOBS):
                yield from read.owners_of(job)

    def notes(self, candidate_id: int) -> Iterator[Note]:
        """See `HarvestApi.notes`. The feed comes whole, newest first."""
        feed = self._one(f"/candidates/{candidate_id}/activity_feed", ACTIVITY_FEED)
        for record in feed.children("notes") if feed else []:
            yield read.note_of(record, candidate_id=candidate_id)

    def post_note(
        self,
        *,
        candidate_id: int,
        application_id: int | None,
        body: str,
        author_id: int | None,
        visibility: Visibility,
    ) -> Note:
        """See `HarvestApi.post_note`. v1 ties no note to an application; the author is also the actor."""
        path = f"/candidates/{candidate_id}/activity_feed/notes"
        if author_id is None:
            raise Invalid(Where("POST", path), detail="A note needs a Greenhouse user as its author.")
        answer = self._session.post(
            path,
            permission=V1_NOTES,
            body={"user_id": author_id, "body": body, "visibility": visibility.value},
            headers={"On-Behalf-Of": str(author_id)},
        )
        return read.note_of(record_of(answer), candidate_id=candidate_id, application_id=application_id)

    def stage_entered_at(self, application_id: int) -> datetime | None:
        """See `HarvestApi.stage_entered_at`. v1 does not tell."""
        del application_id
        return None

    def account_name(self) -> str | None:
        """See `HarvestApi.account_name`."""
        return None

    def probe(self, permission: Permission) -> ProbeResult:
        """See `HarvestApi.probe`."""
        return probe(self._session, permission)

    def close(self) -> None:
        """See `HarvestApi.close`."""
        self._session.close()

    def __enter__(self) -> Self:
        """See `HarvestApi.__enter__`."""
        return self

    def __exit__(self, *raised: object) -> None:
        """See `HarvestApi.__exit__`."""
        self.close()

    def _one(self, path: str, permission: Permission) -> Record | None:
        """One record; None for 404. A 410 says that v1 itself is gone, which is no record's absence."""
        try:
            return record_of(self._session.get(path, permission=permission))
        except NotFound as error:
            if error.status == 404:
                return None
            raise

    def _rows(self, path: str, permission: Permission, params: dict[str, str]) -> Iterator[Record]:
        """All rows of a list, without asking Greenhouse to count them first."""
        chosen = {**params, "skip_count": "true"}
        for page in pages(self._session, path, permission=permission, params=chosen):
            yield from page

    def _visible_rows(self, path: str, permission: Permission) -> Iterator[Record]:
        """The rows below a record, none if the record cannot be seen."""
        try:
            yield from self._rows(path, permission, {})
        except NotFound as error:
            if error.status != 404:
                raise
