from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.assessments.plans import publishing
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.catalogue import ApplicationInStage, Post, Stage
from goodword.roles.domain import automation as automations
from goodword.roles.domain.automation import JobLink, StageLink, link
from goodword.roles.domain.settings import set_delay, set_requirement
from goodword.roles.models import AlreadyThere, Automation, Role, Step
from goodword.workflow.domain.eligibility import is_unpublished
from goodword.workflow.models import StepRequest
from goodword.workspace import jobs
from goodword.workspace.automation.access import JobChoice
from goodword.workspace.automation.draft import AutomationDraft


def confirm(
    *,
    role: Role,
    choice: JobChoice,
    draft: AutomationDraft,
    seen: str,
    stages: Mapping[int, Stage],
    placed: Collection[ApplicationInStage],
    invite: Collection[int],
    requirement: str,
    publish: int | None,
    proposed: Sequence[str],
    by: Membership,
    now: datetime,
) -> Automation:
    """Save the automation; of the candidates already in mapped stages, invite those in `invite`, record the others.

    `invite`: Greenhouse ids of applications. `requirement`: publishes the default assessment with it; empty: left as
    it is. `publish`: the revision of the draft to publish, as the member saw it. `proposed`: requirements found in the
    job post. `seen`: the version of the mapping that the member saw. Raises JobTaken, ChangedMeanwhile, StaleDraft,
    NoDraft, Unfinished.
    """
    step = role.steps.select_related("organisation").get(kind=Step.Kind.ASSESSMENT)
    with transaction.atomic():
        automation = link(
            role=role,
            job=job_link(choice, choice.job.post(draft.post), requirements=proposed),
            stages={
                kind: [StageLink(stage_id=stage_id, name=stages[stage_id].name) for stage_id in chosen]
                for kind, chosen in draft.stages.items()
            },
            present=[
                automations.ApplicationInStage(application_id=one.application_id, stage_id=one.stage_id)
                for one in placed
                if one.application_id not in invite
            ],
            seen=seen,
            by=by,
            now=now,
        )
        if requirement and is_unpublished(step):
            set_requirement(step=step, text=requirement, by=by, now=now)
        if publish is not None:
            publishing.publish(step=step, revision=publish, by=by, now=now)
        for step in role.steps.filter(kind__in=draft.stages):
            set_delay(step=step, minutes=draft.delay(step.kind), by=by, now=now)
        for one in in_mapped_stages(placed, draft):
            if one.application_id in invite:
                jobs.invite_there.defer(
                    automation_id=automation.pk, remote_application_id=one.application_id, member_id=by.pk
                )
        recorded = AlreadyThere.objects.of(role.organisation).filter(automation=automation, recorded_at=now)
        if recorded.exists():
            jobs.sync_there.defer(automation_id=automation.pk, after=0)
    return automation


def job_link(choice: JobChoice, post: Post | None, *, requirements: Sequence[str] | None = None) -> JobLink:
    job = choice.job
    return JobLink(
        connection_id=choice.connection.pk,
        job_id=job.id,
        job_name=job.name,
        requisition_id=job.requisition_id,
        post_id=post.id if post else None,
        post_title=post.title if post else "",
        requirements=requirements,
        confidential=job.confidential,
    )


def in_mapped_stages(
    placed: Collection[ApplicationInStage], draft: AutomationDraft
) -> list[ApplicationInStage]:
    mapped = set(draft.mapped)
    return [one for one in placed if one.stage_id in mapped]


def already_requested(
    there: Collection[ApplicationInStage], draft: AutomationDraft, *, connection: Connection
) -> set[int]:
    step_requests = StepRequest.objects.of(connection.organisation).filter(
        application__connection_id=connection.pk,
        application__remote_id__in=[one.application_id for one in there],
    )
    known = set(step_requests.values_list("application__remote_id", "step__kind"))
    return {
        one.application_id
        for one in there
        if all(
            (one.application_id, kind) in known
            for kind, chosen in draft.stages.items()
            if one.stage_id in chosen
        )
    }
