"""`HarvestApi` over Harvest v3 (facts: greenhouse.md, sections 1 to 4)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Self

from goodword.greenhouse.client.oauth import OAuth
from goodword.greenhouse.client.paging import pages
from goodword.greenhouse.client.parse import Record, record_of
from goodword.greenhouse.client.people import candidate_of, user_of
from goodword.greenhouse.client.permissions import (
    ACTIVITY_FEED,
    APPLICATIONS,
    CANDIDATES,
    DEPARTMENTS,
    JOB_OWNERS,
    JOB_POSTS,
    JOB_STAGES,
    JOBS,
    OFFICES,
    REJECTION_REASONS,
    USERS,
    V3_PERMISSIONS,
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
from goodword.greenhouse.client.v3 import lists, read
from goodword.greenhouse.client.v3.complete import Completion
from goodword.greenhouse.client.v3.filters import application_filters
from goodword.greenhouse.client.v3.probe import Prober


class HarvestV3:
    """See `HarvestApi`."""

    def __init__(self, session: Session, *, oauth: OAuth, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock
        self._completion = Completion(session)
        self._prober = Prober(session, oauth=oauth)

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """The article's seven, and users, job owners and application stages."""
        return V3_PERMISSIONS

    def application(self, application_id: int) -> Application | None:
        """See `HarvestApi.application`."""
        page = list(self._by_id("/applications", APPLICATIONS, [application_id]))
        return next(self._completion.applications(page), None)

    def applications(
        self,
        *,
        job_ids: Iterable[int] | None = None,
        status: ApplicationStatus | None = None,
        updated_since: datetime | None = None,
    ) -> Iterator[Application]:
        """See `HarvestApi.applications`."""
        for params in application_filters(
            job_ids=job_ids, status=status, updated_since=updated_since, now=self._clock()
        ):
            for page in pages(self._session, "/applications", permission=APPLICATIONS, params=params):
                yield from self._completion.applications(page)

    def candidate(self, candidate_id: int) -> Candidate | None:
        """See `HarvestApi.candidate`."""
        return next(self.candidates([candidate_id]), None)

    def candidates(self, candidate_ids: Iterable[int]) -> Iterator[Candidate]:
        """See `HarvestApi.candidates`."""
        return map(candidate_of, self._by_id("/candidates", CANDIDATES, candidate_ids))

    def jobs(self, status: JobStatus | None = None) -> Iterator[Job]:
        """See `HarvestApi.jobs`."""
        departments = lists.names(self._session, "/departments", DEPARTMENTS)
        offices = lists.names(self._session, "/offices", OFFICES)
        params = {"status": status.value} if status is not None else {}
        for record in lists.rows(self._session, "/jobs", JOBS, params):
            yield read.job_of(record, departments=departments, offices=offices)

    def jobs_by_id(self, job_ids: Iterable[int]) -> Iterator[Job]:
        """See `HarvestApi.jobs_by_id`."""
        for record in self._by_id("/jobs", JOBS, job_ids):
            yield read.job_of(record, departments={}, offices={})

    def job_posts(self, job_ids: Iterable[int] | None = None) -> Iterator[JobPost]:
        """See `HarvestApi.job_posts`. Greenhouse leaves deleted posts out."""
        return map(read.post_of, self._of_jobs("/job_posts", JOB_POSTS, job_ids))

    def job_stages(self, job_ids: Iterable[int]) -> Iterator[JobStage]:
        """See `HarvestApi.job_stages`. Inactive ones are among them."""
        return map(read.stage_of, self._of_jobs("/job_interview_stages", JOB_STAGES, job_ids))

    def rejection_reasons(self) -> Iterator[RejectionReason]:
        """See `HarvestApi.rejection_reasons`."""
        params = {"include_defaults": "true"}
        return map(read.reason_of, lists.rows(self._session, "/rejection_reasons", REJECTION_REASONS, params))

    def user(self, user_id: int) -> User | None:
        """See `HarvestApi.user`."""
        return next(self.users(user_ids=[user_id]), None)

    def users(self, *, user_ids: Iterable[int] | None = None, email: str | None = None) -> Iterator[User]:
        """See `HarvestApi.users`."""
        if user_ids is not None:
            return map(user_of, self._by_id("/users", USERS, user_ids))
        params = {"primary_email": email} if email else {}
        return map(user_of, lists.rows(self._session, "/users", USERS, params))

    def job_owners(self, job_ids: Iterable[int]) -> Iterator[JobOwner]:
        """See `HarvestApi.job_owners`."""
        return map(read.owner_of, self._of_jobs("/job_owners", JOB_OWNERS, job_ids))

    def notes(self, candidate_id: int) -> Iterator[Note]:
        """See `HarvestApi.notes`. The feed holds mails and moves too, by `type`."""
        for record in lists.rows_of(
            self._session,
            "/notes",
            ACTIVITY_FEED,
            by="candidate_ids",
            ids=[candidate_id],
            params={"type": "NOTE"},
        ):
            if record.text("type") in ("NOTE", ""):
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
        """See `HarvestApi.post_note`. The kind is `note_type` in writing and `type` in reading."""
        sent: dict[str, Any] = {
            "candidate_id": candidate_id,
            "body": body,
            "note_type": "NOTE",
            "visibility": visibility.value,
        }
        if application_id is not None:
            sent["application_id"] = application_id
        if author_id is not None:
            sent["user_id"] = author_id
        answer = self._session.post("/notes", permission=ACTIVITY_FEED, body=sent)
        return read.note_of(record_of(answer), candidate_id=candidate_id)

    def stage_entered_at(self, application_id: int) -> datetime | None:
        """See `HarvestApi.stage_entered_at`."""
        stage = self._completion.current_stage(application_id)
        return stage.moment("entered_at") if stage else None

    def account_name(self) -> str | None:
        """See `HarvestApi.account_name`."""
        return self._prober.organisation()

    def probe(self, permission: Permission) -> ProbeResult:
        """See `HarvestApi.probe`."""
        return self._prober.probe(permission)

    def close(self) -> None:
        """See `HarvestApi.close`."""
        self._session.close()

    def __enter__(self) -> Self:
        """See `HarvestApi.__enter__`."""
        return self

    def __exit__(self, *raised: object) -> None:
        """See `HarvestApi.__exit__`."""
        self.close()

    def _by_id(self, path: str, permission: Permission, ids: Iterable[int]) -> Iterator[Record]:
        """The rows with these ids and no others, whatever a proxy makes of the filter."""
        wanted = set(ids)
        found = lists.rows_of(self._session, path, permission, by="ids", ids=wanted)
        return (row for row in found if row.id() in wanted)

    def _of_jobs(self, path: str, permission: Permission, job_ids: Iterable[int] | None) -> Iterator[Record]:
        if job_ids is None:
            return lists.rows(self._session, path, permission)
        return lists.rows_of(self._session, path, permission, by="job_ids", ids=job_ids)
