"""From Harvest v3's records to ours (members: greenhouse.md, section 3)."""

from collections.abc import Mapping

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

_STATUSES = {
    "in_process": ApplicationStatus.ACTIVE,
    **{status.value: status for status in ApplicationStatus},
}
_JOB_STATUSES = {status.value: status for status in JobStatus}
_OWNERS = {kind.value: kind for kind in OwnerKind}
_VISIBILITIES: dict[str, Visibility | None] = {
    "publicly_visible": Visibility.PUBLIC,
    "privately_visible": Visibility.PRIVATE,
    "admin_only_visible": Visibility.ADMIN_ONLY,
    **{visibility.value: visibility for visibility in Visibility},
}


def application_of(record: Record) -> Application:
    """An application as in its own row.

    The row's `stage_id` is the id of its own stage row, unique to this application, and not used: the stage is
    `job_interview_stage_id` (greenhouse.md, 3.4). Both it and `rejection_reason_id` may be absent; see `adapter`.
    """
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
        coordinator_id=record.id_or_none("coordinator_id"),
        prospective_job_ids=record.ids("prospective_job_ids"),
    )


def job_of(record: Record, *, departments: Mapping[int, str], offices: Mapping[int, str]) -> Job:
    """A job. `departments` and `offices`: names by id, as far as they may be read."""
    department_id = record.id_or_none("department_id")
    department = departments.get(department_id) if department_id else None
    return Job(
        id=record.id(),
        name=record.text("name"),
        requisition_id=record.text_or_none("requisition_id"),
        status=record.choice("status", _JOB_STATUSES, otherwise=JobStatus.UNKNOWN),
        confidential=record.flag("confidential"),
        is_template=record.flag("is_template"),
        departments=(department,) if department else (),
        offices=tuple(offices[office_id] for office_id in record.ids("office_ids") if office_id in offices),
        opened_at=record.moment("opened_at"),
        closed_at=record.moment("closed_at"),
        updated_at=record.moment("updated_at"),
    )


def post_of(record: Record) -> JobPost:
    """A job post."""
    return JobPost(
        id=record.id(),
        job_id=record.id_or_none("job_id"),
        title=record.text("title"),
        live=record.flag("live"),
        internal=record.flag("internal"),
        active=record.flag("active", default=True),
        language=record.text_or_none("language"),
    )


def stage_of(record: Record) -> JobStage:
    """A stage of a job."""
    return JobStage(
        id=record.id(),
        job_id=record.id("job_id"),
        name=record.text("name"),
        order=record.number("sort_order"),
        active=record.flag("active", default=True),
    )


def reason_of(record: Record) -> RejectionReason:
    """A rejection reason."""
    group = record.child("type")
    return RejectionReason(record.id(), record.text("name"), group.text_or_none("name") if group else None)


def owner_of(record: Record) -> JobOwner:
    """A member of a job's hiring team."""
    return JobOwner(
        job_id=record.id("job_id"),
        user_id=record.id("user_id"),
        kind=record.choice("type", _OWNERS, otherwise=OwnerKind.UNKNOWN),
        responsible=record.flag("responsible"),
    )


def note_of(record: Record, *, candidate_id: int) -> Note:
    """A note. The visibility is spelled differently in reading and writing."""
    return Note(
        id=record.id(),
        candidate_id=record.id_or_none("candidate_id") or candidate_id,
        application_id=record.id_or_none("application_id"),
        body=record.text("body"),
        user_id=record.id_or_none("user_id"),
        visibility=_VISIBILITIES.get(record.text("visibility").strip().lower()),
        created_at=record.moment("created_at"),
    )
