"""`HarvestApi` over Harvest v1 (facts: greenhouse.md, section 7)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Self

from goodword.greenhouse.client.errors import HarvestError, Invalid, NotFound, Where
from goodword.greenhouse.client.paging import batches, pages
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
from goodword.greenhouse.client.records import Record, candidate_of, record_of, records_of, user_of
from goodword.greenhouse.client.session import Session
from goodword.greenhouse.client.types import (
    Actor,
    Application,
    ApplicationStage,
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
from goodword.greenhouse.client.v1 import records
from goodword.greenhouse.client.v1.probe import probe

#: a path that does not exist in Harvest v1
NOWHERE = "/what_this_key_may_do"


class HarvestV1:
    """See `HarvestApi`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """See `HarvestApi.permissions`."""
        return V1_PERMISSIONS

    def account(self) -> str | None:
        """See `HarvestApi.account`. Unknown in v1."""
        return None

    def who_am_i(self) -> Actor:
        """See `HarvestApi.who_am_i`. A v1 key has no user."""
        return Actor()

    def knows_key(self) -> bool:
        """See `HarvestApi.knows_key`. v1 checks the key before the path (greenhouse.md, 7): an unknown path gets
        401 with a wrong key, and 404 with one that has no permissions."""
        try:
            self._session.get(NOWHERE, permission=APPLICATIONS)
        except NotFound:
            return True
        except HarvestError:
            return False
        return True

    def application(self, application_id: int) -> Application | None:
        """See `HarvestApi.application`."""
        record = self._one(f"/applications/{application_id}", APPLICATIONS)
        return records.application_of(record) if record else None

    def applications_by_id(self, application_ids: Iterable[int]) -> Iterator[Application]:
        """See `HarvestApi.applications_by_id`."""
        found = map(self.application, dict.fromkeys(application_ids))
        return (application for application in found if application is not None)

    def applications(
        self,
        *,
        job_ids: Iterable[int] | None = None,
        status: ApplicationStatus | None = None,
        updated_since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Application]:
        """See `HarvestApi.applications`. v1 filters by a job and by the last activity, not by `until`."""
        params: dict[str, str] = {}
        if status is not None:
            params["status"] = status.value
        if updated_since is not None:
            params["last_activity_after"] = updated_since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if job_ids is None:
            filters = [params]
        else:
            filters = [{**params, "job_id": str(job_id)} for job_id in dict.fromkeys(job_ids)]
        end = until if updated_since is not None else None
        for chosen in filters:
            for record in self._rows("/applications", APPLICATIONS, chosen):
                application = records.application_of(record)
                if end is None or application.last_activity_at is None or application.last_activity_at <= end:
                    yield application

    def application_stages_of(self, application_ids: Iterable[int]) -> Iterator[ApplicationStage]:
        """See `HarvestApi.application_stages_of`. Unknown in v1."""
        del application_ids
        return iter(())

    def candidate(self, candidate_id: int) -> Candidate | None:
        """See `HarvestApi.candidate`."""
        record = self._one(f"/candidates/{candidate_id}", CANDIDATES)
        return candidate_of(record) if record else None

    def candidates(self, candidate_ids: Iterable[int]) -> Iterator[Candidate]:
        """See `HarvestApi.candidates`."""
        for ids in batches(candidate_ids):
            for record in self._rows("/candidates", CANDIDATES, {"candidate_ids": ids}):
                yield candidate_of(record)

    def people_of(self, applications: Mapping[int, int | None]) -> Iterator[tuple[Application, Candidate]]:
        """See `HarvestApi.people_of`."""
        for ids in batches(one for one in applications.values() if one is not None):
            for record in self._rows("/candidates", CANDIDATES, {"candidate_ids": ids}):
                person = candidate_of(record)
                for row in record.children("applications"):
                    if row.id() in applications:
                        yield records.application_of(row), person

    def candidates_changed(self, *, since: datetime, until: datetime) -> Iterator[Candidate]:
        """See `HarvestApi.candidates_changed`."""
        params = {
            "updated_after": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "updated_before": until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        for record in self._rows("/candidates", CANDIDATES, params):
            yield candidate_of(record)

    def job(self, job_id: int) -> Job | None:
        """See `HarvestApi.job`."""
        record = self._one(f"/jobs/{job_id}", JOBS)
        return records.job_of(record) if record else None

    def jobs(self, status: JobStatus | None = None) -> Iterator[Job]:
        """See `HarvestApi.jobs`."""
        params = {"status": status.value} if status is not None else {}
        for record in self._rows("/jobs", JOBS, params):
            yield records.job_of(record)

    def jobs_by_id(self, job_ids: Iterable[int]) -> Iterator[Job]:
        """See `HarvestApi.jobs_by_id`."""
        for job_id in dict.fromkeys(job_ids):
            if record := self._one(f"/jobs/{job_id}", JOBS):
                yield records.job_of(record)

    def job_posts(self, job_ids: Iterable[int] | None = None) -> Iterator[JobPost]:
        """See `HarvestApi.job_posts`."""
        if job_ids is None:
            paths = ["/job_posts"]
        else:
            paths = [f"/jobs/{job_id}/job_posts" for job_id in dict.fromkeys(job_ids)]
        for path in paths:
            for record in self._visible_rows(path, JOB_POSTS):
                yield records.post_of(record)

    def job_stages(self, job_ids: Iterable[int]) -> Iterator[JobStage]:
        """See `HarvestApi.job_stages`."""
        for job_id in dict.fromkeys(job_ids):
            for record in self._visible_rows(f"/jobs/{job_id}/stages", JOB_STAGES):
                yield records.stage_of(record, job_id=job_id)

    def job_owners(self, job_ids: Iterable[int]) -> Iterator[JobOwner]:
        """See `HarvestApi.job_owners`. In v1 part of the job."""
        for job_id in dict.fromkeys(job_ids):
            if job := self._one(f"/jobs/{job_id}", JOBS):
                yield from records.owners_of(job)

    def rejection_reasons(self) -> Iterator[RejectionReason]:
        """See `HarvestApi.rejection_reasons`. This list has one page only."""
        answer = self._session.get(
            "/rejection_reasons", permission=REJECTION_REASONS, params={"include_defaults": "true"}
        )
        for record in records_of(answer):
            yield records.reason_of(record)

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

    def notes(self, candidate_id: int) -> Iterator[Note]:
        """See `HarvestApi.notes`. The whole feed, newest first."""
        feed = self._one(f"/candidates/{candidate_id}/activity_feed", ACTIVITY_FEED)
        for record in feed.children("notes") if feed else []:
            yield records.note_of(record, candidate_id=candidate_id)

    def post_note(
        self,
        *,
        candidate_id: int,
        application_id: int | None,
        body: str,
        author_id: int | None,
        visibility: Visibility,
    ) -> Note:
        """See `HarvestApi.post_note`. v1 notes belong to no application; the author is also the actor."""
        path = f"/candidates/{candidate_id}/activity_feed/notes"
        if author_id is None:
            raise Invalid(Where("POST", path), detail="A note needs a Greenhouse user as its author.")
        answer = self._session.post(
            path,
            permission=V1_NOTES,
            body={"user_id": author_id, "body": body, "visibility": visibility.value},
            headers={"On-Behalf-Of": str(author_id)},
        )
        return records.note_of(record_of(answer), candidate_id=candidate_id, application_id=application_id)

    def stage_entered_at(self, application_id: int) -> datetime | None:
        """See `HarvestApi.stage_entered_at`. Unknown in v1."""
        del application_id
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
        """One record; None for 404. A 410 means that v1 itself was switched off."""
        try:
            return record_of(self._session.get(path, permission=permission))
        except NotFound as error:
            if error.status == 404:
                return None
            raise

    def _rows(self, path: str, permission: Permission, params: dict[str, str]) -> Iterator[Record]:
        """All rows of a list. `skip_count` saves Greenhouse from counting them first."""
        chosen = {**params, "skip_count": "true"}
        for page in pages(self._session, path, permission=permission, params=chosen):
            yield from page

    def _visible_rows(self, path: str, permission: Permission) -> Iterator[Record]:
        """The rows below a record; none if the record is not visible."""
        try:
            yield from self._rows(path, permission, {})
        except NotFound as error:
            if error.status != 404:
                raise
