from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.roles.domain.job_changes import settle_mapped
from goodword.roles.models import AlreadyThere, Automation, Role, StageRule, Step

#: column lengths
_NAME, _TITLE, _REQUISITION, _STAGE = 300, 300, 120, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLink:
    stage_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlacement:
    application_id: int
    stage_id: int


def _map_stages(
    automation: Automation, *, steps: Mapping[str, Step], stages: Mapping[str, Sequence[StageLink]]
) -> tuple[set[int], bool]:
    """Update the rules. Returns the stages that start a step and didn't before, and whether a rule was removed."""
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


def _record_already_there(
    automation: Automation,
    *,
    present: Collection[StagePlacement],
    stage_ids: Collection[int],
    now: datetime,
) -> None:
    AlreadyThere.objects.across_organisations().bulk_create(
        [
            AlreadyThere(
                organisation=automation.organisation,
                automation=automation,
                remote_application_id=application_stage.application_id,
                stage_id=application_stage.stage_id,
                recorded_at=now,
            )
            for application_stage in present
            if application_stage.stage_id in stage_ids
        ],
        update_conflicts=True,
        unique_fields=["automation", "remote_application_id", "stage_id"],
        update_fields=["recorded_at"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLink:
    """A Greenhouse job, and the post whose title candidates see (None for the role's title)."""

    connection_id: int
    job_id: int
    job_name: str
    requisition_id: str = ""
    post_id: int | None = None
    post_title: str = ""
    #: requirements in the job post, one per sentence; None if not read
    requirements: Sequence[str] | None = None
    confidential: bool = False


class JobTaken(Exception):
    def __init__(self, role: Role) -> None:
        super().__init__(f"The job belongs to role {role.pk}.")
        self.role = role


class ChangedMeanwhile(Exception):
    """The mapping has changed since the page was opened. `automation`: the current one; None if unlinked."""

    def __init__(self, automation: Automation | None) -> None:
        super().__init__("The mapping has changed.")
        self.automation = automation


def version_of(automation: Automation | None) -> str:
    """A version of the mapping, to detect concurrent changes; empty if there is none."""
    return automation.confirmed_at.isoformat() if automation is not None else ""


def link(
    *,
    role: Role,
    job: JobLink,
    stages: Mapping[str, Sequence[StageLink]],
    present: Collection[StagePlacement],
    by: Membership,
    now: datetime,
    seen: str | None = None,
) -> Automation:
    """Link a role to a job, or update the link. Idempotent. Raises JobTaken and ChangedMeanwhile. `stages`: the stages
    that start each kind of step. `present`: applications that are in the job's stages. Those in a stage that newly
    starts a step are recorded, so that reconciliation never invites them. Others aren't, since their webhook may still
    arrive. `seen`: the version that `by` saw; None skips that check."""
    with transaction.atomic():
        automation, fresh = _locked_automation(role, job=job, by=by, now=now)
        if seen is not None and seen != ("" if fresh else version_of(automation)):
            raise ChangedMeanwhile(None if fresh else automation)
        changed = _update(automation, job=job) or fresh
        steps = {step.kind: step for step in Step.objects.of(role.organisation).filter(role=role)}
        added, removed = _map_stages(automation, steps=steps, stages=stages)
        _record_already_there(automation, present=present, stage_ids=added, now=now)
        settle_mapped(automation, by=by, now=now)
        if added:  # the new stages haven't been compared yet
            automation.pipeline = None
            automation.save(update_fields=["pipeline"])
        if changed or added or removed:
            automation.confirmed_at, automation.confirmed_by = now, by
            automation.save(update_fields=["confirmed_at", "confirmed_by"])
            write_by(
                by,
                "role.linked",
                now=now,
                details={
                    "role": role.pk,
                    "job": job.job_id,
                    "stages": {kind: [stage.stage_id for stage in rows] for kind, rows in stages.items()},
                },
            )
        return automation


def unlink(*, automation: Automation, by: Membership, now: datetime) -> None:
    """Unlink the role. Candidates, runs and results stay with it. If the job is confidential, the role stays
    confidential."""
    with transaction.atomic():
        row = (
            Automation.objects.of(automation.organisation)
            .select_for_update()
            .filter(pk=automation.pk)
            .first()
        )
        if row is None:
            return
        write_by(by, "role.unlinked", now=now, details={"role": row.role_id, "job": row.job_id})
        if row.confidential:
            Role.objects.of(row.organisation).filter(pk=row.role_id).update(confidential=True)
        row.delete()


def _locked_automation(role: Role, *, job: JobLink, by: Membership, now: datetime) -> tuple[Automation, bool]:
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
        .select_for_update(of=("self",), no_key=True)
        .select_related("role", "organisation")
        .get(pk=automation.pk)
    )
    if automation.role_id != role.pk:
        raise JobTaken(automation.role)
    return automation, fresh


def _update(automation: Automation, *, job: JobLink) -> bool:
    values: dict[str, object] = {
        "job_name": job.job_name[:_NAME],
        "requisition_id": job.requisition_id[:_REQUISITION],
        "job_post_id": job.post_id,
        "job_post_title": job.post_title[:_TITLE],
        "confidential": job.confidential,
    }
    if job.requirements is not None:
        values["post_requirements"] = list(job.requirements)
    chosen = automation.job_post_id != job.post_id
    for name, value in values.items():
        setattr(automation, name, value)
    automation.save(update_fields=list(values))
    return chosen
