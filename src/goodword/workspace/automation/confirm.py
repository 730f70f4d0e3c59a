"""What *Confirm* does: the role is tied to the job, and who stood there is recorded, or invited."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.catalogue import Job, Placed, Stage
from goodword.roles.domain.link import JobLink, StageLink, Stood, link
from goodword.roles.models import Automation, Role
from goodword.workspace import jobs
from goodword.workspace.automation.draft import Draft


def confirm(
    *,
    role: Role,
    connection: Connection,
    job: Job,
    draft: Draft,
    stages: Mapping[int, Stage],
    placed: Collection[Placed],
    invite: bool,
    by: Membership,
    now: datetime,
) -> Automation:
    """Write the automation. With `invite`, a job for each who stands in a mapped stage, and nobody is recorded
    as already there; without, all of them are. Raises JobTaken, RequirementMissing."""
    post = job.post(draft.post)
    with transaction.atomic():
        automation = link(
            role=role,
            job=JobLink(
                connection_id=connection.pk,
                job_id=job.id,
                job_name=job.name,
                requisition_id=job.requisition_id,
                post_id=post.id if post else None,
                post_title=post.title if post else "",
                confidential=job.confidential,
            ),
            stages={
                kind: [StageLink(stage_id=stage_id, name=stages[stage_id].name)]
                for kind, stage_id in draft.stages.items()
            },
            requirement=draft.requirement,
            stood=[] if invite else [_stood(one) for one in placed],
            by=by,
            now=now,
        )
        if invite:
            for one in standing_in(placed, draft):
                jobs.invite_there.defer(
                    automation_id=automation.pk, remote_application_id=one.application_id, member_id=by.pk
                )
    return automation


def standing_in(placed: Collection[Placed], draft: Draft) -> list[Placed]:
    """Who stands in a stage that the draft maps."""
    mapped = set(draft.stages.values())
    return [one for one in placed if one.stage_id in mapped]


def _stood(one: Placed) -> Stood:
    return Stood(application_id=one.application_id, stage_id=one.stage_id)
