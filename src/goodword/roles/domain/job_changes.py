from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.roles.models import Automation, RoleNotice, StageRule

#: the stages in use, in order: (id, name)
Pipeline = Sequence[tuple[int, str]]


def stage_move(stage_id: int, *, before: Pipeline, after: Pipeline) -> tuple[str, str] | None:
    """The old and new position ("after “Screen”"), or None unless the stage now follows another one and has different
    predecessors."""
    shared = {known_id for known_id, _ in before} & {known_id for known_id, _ in after}
    if stage_id not in shared:
        return None
    then = _leading(stage_id, before, shared)
    now = _leading(stage_id, after, shared)
    if {known_id for known_id, _ in then} == {known_id for known_id, _ in now} or then[-1:] == now[-1:]:
        return None
    return _place(then), _place(now)


def _leading(stage_id: int, pipeline: Pipeline, shared: set[int]) -> list[tuple[int, str]]:
    known = [row for row in pipeline if row[0] in shared]
    return known[: [known_id for known_id, _ in known].index(stage_id)]


def _place(leading: Pipeline) -> str:
    return f"after “{leading[-1][1]}”" if leading else "first"


Kind = RoleNotice.Kind

#: `Automation.job_status` of a job that Greenhouse no longer shows
GONE = "gone"
CLOSED = "closed"

_TICK = timedelta(microseconds=1)
_NAME, _TITLE, _REQUISITION, _STAGE = 300, 300, 120, 200  # column lengths


@dataclass(frozen=True, slots=True, kw_only=True)
class StageNow:
    id: int
    name: str
    in_use: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class JobNow:
    name: str
    requisition_id: str
    status: str
    confidential: bool
    stages: tuple[StageNow, ...]
    post_title: str | None = None


class Outdated(Exception):
    """A concurrent update was saved first, so the job has to be read again."""


def update_job(automation: Automation, *, job: JobNow | None, now: datetime) -> list[str]:
    """Update the job's columns. Returns a sentence per change. `job`: None if Greenhouse doesn't show it. Raises
    Outdated after a concurrent update."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("Call update_job() in a transaction.")
    row = (
        Automation.objects.across_organisations()
        .select_for_update(no_key=True)
        .filter(pk=automation.pk)
        .first()
    )
    if row is None:
        return []
    if row.job_checked_at != automation.job_checked_at:
        raise Outdated
    changes = [*_job(row, job, now=now)]
    if job is not None and job.stages:
        changes += _stages(row, job.stages, now=now)
    row.job_checked_at = now if row.job_checked_at is None else max(now, row.job_checked_at + _TICK)
    row.save()
    return changes


def _job(row: Automation, job: JobNow | None, *, now: datetime) -> Iterator[str]:
    if job is None:
        if row.job_status != GONE:
            row.job_status = GONE
            notice(row, kind=Kind.JOB_GONE, before=row.job_name, now=now)
            yield f"Greenhouse no longer shows job “{row.job_name}”."
        return
    if settle(row, kind=Kind.JOB_GONE, now=now):
        yield f"Greenhouse shows job “{row.job_name}” again."
    name = job.name[:_NAME]
    if name and name != row.job_name:
        notice(row, kind=Kind.JOB_RENAMED, before=row.job_name, after=name, now=now)
        yield f"Job “{row.job_name}” was renamed “{name}”."
        row.job_name = name
    if job.status == CLOSED != row.job_status:
        notice(row, kind=Kind.JOB_CLOSED, before=row.job_name, now=now)
        yield f"Job “{row.job_name}” is closed."
    elif job.status not in (CLOSED, "") and settle(row, kind=Kind.JOB_CLOSED, now=now):
        yield f"Job “{row.job_name}” is open again."
    row.job_status = job.status or ("" if row.job_status == GONE else row.job_status)
    row.requisition_id, row.confidential = job.requisition_id[:_REQUISITION], job.confidential
    if job.post_title:
        row.job_post_title = job.post_title[:_TITLE]


def _stages(row: Automation, stages: tuple[StageNow, ...], *, now: datetime) -> Iterator[str]:
    known = None if row.pipeline is None else [(int(known_id), str(name)) for known_id, name in row.pipeline]
    in_use = [(stage.id, stage.name) for stage in stages if stage.in_use]
    there = {stage.id: stage for stage in stages}
    rules = StageRule.objects.across_organisations().filter(automation=row).order_by("pk")
    for stage_id, name in dict(rules.values_list("stage_id", "stage_name")).items():
        stage = there.get(stage_id)
        if stage is not None and stage.in_use:
            yield from _stage_in_use(row, stage, name=name, now=now)
            if known is not None and (places := stage_move(stage_id, before=known, after=in_use)):
                then, place = places
                notice(row, kind=Kind.STAGE_MOVED, stage_id=stage_id, before=then, after=place, now=now)
                yield f"Stage “{stage.name}” was moved: it is now {place} (previously {then})."
        elif known is None or stage_id in dict(known):
            after = "" if stage is None else stage.name
            notice(row, kind=Kind.STAGE_GONE, stage_id=stage_id, before=name, after=after, now=now)
            yield f"Stage “{name}” {'was deleted' if stage is None else 'is no longer in use'}."
    row.pipeline = in_use


def _stage_in_use(row: Automation, stage: StageNow, *, name: str, now: datetime) -> Iterator[str]:
    if settle(row, kind=Kind.STAGE_GONE, stage_id=stage.id, now=now):
        yield f"Stage “{name}” is back in use."
    new = stage.name[:_STAGE]
    if new and new != name:
        notice(row, kind=Kind.STAGE_RENAMED, stage_id=stage.id, before=name, after=new, now=now)
        rules = StageRule.objects.across_organisations().filter(automation=row, stage_id=stage.id)
        rules.update(stage_name=new)
        yield f"Stage “{name}” was renamed “{new}”."


_LONGEST = 300  # column length


def notice(
    automation: Automation,
    *,
    kind: str,
    now: datetime,
    stage_id: int | None = None,
    before: str = "",
    after: str = "",
) -> None:
    """Create or update a notice, or settle it if the change was undone. The caller has locked the automation."""
    row = _open(automation, kind=kind, stage_id=stage_id).first()
    if row is None:
        RoleNotice.objects.create(
            organisation_id=automation.organisation_id,
            role_id=automation.role_id,
            automation=automation,
            kind=kind,
            stage_id=stage_id,
            before=before[:_LONGEST],
            after=after[:_LONGEST],
            found_at=now,
        )
    elif row.before and row.before == after[:_LONGEST]:
        settle(automation, kind=kind, stage_id=stage_id, now=now)
    else:
        row.after = after[:_LONGEST]
        row.save(update_fields=["after"])


def settle(automation: Automation, *, kind: str, now: datetime, stage_id: int | None = None) -> bool:
    return bool(_open(automation, kind=kind, stage_id=stage_id).update(settled_at=now))


def settle_mapped(automation: Automation, *, by: Membership, now: datetime) -> None:
    RoleNotice.objects.across_organisations().filter(automation=automation, settled_at=None).update(
        settled_at=now, settled_by=by
    )


def dismiss(row: RoleNotice, *, by: Membership, now: datetime) -> None:
    with transaction.atomic():
        open_rows = RoleNotice.objects.of(by.organisation).filter(pk=row.pk, settled_at=None)
        if not open_rows.update(settled_at=now, settled_by=by):
            return
        write_by(
            by,
            "role.notice_seen",
            now=now,
            details={"role": row.role_id, "kind": row.kind, "stage": row.stage_id},
        )


def _open(automation: Automation, *, kind: str, stage_id: int | None) -> QuerySet[RoleNotice]:
    return RoleNotice.objects.across_organisations().filter(
        automation=automation, kind=kind, stage_id=stage_id, settled_at=None
    )
