"""`HarvestApi` over Harvest v3 (facts: greenhouse.md, sections 1 to 4)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import batched
from typing import Any, Self

from goodword.greenhouse.client import paging
from goodword.greenhouse.client.errors import Forbidden
from goodword.greenhouse.client.oauth import OAuth
from goodword.greenhouse.client.paging import MAX_IDS, batches, pages
from goodword.greenhouse.client.permissions import (
    ACTIVITY_FEED,
    APPLICATION_STAGES,
    APPLICATIONS,
    CANDIDATES,
    DEPARTMENTS,
    JOB_OWNERS,
    JOB_POSTS,
    JOB_STAGES,
    JOBS,
    OFFICES,
    REJECTION_DETAILS,
    REJECTION_REASONS,
    USERS,
    V3_PERMISSIONS,
    Permission,
    ProbeResult,
)
from goodword.greenhouse.client.records import Record, candidate_of, record_of, user_of
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
from goodword.greenhouse.client.v3 import records
from goodword.greenhouse.client.v3.probe import Prober


class HarvestV3:
    """See `HarvestApi`."""

    def __init__(self, session: Session, *, oauth: OAuth, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock
        self._completion = _Completion(session)
        self._prober = Prober(session, oauth=oauth)

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """See `HarvestApi.permissions`."""
        return V3_PERMISSIONS

    def account(self) -> str | None:
        """See `HarvestApi.account`."""
        try:
            known = self._prober.introspected()
        except Forbidden:  # a credential without any scope gets no token
            return None
        return known.organisation if known else None

    def knows_key(self) -> bool:
        """See `HarvestApi.knows_key`. v3 refuses the token already."""
        return False

    def who_am_i(self) -> Actor:
        """See `HarvestApi.who_am_i`. If the token has no claims, the list of users is read."""
        known = self._prober.introspected()
        if known is None or known.user_id is None or known.site_admin is not None:
            return Actor(known.user_id, known.site_admin) if known else Actor()
        params = {"show_service_accounts": "true"}
        try:
            users = list(self._by_id("/users", USERS, [known.user_id], params))
        except Forbidden:
            users = []
        return Actor(known.user_id, user_of(users[0]).site_admin if users else None)

    def application(self, application_id: int) -> Application | None:
        """See `HarvestApi.application`."""
        return next(self.applications_by_id([application_id]), None)

    def applications_by_id(self, application_ids: Iterable[int]) -> Iterator[Application]:
        """See `HarvestApi.applications_by_id`."""
        for ids in batched(dict.fromkeys(application_ids), MAX_IDS):
            page = list(self._by_id("/applications", APPLICATIONS, ids))
            yield from self._completion.applications(page)

    def applications(
        self,
        *,
        job_ids: Iterable[int] | None = None,
        status: ApplicationStatus | None = None,
        updated_since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Application]:
        """See `HarvestApi.applications`."""
        until = until or self._clock()
        for params in application_filters(
            job_ids=job_ids, status=status, updated_since=updated_since, until=until
        ):
            for page in pages(self._session, "/applications", permission=APPLICATIONS, params=params):
                yield from self._completion.applications(page)

    def application_stages_of(self, application_ids: Iterable[int]) -> Iterator[ApplicationStage]:
        """See `HarvestApi.application_stages_of`."""
        for ids in batched(dict.fromkeys(application_ids), MAX_IDS):
            for row in self._completion.stages(ids).values():
                if (stage_id := row.id_or_none("job_interview_stage_id")) is not None:
                    yield ApplicationStage(row.id("application_id"), stage_id, row.moment("entered_at"))

    def candidate(self, candidate_id: int) -> Candidate | None:
        """See `HarvestApi.candidate`."""
        return next(self.candidates([candidate_id]), None)

    def candidates(self, candidate_ids: Iterable[int]) -> Iterator[Candidate]:
        """See `HarvestApi.candidates`."""
        return map(candidate_of, self._by_id("/candidates", CANDIDATES, candidate_ids))

    def people_of(self, applications: Mapping[int, int | None]) -> Iterator[tuple[Application, Candidate]]:
        """See `HarvestApi.people_of`."""
        found = list(self.applications_by_id(applications))
        people = {one.id: one for one in self.candidates(one.candidate_id for one in found)}
        return ((one, people[one.candidate_id]) for one in found if one.candidate_id in people)

    def candidates_changed(self, *, since: datetime, until: datetime) -> Iterator[Candidate]:
        """See `HarvestApi.candidates_changed`."""
        params = {"updated_at": window(since, until)}
        return map(candidate_of, paging.rows(self._session, "/candidates", CANDIDATES, params))

    def job(self, job_id: int) -> Job | None:
        """See `HarvestApi.job`."""
        return next(self._named(self._by_id("/jobs", JOBS, [job_id])), None)

    def jobs(self, status: JobStatus | None = None) -> Iterator[Job]:
        """See `HarvestApi.jobs`."""
        params = {"status": status.value} if status is not None else {}
        return self._named(paging.rows(self._session, "/jobs", JOBS, params))

    def jobs_by_id(self, job_ids: Iterable[int]) -> Iterator[Job]:
        """See `HarvestApi.jobs_by_id`."""
        for record in self._by_id("/jobs", JOBS, job_ids):
            yield records.job_of(record, departments={}, offices={})

    def job_posts(self, job_ids: Iterable[int] | None = None) -> Iterator[JobPost]:
        """See `HarvestApi.job_posts`. Without deleted posts."""
        return map(records.post_of, self._of_jobs("/job_posts", JOB_POSTS, job_ids))

    def job_stages(self, job_ids: Iterable[int]) -> Iterator[JobStage]:
        """See `HarvestApi.job_stages`. Includes inactive ones."""
        return map(records.stage_of, self._of_jobs("/job_interview_stages", JOB_STAGES, job_ids))

    def job_owners(self, job_ids: Iterable[int]) -> Iterator[JobOwner]:
        """See `HarvestApi.job_owners`."""
        return map(records.owner_of, self._of_jobs("/job_owners", JOB_OWNERS, job_ids))

    def rejection_reasons(self) -> Iterator[RejectionReason]:
        """See `HarvestApi.rejection_reasons`."""
        params = {"include_defaults": "true"}
        return map(
            records.reason_of, paging.rows(self._session, "/rejection_reasons", REJECTION_REASONS, params)
        )

    def user(self, user_id: int) -> User | None:
        """See `HarvestApi.user`."""
        return next(self.users(user_ids=[user_id]), None)

    def users(self, *, user_ids: Iterable[int] | None = None, email: str | None = None) -> Iterator[User]:
        """See `HarvestApi.users`."""
        if user_ids is not None:
            return map(user_of, self._by_id("/users", USERS, user_ids))
        params = {"primary_email": email} if email else {}
        return map(user_of, paging.rows(self._session, "/users", USERS, params))

    def notes(self, candidate_id: int) -> Iterator[Note]:
        """See `HarvestApi.notes`. The feed also contains mails and moves, by `type`."""
        for record in paging.rows_of(
            self._session,
            "/notes",
            ACTIVITY_FEED,
            by="candidate_ids",
            ids=[candidate_id],
            params={"type": "NOTE"},
        ):
            if record.text("type") in ("NOTE", ""):
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
        """See `HarvestApi.post_note`. The type is called `note_type` in writing and `type` in reading."""
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
        return records.note_of(record_of(answer), candidate_id=candidate_id)

    def stage_entered_at(self, application_id: int) -> datetime | None:
        """See `HarvestApi.stage_entered_at`."""
        stage = self._completion.current_stage(application_id)
        return stage.moment("entered_at") if stage else None

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

    def _named(self, rows: Iterator[Record]) -> Iterator[Job]:
        """Jobs with the names of their departments and offices, which are read once and only if a job has any."""
        for record in rows:
            departments = self._departments if record.id_or_none("department_id") else {}
            offices = self._offices if record.ids("office_ids") else {}
            yield records.job_of(record, departments=departments, offices=offices)

    @cached_property
    def _departments(self) -> dict[int, str]:
        return paging.names(self._session, "/departments", DEPARTMENTS)

    @cached_property
    def _offices(self) -> dict[int, str]:
        return paging.names(self._session, "/offices", OFFICES)

    def _by_id(
        self,
        path: str,
        permission: Permission,
        ids: Iterable[int],
        params: Mapping[str, str] | None = None,
    ) -> Iterator[Record]:
        """The rows with these ids, checked again, since a proxy may drop the filter."""
        wanted = dict.fromkeys(ids)
        found = paging.rows_of(self._session, path, permission, by="ids", ids=wanted, params=params)
        return (row for row in found if row.id() in wanted)

    def _of_jobs(self, path: str, permission: Permission, job_ids: Iterable[int] | None) -> Iterator[Record]:
        if job_ids is None:
            return paging.rows(self._session, path, permission)
        return paging.rows_of(self._session, path, permission, by="job_ids", ids=job_ids)


def window(since: datetime, until: datetime) -> str:
    """A filter for `updated_at`, both ends included. The only place that formats dates (greenhouse.md, C5).

    Lists come newest id first, so without an end a row that changes during the reading could appear on a later page.
    """
    return f"gte|{_text(since)}|lte|{_text(until)}"


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def application_filters(
    *,
    job_ids: Iterable[int] | None,
    status: ApplicationStatus | None,
    updated_since: datetime | None,
    until: datetime,
) -> Iterator[dict[str, str]]:
    """A set of filters for each fifty jobs. `active` in the filter is `in_process` in the rows."""
    params: dict[str, str] = {}
    if status is not None:
        params["status"] = status.value
    if updated_since is not None:
        params["updated_at"] = window(updated_since, until)
    if job_ids is None:
        yield params
        return
    for ids in batches(job_ids):
        yield {**params, "job_ids": ids}


class _Completion:
    """Reads what an application's row lacks, per page, so that a sync pays one call for fifty applications.

    `job_interview_stage_id` and `rejection_reason_id` came in the summer of 2026 and may be absent; the name of a
    rejection reason is never in the row.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reasons: dict[int, str] | None = None

    def applications(self, page: Sequence[Record]) -> Iterator[Application]:
        """The applications of one page, in its order."""
        found = [records.application_of(record) for record in page]
        stages = self.stages(
            [
                a.id
                for a, r in zip(found, page, strict=True)
                if not r.has("job_interview_stage_id") and not a.prospect
            ]
        )
        reasons = self._reason_ids(
            [
                a.id
                for a, r in zip(found, page, strict=True)
                if a.status is ApplicationStatus.REJECTED and not r.has("rejection_reason_id")
            ]
        )
        for application in found:
            completed = application
            if stage := stages.get(application.id):
                completed = replace(
                    completed,
                    stage_id=stage.id_or_none("job_interview_stage_id"),
                    stage_entered_at=stage.moment("entered_at"),
                )
            reason_id = completed.rejection_reason_id or reasons.get(application.id)
            if reason_id is not None:
                name = self._reason_name(reason_id)
                completed = replace(completed, rejection_reason_id=reason_id, rejection_reason_name=name)
            yield completed

    def current_stage(self, application_id: int) -> Record | None:
        """The application's row for its current stage."""
        return self.stages([application_id]).get(application_id)

    def stages(self, application_ids: Sequence[int]) -> dict[int, Record]:
        """Current stage rows by application, fifty per call. Raises Forbidden without the permission."""
        rows = paging.rows_of(
            self._session,
            "/application_stages",
            APPLICATION_STAGES,
            by="application_ids",
            ids=application_ids,
            params={"current": "true"},
        )
        # There are rows for stages never entered, too, so the filter is checked.
        return {row.id("application_id"): row for row in rows if row.flag("current")}

    def _reason_ids(self, application_ids: Sequence[int]) -> dict[int, int]:
        """Rejection reasons by application; none without the permission, since the rejection itself is known."""
        rows = paging.rows_of(
            self._session,
            "/rejection_details",
            REJECTION_DETAILS,
            by="application_ids",
            ids=application_ids,
        )
        try:
            return {
                row.id("application_id"): reason_id
                for row in rows
                if (reason_id := row.id_or_none("rejection_reason_id")) is not None
            }
        except Forbidden:
            return {}

    def _reason_name(self, reason_id: int) -> str | None:
        if self._reasons is None or reason_id not in self._reasons:
            self._reasons = paging.names(
                self._session, "/rejection_reasons", REJECTION_REASONS, include_defaults=True
            )
        return self._reasons.get(reason_id)
