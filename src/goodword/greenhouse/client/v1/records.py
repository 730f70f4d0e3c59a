"""From Harvest v1's records to ours (members: greenhouse.md, section 7)."""

from collections.abc import Iterator

from goodword.greenhouse.client.records import Record
from goodword.greenhouse.client.types import (
    Application,
    ApplicationStatus,
    Job,
    JobOwner,
    JobPost,
    JobStage,
    JobStatus,
    Note,
    OwnerKind,
    RejectionReason,
    Visibility,
)

_STATUSES = {status.value: status for status in ApplicationStatus}
_JOB_STATUSES = {status.value: status for status in JobStatus}
_VISIBILITIES = {visibility.value: visibility for visibility in Visibility}


def application_of(record: Record) -> Application:
    """An application has one job; a prospect any number, in `prospective_job_ids`."""
    prospect = record.flag("prospect")
    jobs = tuple(job.id() for job in record.children("jobs"))
    stage = record.child("current_stage")
    reason = record.child("rejection_reason")
    recruiter, coordinator = record.child("recruiter"), record.child("coordinator")
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
        coordinator_id=coordinator.id_or_none("id") if coordinator else None,
        prospective_job_ids=jobs if prospect else (),
    )


def job_of(record: Record) -> Job:
    """A job with its departments and offices, some of them null."""
    return Job(
        id=record.id(),
        name=record.text("name"),
        requisition_id=record.text_or_none("requisition_id"),
        status=record.choice("status", _JOB_STATUSES, otherwise=JobStatus.UNKNOWN),
        confidential=record.flag("confidential"),
        is_template=record.flag("is_template"),
        departments=_names(record, "departments"),
        offices=_names(record, "offices"),
        opened_at=record.moment("opened_at"),
        closed_at=record.moment("closed_at"),
        updated_at=record.moment("updated_at"),
    )


def _names(record: Record, member: str) -> tuple[str, ...]:
    return tuple(name for child in record.children(member) if (name := child.text_or_none("name")))


def post_of(record: Record) -> JobPost:
    """A job post. v1 has no language."""
    return JobPost(
        id=record.id(),
        job_id=record.id_or_none("job_id"),
        title=record.text("title"),
        live=record.flag("live"),
        internal=record.flag("internal"),
        active=record.flag("active", default=True),
        language=record.text_or_none("language"),
    )


def stage_of(record: Record, *, job_id: int) -> JobStage:
    """A stage of the job."""
    return JobStage(
        id=record.id(),
        job_id=record.id_or_none("job_id") or job_id,
        name=record.text("name"),
        order=record.number("priority"),
        active=record.flag("active", default=True),
    )


def reason_of(record: Record) -> RejectionReason:
    """A rejection reason."""
    group = record.child("type")
    return RejectionReason(record.id(), record.text("name"), group.text_or_none("name") if group else None)


def owners_of(job: Record) -> Iterator[JobOwner]:
    """The hiring team inside a job."""
    team = job.child("hiring_team")
    if team is None:
        return
    for member, kind in (
        ("recruiters", OwnerKind.RECRUITER),
        ("coordinators", OwnerKind.COORDINATOR),
        ("sourcers", OwnerKind.SOURCER),
    ):
        for user in team.children(member):
            yield JobOwner(job.id(), user.id(), kind, user.flag("responsible"))


def note_of(record: Record, *, candidate_id: int, application_id: int | None = None) -> Note:
    """A note. The misspelt member is Greenhouse's own."""
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
