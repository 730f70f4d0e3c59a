from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Self

from goodword.greenhouse.client.errors import (
    Forbidden,
    HarvestError,
    Invalid,
    NotFound,
    RateLimited,
    Unavailable,
    Where,
)
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
    HarvestPermission,
    PermissionState,
    ProbeResult,
    missing,
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
from goodword.greenhouse.client.session import POSTS_PER_PAGE, Session, batches, pages

#: a path that doesn't exist in Harvest v1
NOWHERE = "/what_this_key_may_do"


class HarvestV1:
    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def permissions(self) -> tuple[HarvestPermission, ...]:
        return V1_PERMISSIONS

    @property
    def left_out(self) -> int:
        return self._session.left_out

    @property
    def unreadable(self) -> HarvestError | None:
        return self._session.unreadable

    def account(self) -> str | None:
        return None

    def knows_key(self) -> bool:
        """v1 checks the key before the path: an unknown path gives 401 for a wrong key and 404 for a known one."""
        try:
            self._session.get(NOWHERE, permission=APPLICATIONS)
        except NotFound:
            return True
        except (RateLimited, Unavailable):
            raise
        except HarvestError:
            return False
        return True

    def application(self, application_id: int) -> Application | None:
        record = self._one(f"/applications/{application_id}", APPLICATIONS)
        return application_of(record) if record else None

    def applications_by_id(self, application_ids: Iterable[int]) -> Iterator[Application]:
        for application_id in dict.fromkeys(application_ids):
            if record := self._one(f"/applications/{application_id}", APPLICATIONS):
                yield from self._session.parsed(application_of, [record])

    def applications(
        self,
        *,
        job_ids: Iterable[int] | None = None,
        status: ApplicationStatus | None = None,
        updated_since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Application]:
        """v1 filters by one job and by last activity. It has no `until`."""
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
            rows = self._rows("/applications", APPLICATIONS, chosen)
            for application in self._session.parsed(application_of, rows):
                if end is None or application.last_activity_at is None or application.last_activity_at <= end:
                    yield application

    def application_stages_of(self, application_ids: Iterable[int]) -> Iterator[ApplicationStage]:
        del application_ids
        return iter(())

    def candidate(self, candidate_id: int) -> Candidate | None:
        record = self._one(f"/candidates/{candidate_id}", CANDIDATES)
        return candidate_of(record) if record else None

    def candidates(self, candidate_ids: Iterable[int]) -> Iterator[Candidate]:
        for ids in batches(candidate_ids):
            rows = self._rows("/candidates", CANDIDATES, {"candidate_ids": ids})
            yield from self._session.parsed(candidate_of, rows)

    def people_of(self, applications: Mapping[int, int | None]) -> Iterator[tuple[Application, Candidate]]:
        for ids in batches(application for application in applications.values() if application is not None):
            rows = self._rows("/candidates", CANDIDATES, {"candidate_ids": ids})
            for person, record in self._session.parsed(lambda row: (candidate_of(row), row), rows):
                theirs = [
                    row for row in record.children("applications") if row.id_or_none("id") in applications
                ]
                yield from (
                    (application, person) for application in self._session.parsed(application_of, theirs)
                )

    def candidates_changed(self, *, since: datetime, until: datetime) -> Iterator[Candidate]:
        params = {
            "updated_after": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "updated_before": until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return self._session.parsed(candidate_of, self._rows("/candidates", CANDIDATES, params))

    def job(self, job_id: int) -> Job | None:
        record = self._one(f"/jobs/{job_id}", JOBS)
        return job_of(record) if record else None

    def jobs(self, status: JobStatus | None = None) -> Iterator[Job]:
        params = {"status": status.value} if status is not None else {}
        return self._session.parsed(job_of, self._rows("/jobs", JOBS, params))

    def jobs_by_id(self, job_ids: Iterable[int]) -> Iterator[Job]:
        for job_id in dict.fromkeys(job_ids):
            if record := self._one(f"/jobs/{job_id}", JOBS):
                yield from self._session.parsed(job_of, [record])

    def job_posts(self, job_ids: Iterable[int] | None = None) -> Iterator[JobPost]:
        if job_ids is None:
            paths = ["/job_posts"]
        else:
            paths = [f"/jobs/{job_id}/job_posts" for job_id in dict.fromkeys(job_ids)]
        for path in paths:
            rows = self._visible_rows(path, JOB_POSTS, {"per_page": str(POSTS_PER_PAGE)})
            yield from self._session.parsed(post_of, rows)

    def job_stages(self, job_ids: Iterable[int]) -> Iterator[JobStage]:
        for job_id in dict.fromkeys(job_ids):
            rows = self._visible_rows(f"/jobs/{job_id}/stages", JOB_STAGES, {})
            yield from self._session.parsed(partial(stage_of, job_id=job_id), rows)

    def job_owners(self, job_ids: Iterable[int]) -> Iterator[JobOwner]:
        for job_id in dict.fromkeys(job_ids):
            if job := self._one(f"/jobs/{job_id}", JOBS):
                yield from owners_of(job, job_id=job_id)

    def user(self, user_id: int) -> User | None:
        record = self._one(f"/users/{user_id}", USERS)
        return user_of(record) if record else None

    def users(self, *, user_ids: Iterable[int] | None = None, email: str | None = None) -> Iterator[User]:
        if user_ids is not None:
            for user_id in dict.fromkeys(user_ids):
                if user := self.user(user_id):
                    yield user
            return
        rows = self._rows("/users", USERS, {"email": email} if email else {})
        yield from self._session.parsed(user_of, rows)

    def notes(self, candidate_id: int) -> Iterator[Note]:
        feed = self._one(f"/candidates/{candidate_id}/activity_feed", ACTIVITY_FEED, member="notes")
        found = feed.children("notes") if feed else []
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
        """Post a note. In v1 it belongs to no application, and its author is also the acting user."""
        path = f"/candidates/{candidate_id}/activity_feed/notes"
        if author_id is None:
            raise Invalid(Where("POST", path), detail="A note needs a Greenhouse user as its author.")
        answer = self._session.post(
            path,
            permission=V1_NOTES,
            body={"user_id": author_id, "body": body, "visibility": visibility.value},
            headers={"On-Behalf-Of": str(author_id)},
        )
        return note_of(record_of(answer), candidate_id=candidate_id, application_id=application_id)

    def stage_entered_at(self, application_id: int) -> datetime | None:
        del application_id
        return None

    def probe(self, permission: HarvestPermission) -> ProbeResult:
        return probe(self._session, permission)

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def _one(self, path: str, permission: HarvestPermission, *, member: str = "id") -> Record | None:
        """Read a record. An object without this key is something else, such as a message during maintenance."""
        try:
            answer = self._session.get(path, permission=permission)
        except NotFound as error:
            if error.status == 404:
                return None
            raise
        record = record_of(answer)
        if not record.has(member):
            raise answer.wrong_kind(f"The answer has no {member}.")
        return record

    def _rows(self, path: str, permission: HarvestPermission, params: dict[str, str]) -> Iterator[Record]:
        """Read rows with `skip_count`, so that Greenhouse doesn't count them first."""
        chosen = {**params, "skip_count": "true"}
        for page in pages(self._session, path, permission=permission, params=chosen):
            yield from page

    def _visible_rows(
        self, path: str, permission: HarvestPermission, params: dict[str, str]
    ) -> Iterator[Record]:
        try:
            yield from self._rows(path, permission, params)
        except NotFound as error:
            if error.status != 404:
                raise


# the list to read for each permission; endpoints that need the id of one of its rows; the key of that id
_READS = {
    APPLICATIONS: ("/applications", "/applications/{}", "id"),
    CANDIDATES: ("/candidates", "/candidates/{}", "id"),
    JOBS: ("/jobs", "/jobs/{}", "id"),
    JOB_POSTS: ("/job_posts", "/jobs/{}/job_posts", "job_id"),
    JOB_STAGES: ("/job_stages", "/jobs/{}/stages", "job_id"),
    REJECTION_REASONS: ("/rejection_reasons", "", ""),
    USERS: ("/users", "/users/{}", "id"),
}


_ONE = {"per_page": "1", "skip_count": "true"}


def probe(session: Session, permission: HarvestPermission) -> ProbeResult:
    """Read one row, then what belongs to it. Once another call has worked, a refusal means a missing permission."""
    if permission is ACTIVITY_FEED:
        return _activity_feed(session)
    if permission not in _READS:
        return ProbeResult(permission, PermissionState.UNTESTED, detail="Harvest v1 has no such permission.")
    path, below, member = _READS[permission]
    try:
        rows = records_of(session.get(path, permission=permission, params=_ONE))
        row_id = rows[0].id_or_none(member) if rows and below else None
        if row_id is not None:
            session.get(below.format(row_id), permission=permission)
    except Forbidden as error:
        return missing(permission, detail=error.remedy)
    except NotFound as error:
        if error.path.endswith(path):
            raise
        # the row has just been deleted, but the key was accepted
    return ProbeResult(permission, PermissionState.GRANTED)


def _activity_feed(session: Session) -> ProbeResult:
    candidate_id = _any_candidate(session)
    if candidate_id is None:
        return ProbeResult(
            ACTIVITY_FEED,
            PermissionState.UNTESTED,
            writing=PermissionState.UNTESTED,
            detail="Not tested: there is no candidate yet whose Activity Feed could be read.",
        )
    try:
        session.get(f"/candidates/{candidate_id}/activity_feed", permission=ACTIVITY_FEED)
    except Forbidden as error:
        return missing(ACTIVITY_FEED, detail=error.remedy)
    except NotFound:
        return ProbeResult(
            ACTIVITY_FEED,
            PermissionState.UNTESTED,
            writing=PermissionState.UNTESTED,
            detail="Not tested: the candidate was just deleted.",
        )
    return ProbeResult(
        ACTIVITY_FEED,
        PermissionState.GRANTED,
        writing=PermissionState.UNTESTED,
        detail="Reading works. Writing is untested until the first note.",
    )


def _any_candidate(session: Session) -> int | None:
    for path, permission, member in (
        ("/candidates", CANDIDATES, "id"),
        ("/applications", APPLICATIONS, "candidate_id"),
    ):
        try:
            rows = records_of(session.get(path, permission=permission, params=_ONE))
        except Forbidden:
            continue
        if rows:
            return rows[0].id_or_none(member)
    return None


_STATUSES = {status.value: status for status in ApplicationStatus}


_VISIBILITIES = {visibility.value: visibility for visibility in Visibility}


def application_of(record: Record) -> Application:
    """Parse an application. A prospect may have several jobs, in `prospective_job_ids`."""
    prospect = record.flag("prospect")
    jobs = tuple(found for job in record.children("jobs") if (found := job.id_or_none("id")) is not None)
    stage = record.child("current_stage")
    reason = record.child("rejection_reason")
    recruiter = record.child("recruiter")
    return Application(
        id=record.id(),
        candidate_id=record.id("candidate_id"),
        job_id=jobs[0] if jobs and not prospect else None,
        job_post_id=record.id_or_none("job_post_id"),
        status=record.choice("status", _STATUSES, otherwise=ApplicationStatus.UNKNOWN),
        prospect=prospect,
        stage_id=stage.id_or_none("id") if stage else None,
        stage_name=stage.text_or_none("name") if stage else None,
        stage_entered_at=None,
        applied_at=record.moment("applied_at"),
        rejected_at=record.moment("rejected_at"),
        last_activity_at=record.moment("last_activity_at"),
        rejection_reason_id=reason.id_or_none("id") if reason else None,
        rejection_reason_name=reason.text_or_none("name") if reason else None,
        recruiter_id=recruiter.id_or_none("id") if recruiter else None,
        prospective_job_ids=jobs if prospect else (),
    )


def job_of(record: Record) -> Job:
    return Job(
        id=record.id(),
        name=record.text("name"),
        requisition_id=record.text_or_none("requisition_id"),
        status=record.choice("status", JOB_STATUSES, otherwise=JobStatus.UNKNOWN),
        confidential=record.flag("confidential"),
        is_template=record.flag("is_template"),
        departments=_names(record, "departments"),
        offices=_names(record, "offices"),
    )


def _names(record: Record, member: str) -> tuple[str, ...]:
    return tuple(name for child in record.children(member) if (name := child.text_or_none("name")))


def stage_of(record: Record, *, job_id: int) -> JobStage:
    return JobStage(
        id=record.id(),
        job_id=record.id_or_none("job_id") or job_id,
        name=record.text("name"),
        order=record.number("priority"),
        active=record.flag("active", default=True),
    )


def owners_of(job: Record, *, job_id: int) -> Iterator[JobOwner]:
    team = job.child("hiring_team")
    if team is None:
        return
    for member, kind in (
        ("recruiters", OwnerKind.RECRUITER),
        ("coordinators", OwnerKind.COORDINATOR),
        ("sourcers", OwnerKind.SOURCER),
    ):
        for user in team.children(member):
            if (user_id := user.id_or_none("id")) is not None:
                yield JobOwner(job_id, user_id, kind, user.flag("responsible"))


def note_of(record: Record, *, candidate_id: int, application_id: int | None = None) -> Note:
    """Parse a note. Greenhouse misspells the key in some responses."""
    member = "visibility" if record.has("visibility") else "visiblity"
    author = record.child("user")
    visibility: dict[str, Visibility | None] = {**_VISIBILITIES}
    return Note(
        id=record.id(),
        candidate_id=candidate_id,
        application_id=application_id,
        body=record.text("body"),
        user_id=author.id_or_none("id") if author else None,
        visibility=visibility.get(record.text(member).strip().lower()),
        created_at=record.moment("created_at"),
    )
