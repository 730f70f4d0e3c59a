from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from itertools import batched
from typing import Any, Self

from goodword.greenhouse.client.authentication import Introspection, OAuth
from goodword.greenhouse.client.errors import SITE_ADMIN, Forbidden, HarvestError
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
    HarvestPermission,
    PermissionState,
    ProbeResult,
)
from goodword.greenhouse.client.records import (
    JOB_STATUSES,
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
    OwnerKind,
    Record,
    User,
    Visibility,
    candidate_of,
    post_of,
    record_of,
    records_of,
    user_of,
)
from goodword.greenhouse.client.session import (
    MAX_IDS,
    POSTS_PER_PAGE,
    Session,
    batches,
    names,
    pages,
    rows,
    rows_of,
    window,
)

_NEVER = datetime.min.replace(tzinfo=UTC)


class HarvestV3:
    def __init__(self, session: Session, *, oauth: OAuth, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock
        self._completion = _Completion(session)
        self._prober = Prober(session, oauth=oauth)

    @property
    def permissions(self) -> tuple[HarvestPermission, ...]:
        return V3_PERMISSIONS

    @property
    def left_out(self) -> int:
        return self._session.left_out

    @property
    def unreadable(self) -> HarvestError | None:
        return self._session.unreadable

    def account(self) -> str | None:
        try:
            known = self._prober.introspected()
        except Forbidden:  # a credential without scopes gets no token
            return None
        return known.organisation if known else None

    def knows_key(self) -> bool:
        return False

    def application(self, application_id: int) -> Application | None:
        return self._session.only(self.applications_by_id([application_id]))

    def applications_by_id(self, application_ids: Iterable[int]) -> Iterator[Application]:
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
        until = until or self._clock()
        for params in application_filters(
            job_ids=job_ids, status=status, updated_since=updated_since, until=until
        ):
            for page in pages(self._session, "/applications", permission=APPLICATIONS, params=params):
                yield from self._completion.applications(page)

    def application_stages_of(self, application_ids: Iterable[int]) -> Iterator[ApplicationStage]:
        for ids in batched(dict.fromkeys(application_ids), MAX_IDS):
            for row in self._completion.stages(ids).values():
                if (stage_id := row.id_or_none("job_interview_stage_id")) is not None:
                    yield ApplicationStage(row.id("application_id"), stage_id, row.moment("entered_at"))

    def candidate(self, candidate_id: int) -> Candidate | None:
        return self._session.only(self.candidates([candidate_id]))

    def candidates(self, candidate_ids: Iterable[int]) -> Iterator[Candidate]:
        return self._session.parsed(candidate_of, self._by_id("/candidates", CANDIDATES, candidate_ids))

    def people_of(self, applications: Mapping[int, int | None]) -> Iterator[tuple[Application, Candidate]]:
        found = list(self.applications_by_id(applications))
        people = {
            candidate.id: candidate
            for candidate in self.candidates(application.candidate_id for application in found)
        }
        return (
            (application, people[application.candidate_id])
            for application in found
            if application.candidate_id in people
        )

    def candidates_changed(self, *, since: datetime, until: datetime) -> Iterator[Candidate]:
        params = {"updated_at": window(since, until)}
        return self._session.parsed(candidate_of, rows(self._session, "/candidates", CANDIDATES, params))

    def job(self, job_id: int) -> Job | None:
        return self._session.only(self._named(self._by_id("/jobs", JOBS, [job_id])))

    def jobs(self, status: JobStatus | None = None) -> Iterator[Job]:
        params = {"status": status.value} if status is not None else {}
        return self._named(rows(self._session, "/jobs", JOBS, params))

    def jobs_by_id(self, job_ids: Iterable[int]) -> Iterator[Job]:
        parse = partial(job_of, departments={}, offices={})
        return self._session.parsed(parse, self._by_id("/jobs", JOBS, job_ids))

    def job_posts(self, job_ids: Iterable[int] | None = None) -> Iterator[JobPost]:
        params = {"per_page": str(POSTS_PER_PAGE)}
        return self._session.parsed(post_of, self._of_jobs("/job_posts", JOB_POSTS, job_ids, params))

    def job_stages(self, job_ids: Iterable[int]) -> Iterator[JobStage]:
        found = self._of_jobs("/job_interview_stages", JOB_STAGES, job_ids)
        return self._session.parsed(stage_of, found)

    def job_owners(self, job_ids: Iterable[int]) -> Iterator[JobOwner]:
        return self._session.parsed(owner_of, self._of_jobs("/job_owners", JOB_OWNERS, job_ids))

    def user(self, user_id: int) -> User | None:
        return self._session.only(self.users(user_ids=[user_id]))

    def users(self, *, user_ids: Iterable[int] | None = None, email: str | None = None) -> Iterator[User]:
        if user_ids is not None:
            return self._session.parsed(user_of, self._by_id("/users", USERS, user_ids))
        params = {"primary_email": email} if email else {}
        return self._session.parsed(user_of, rows(self._session, "/users", USERS, params))

    def notes(self, candidate_id: int) -> Iterator[Note]:
        """Read the notes on the feed, which also contains e-mails and moves. `type` distinguishes them."""
        feed = rows_of(
            self._session,
            "/notes",
            ACTIVITY_FEED,
            by="candidate_ids",
            ids=[candidate_id],
            params={"type": "NOTE"},
        )
        found = (record for record in feed if record.text("type") in ("NOTE", ""))
        return (note_of(record, candidate_id=candidate_id) for record in found)

    def post_note(
        self,
        *,
        candidate_id: int,
        application_id: int | None,
        body: str,
        author_id: int | None,
        visibility: Visibility,
    ) -> Note:
        """Post a note. Its type is called `note_type` when writing and `type` when reading."""
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
        return note_of(record_of(answer), candidate_id=candidate_id)

    def stage_entered_at(self, application_id: int) -> datetime | None:
        stage = self._completion.current_stage(application_id)
        return stage.moment("entered_at") if stage else None

    def probe(self, permission: HarvestPermission) -> ProbeResult:
        return self._prober.probe(permission)

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def _named(self, rows: Iterator[Record]) -> Iterator[Job]:
        """Add the names of departments and offices, which are read once, and only if a job has any."""

        def parse(record: Record) -> Job:
            departments = self._departments if record.id_or_none("department_id") else {}
            offices = self._offices if record.ids("office_ids") else {}
            return job_of(record, departments=departments, offices=offices)

        return self._session.parsed(parse, rows)

    @cached_property
    def _departments(self) -> dict[int, str]:
        return names(self._session, "/departments", DEPARTMENTS)

    @cached_property
    def _offices(self) -> dict[int, str]:
        return names(self._session, "/offices", OFFICES)

    def _by_id(
        self,
        path: str,
        permission: HarvestPermission,
        ids: Iterable[int],
        params: Mapping[str, str] | None = None,
    ) -> Iterator[Record]:
        """Read rows by id. Their ids are checked again, in case a proxy dropped the filter. Rows without an id are kept
        for `Session.parsed` to count."""
        wanted = dict.fromkeys(ids)
        found = rows_of(self._session, path, permission, by="ids", ids=wanted, params=params)
        ids_found = ((row.id_or_none("id"), row) for row in found)
        return (row for row_id, row in ids_found if row_id is None or row_id in wanted)

    def _of_jobs(
        self,
        path: str,
        permission: HarvestPermission,
        job_ids: Iterable[int] | None,
        params: Mapping[str, str] | None = None,
    ) -> Iterator[Record]:
        if job_ids is None:
            return rows(self._session, path, permission, params)
        return rows_of(self._session, path, permission, by="job_ids", ids=job_ids, params=params)


def application_filters(
    *,
    job_ids: Iterable[int] | None,
    status: ApplicationStatus | None,
    updated_since: datetime | None,
    until: datetime,
) -> Iterator[dict[str, str]]:
    """Yield one filter for every fifty jobs. `active` in the filter is called `in_process` in the rows."""
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


def _has_unknown_stage(application: Application, record: Record) -> bool:
    """Whether it hasn't ended and is in a stage, but `job_interview_stage_id`, which Greenhouse added in 2026, is
    null."""
    open_ = application.status in (ApplicationStatus.ACTIVE, ApplicationStatus.UNKNOWN)
    known = application.stage_id is not None or not record.has("job_interview_stage_id")
    return open_ and not application.prospect and not known and record.id_or_none("stage_id") is not None


class _Completion:
    """Reads what is missing from application rows, fifty rows per call; the name of a rejection reason always is. If a
    stage can't be read, the applications that may be in it are left out."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reasons: dict[int, str] | None = None

    def applications(self, page: Sequence[Record]) -> Iterator[Application]:
        found = list(self._session.parsed(lambda record: (application_of(record), record), page))
        without_stage = [
            a.id for a, record in found if not record.has("job_interview_stage_id") and not a.prospect
        ]
        unknown_stage = [a.id for a, record in found if _has_unknown_stage(a, record)]
        left_out = self._session.left_out
        stages = self.stages(without_stage)
        try:
            stages |= self.stages(unknown_stage)
        except Forbidden as error:
            self._session.leave_out(error, records=len(unknown_stage))
        if self._session.left_out > left_out:
            unreadable = {*without_stage, *unknown_stage} - stages.keys()
            found = [(a, record) for a, record in found if a.id not in unreadable]
        reasons = self._reason_ids(
            [
                a.id
                for a, record in found
                if a.status is ApplicationStatus.REJECTED and not record.has("rejection_reason_id")
            ]
        )
        for application, _ in found:
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
        return self.stages([application_id]).get(application_id)

    def stages(self, application_ids: Sequence[int]) -> dict[int, Record]:
        rows = rows_of(
            self._session,
            "/application_stages",
            APPLICATION_STAGES,
            by="application_ids",
            ids=application_ids,
            params={"current": "true"},
        )
        # There are also rows for stages that were never entered, so check the flag. The last one entered counts.
        readable = self._session.parsed(lambda row: (row.id("application_id"), row), rows)
        current = [(application_id, row) for application_id, row in readable if row.flag("current")]
        return dict(sorted(current, key=lambda pair: pair[1].moment("entered_at") or _NEVER))

    def _reason_ids(self, application_ids: Sequence[int]) -> dict[int, int]:
        """Return ids of rejection reasons by application id. Empty without the permission, since we know of the
        rejection anyway."""
        rows = rows_of(
            self._session,
            "/rejection_details",
            REJECTION_DETAILS,
            by="application_ids",
            ids=application_ids,
        )
        try:
            return {
                application_id: reason_id
                for row in rows
                if (application_id := row.id_or_none("application_id")) is not None
                and (reason_id := row.id_or_none("rejection_reason_id")) is not None
            }
        except Forbidden:
            return {}

    def _reason_name(self, reason_id: int) -> str | None:
        if self._reasons is None or reason_id not in self._reasons:
            self._reasons = names(
                self._session, "/rejection_reasons", REJECTION_REASONS, include_defaults=True
            )
        return self._reasons.get(reason_id)


_LISTS = {
    APPLICATIONS: "/applications",
    CANDIDATES: "/candidates",
    ACTIVITY_FEED: "/notes",
    JOBS: "/jobs",
    JOB_POSTS: "/job_posts",
    JOB_STAGES: "/job_interview_stages",
    REJECTION_REASONS: "/rejection_reasons",
    USERS: "/users",
    JOB_OWNERS: "/job_owners",
    APPLICATION_STAGES: "/application_stages",
}


# never empty: each account has Greenhouse's built-in reasons, and the user who created the credential
_NEVER_EMPTY = (REJECTION_REASONS, USERS)


class Prober:
    def __init__(self, session: Session, *, oauth: OAuth) -> None:
        self._session = session
        self._oauth = oauth
        self._introspection: Introspection | None = None
        self._introspected = False

    def probe(self, permission: HarvestPermission) -> ProbeResult:
        known = self.introspected()
        writing = _writing(permission, known)
        lacking = _lacking(permission.reads, known)
        if lacking:
            unticked = lacking + (_lacking(permission.writes, known))
            return ProbeResult(permission, PermissionState.MISSING, writing, _tick(unticked))
        path = _LISTS.get(permission)
        if path is None:
            return ProbeResult(permission, PermissionState.UNTESTED, writing)
        params = {"per_page": "1"}
        if permission is REJECTION_REASONS:
            params["include_defaults"] = "true"
        try:
            found = records_of(self._session.get(path, permission=permission, params=params))
        except Forbidden as error:
            granted = known is not None and known.scopes is not None
            return ProbeResult(
                permission, PermissionState.MISSING, writing, SITE_ADMIN if granted else error.remedy
            )
        no_admin = known is not None and known.site_admin is False
        if not found and (permission in _NEVER_EMPTY or no_admin):
            return ProbeResult(permission, PermissionState.MISSING, writing, SITE_ADMIN)
        return ProbeResult(permission, PermissionState.GRANTED, writing, _on_writing(permission, writing))

    def introspected(self) -> Introspection | None:
        if not self._introspected:
            self._introspection = self._oauth.introspect()
            self._introspected = True
        return self._introspection


def _lacking(scopes: tuple[str, ...], known: Introspection | None) -> tuple[str, ...]:
    if known is None or known.scopes is None:
        return ()
    granted = known.scopes
    return tuple(scope for scope in scopes if scope not in granted)


def _writing(permission: HarvestPermission, known: Introspection | None) -> PermissionState | None:
    if not permission.writes:
        return None
    if known is None or known.scopes is None:
        return PermissionState.UNTESTED
    return PermissionState.MISSING if _lacking(permission.writes, known) else PermissionState.GRANTED


def _on_writing(permission: HarvestPermission, writing: PermissionState | None) -> str:
    if writing is PermissionState.MISSING:
        return f"Reading works, writing is missing. {_tick(permission.writes)}"
    if writing is PermissionState.UNTESTED:
        return "Reading works. Writing is untested until the first note."
    return ""


def _tick(scopes: tuple[str, ...]) -> str:
    return f"In Greenhouse, edit the credential and tick {' and '.join(scopes)} under Manage scopes."


_STATUSES = {
    "in_process": ApplicationStatus.ACTIVE,
    **{status.value: status for status in ApplicationStatus},
}


_OWNERS = {kind.value: kind for kind in OwnerKind}


_VISIBILITIES: dict[str, Visibility | None] = {
    "publicly_visible": Visibility.PUBLIC,
    "privately_visible": Visibility.PRIVATE,
    "admin_only_visible": Visibility.ADMIN_ONLY,
    **{visibility.value: visibility for visibility in Visibility},
}


def application_of(record: Record) -> Application:
    """Parse an application. Its stage is `job_interview_stage_id`, which may be missing (docs/greenhouse.md, 3.4);
    `_Completion` adds it."""
    return Application(
        id=record.id(),
        candidate_id=record.id("candidate_id"),
        job_id=record.id_or_none("job_id"),
        job_post_id=record.id_or_none("job_post_id"),
        status=record.choice("status", _STATUSES, otherwise=ApplicationStatus.UNKNOWN),
        prospect=record.flag("prospect"),
        stage_id=record.id_or_none("job_interview_stage_id"),
        stage_name=record.text_or_none("stage_name"),
        stage_entered_at=None,
        applied_at=record.moment("created_at"),
        rejected_at=record.moment("rejected_at"),
        last_activity_at=record.moment("last_activity_at"),
        rejection_reason_id=record.id_or_none("rejection_reason_id"),
        rejection_reason_name=None,
        recruiter_id=record.id_or_none("recruiter_id"),
        prospective_job_ids=record.ids("prospective_job_ids"),
    )


def job_of(record: Record, *, departments: Mapping[int, str], offices: Mapping[int, str]) -> Job:
    department_id = record.id_or_none("department_id")
    department = departments.get(department_id) if department_id else None
    return Job(
        id=record.id(),
        name=record.text("name"),
        requisition_id=record.text_or_none("requisition_id"),
        status=record.choice("status", JOB_STATUSES, otherwise=JobStatus.UNKNOWN),
        confidential=record.flag("confidential"),
        is_template=record.flag("is_template"),
        departments=(department,) if department else (),
        offices=tuple(offices[office_id] for office_id in record.ids("office_ids") if office_id in offices),
    )


def stage_of(record: Record) -> JobStage:
    return JobStage(
        id=record.id(),
        job_id=record.id("job_id"),
        name=record.text("name"),
        order=record.number("sort_order"),
        active=record.flag("active", default=True),
    )


def owner_of(record: Record) -> JobOwner:
    return JobOwner(
        job_id=record.id("job_id"),
        user_id=record.id("user_id"),
        kind=record.choice("type", _OWNERS, otherwise=OwnerKind.UNKNOWN),
        responsible=record.flag("responsible"),
    )


def note_of(record: Record, *, candidate_id: int) -> Note:
    """Parse a note. Greenhouse has different names for visibility when reading and writing."""
    return Note(
        id=record.id(),
        candidate_id=record.id_or_none("candidate_id") or candidate_id,
        application_id=record.id_or_none("application_id"),
        body=record.text("body"),
        user_id=record.id_or_none("user_id"),
        visibility=_VISIBILITIES.get(record.text("visibility").strip().lower()),
        created_at=record.moment("created_at"),
    )
