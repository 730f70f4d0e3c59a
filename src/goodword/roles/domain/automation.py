"""Link a role to a Greenhouse job, and map its stages to steps."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.roles.domain.notices import settle_mapped
from goodword.roles.domain.settings import set_requirement
from goodword.roles.models import AlreadyThere, Automation, Role, StageRule, Step

_STAGE = 200  # what the column holds


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLink:
    """A stage that starts a step."""

    stage_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """An application that stands in a stage, by Greenhouse's ids."""

    application_id: int
    stage_id: int


def map_stages(
    automation: Automation, *, steps: Mapping[str, Step], stages: Mapping[str, Sequence[StageLink]]
) -> tuple[set[int], bool]:
    """Make the rules what is asked; returns the stages that start a step they did not start before, and
    whether a rule went."""
    wanted = {
        (steps[kind].pk, row.stage_id): row.name[:_STAGE] for kind, rows in stages.items() for row in rows
    }
    rules = StageRule.objects.of(automation.organisation).filter(automation=automation)
    there = {(rule.step_id, rule.stage_id): rule for rule in rules}
    gone = [rule.pk for key, rule in there.items() if key not in wanted]
    rules.filter(pk__in=gone).delete()
    for key, name in wanted.items():
        if key in there:
            rules.filter(pk=there[key].pk).update(stage_name=name)
        else:
            step_id, stage_id = key
            StageRule.objects.create(
                organisation=automation.organisation,
                automation=automation,
                step_id=step_id,
                stage_id=stage_id,
                stage_name=name,
            )
    return {stage_id for step_id, stage_id in wanted if (step_id, stage_id) not in there}, bool(gone)


def record_stood(
    automation: Automation, *, stood: Collection[Stood], stage_ids: Collection[int], now: datetime
) -> None:
    """Keep who of them stands in one of these stages: reconciliation never invites them."""
    AlreadyThere.objects.across_organisations().bulk_create(
        [
            AlreadyThere(
                organisation=automation.organisation,
                automation=automation,
                remote_application_id=one.application_id,
                stage_id=one.stage_id,
                recorded_at=now,
            )
            for one in stood
            if one.stage_id in stage_ids
        ],
        update_conflicts=True,
        unique_fields=["automation", "remote_application_id", "stage_id"],
        update_fields=["recorded_at"],
    )


_NAME, _TITLE, _REQUISITION = 300, 300, 120  # what the columns hold


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLink:
    """The Greenhouse job to tie to, and the post whose title candidates see (None: the role's own title)."""

    connection_id: int
    job_id: int
    job_name: str
    requisition_id: str = ""
    post_id: int | None = None
    post_title: str = ""
    confidential: bool = False


class JobTaken(Exception):
    """The job belongs to another role already; `role` is that one."""

    def __init__(self, role: Role) -> None:
        super().__init__(f"The job belongs to role {role.pk}.")
        self.role = role


class RequirementMissing(Exception):
    """An assessment without the requirement of the job that it serves is not published."""


class ChangedMeanwhile(Exception):
    """Somebody has changed the mapping since it was looked at; `automation` is how it stands, None if it is gone."""

    def __init__(self, automation: Automation | None) -> None:
        super().__init__("The mapping is another one than the one that was looked at.")
        self.automation = automation


def version_of(automation: Automation | None) -> str:
    """What tells one state of a mapping from another; empty for none."""
    return automation.confirmed_at.isoformat() if automation is not None else ""


def link(
    *,
    role: Role,
    job: JobLink,
    stages: Mapping[str, Sequence[StageLink]],
    requirement: str,
    stood: Collection[Stood],
    by: Membership,
    now: datetime,
    seen: str | None = None,
) -> Automation:
    """Make the role's automation of this job what is given here; the same once more changes nothing.

    `stages` maps kinds of steps to the stages that start them; a kind that is left out is started by none.
    `stood` are the applications that stand in the job's stages now: those in a stage that newly starts a step
    are recorded, and reconciliation never invites them. Those in a stage that starts the same step as before are
    not: they may have come a second ago, and their delivery is still on its way. `seen` is the version of the
    mapping that `by` has looked at; None if that does not matter.

    Raises JobTaken, RequirementMissing, ChangedMeanwhile.
    """
    with transaction.atomic():
        automation, fresh = _own(role, job=job, by=by, now=now)
        if seen is not None and seen != ("" if fresh else version_of(automation)):
            raise ChangedMeanwhile(None if fresh else automation)
        changed = _renew(automation, job=job) or fresh
        steps = {step.kind: step for step in Step.objects.of(role.organisation).filter(role=role)}
        _require(steps[Step.Kind.ASSESSMENT], requirement, mapped=stages, by=by, now=now)
        added, removed = map_stages(automation, steps=steps, stages=stages)
        record_stood(automation, stood=stood, stage_ids=added, now=now)
        settle_mapped(automation, by=by, now=now)
        if added:  # what becomes of these was not followed until now: the next look is a first one
            automation.pipeline = None
            automation.save(update_fields=["pipeline"])
        if changed or added or removed:
            automation.confirmed_at, automation.confirmed_by = now, by
            automation.save(update_fields=["confirmed_at", "confirmed_by"])
            write(
                organisation=role.organisation,
                action="role.linked",
                member=by,
                now=now,
                details={
                    "role": role.pk,
                    "job": job.job_id,
                    "stages": {kind: [stage.stage_id for stage in rows] for kind, rows in stages.items()},
                },
            )
        return automation


def unlink(*, automation: Automation, by: Membership, now: datetime) -> None:
    """Take the tie away: its stages start nothing any more. Candidates, runs and results stay with the role."""
    with transaction.atomic():
        row = (
            Automation.objects.of(automation.organisation)
            .select_for_update()
            .filter(pk=automation.pk)
            .first()
        )
        if row is None:
            return
        write(
            organisation=automation.organisation,
            action="role.unlinked",
            member=by,
            now=now,
            details={"role": row.role_id, "job": row.job_id},
        )
        row.delete()


def _own(role: Role, *, job: JobLink, by: Membership, now: datetime) -> tuple[Automation, bool]:
    """The automation of the job, locked; made if there is none. A second maker waits here for the first."""
    automation, fresh = Automation.objects.across_organisations().get_or_create(
        connection_id=job.connection_id,
        job_id=job.job_id,
        defaults={
            "organisation": role.organisation,
            "role": role,
            "job_name": job.job_name[:_NAME],
            "confirmed_at": now,
            "confirmed_by": by,
        },
    )
    automation = (
        Automation.objects.across_organisations()
        .select_for_update(of=("self",))
        .select_related("role", "organisation")
        .get(pk=automation.pk)
    )
    if automation.role_id != role.pk:
        raise JobTaken(automation.role)
    return automation, fresh


def _renew(automation: Automation, *, job: JobLink) -> bool:
    """Bring names and post up to date; returns whether the post, which a person chose, is another one."""
    values = {
        "job_name": job.job_name[:_NAME],
        "requisition_id": job.requisition_id[:_REQUISITION],
        "job_post_id": job.post_id,
        "job_post_title": job.post_title[:_TITLE],
        "confidential": job.confidential,
    }
    chosen = automation.job_post_id != job.post_id
    for name, value in values.items():
        setattr(automation, name, value)
    automation.save(update_fields=list(values))
    return chosen


def _require(
    assessment: Step,
    requirement: str,
    *,
    mapped: Mapping[str, Sequence[StageLink]],
    by: Membership,
    now: datetime,
) -> None:
    if not mapped.get(Step.Kind.ASSESSMENT):
        return
    if not requirement.strip():
        raise RequirementMissing
    set_requirement(step=assessment, text=requirement, by=by, now=now)
