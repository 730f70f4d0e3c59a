"""Confirming an automation: candidates already in a mapped stage are invited or synced."""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.assessments.plans import publishing
from goodword.candidates.models import Application
from goodword.core import jobs, process
from goodword.greenhouse.client import HarvestError, Invalid, NotFound, UnexpectedShape
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.catalogue import ApplicationInStage, Post, Stage
from goodword.greenhouse.sync.applications import TooBusy, start_stage_steps, sync_application
from goodword.roles.domain import automation as automations
from goodword.roles.domain.automation import JobLink, StageLink, link
from goodword.roles.domain.settings import set_delay, set_requirement
from goodword.roles.models import AlreadyThere, Automation, Role, Step
from goodword.workflow.domain.eligibility import is_unpublished
from goodword.workflow.models import StepRequest, lock_application
from goodword.workspace.automation.access import JobChoice, known_elsewhere
from goodword.workspace.automation.draft import AutomationDraft

log = logging.getLogger(__name__)

#: applications per job
BATCH = 50
#: errors of a single application; reconciliation retries it
SKIPPED = (NotFound, Invalid, UnexpectedShape, TooBusy)


def invite_candidate(*, automation_id: int, remote_application_id: int, by: str, now: datetime) -> None:
    """Sync the application, then request the stage's steps not requested yet. Raises HarvestError for a retry."""
    linked = _linked(automation_id)
    if linked is None:
        return
    automation, connection = linked
    sync_application(connection, remote_application_id, now=now)
    application = (
        Application.objects.of(connection.organisation)
        .filter(connection_id=connection.pk, remote_id=remote_application_id)
        .first()
    )
    if application is not None:
        with transaction.atomic():
            start_stage_steps(application.pk, job_id=automation.job_id, by=by, at=now)


def take_over(*, automation_id: int) -> None:
    """Move these applications to the job's role with their steps and results without waiting for their next sync."""
    linked = _linked(automation_id)
    if linked is None:
        return
    automation, connection = linked
    rows = known_elsewhere(connection, automation.job_id, automation.role)
    for pk in list(rows.order_by("pk").values_list("pk", flat=True)):
        process.check_stop()
        with transaction.atomic():
            still_linked = Automation.objects.across_organisations().select_for_update(no_key=True)
            if not still_linked.filter(pk=automation.pk).exists():
                return
            if rows.filter(pk=pk).update(role=automation.role):
                lock_application(pk)  # moves its step requests


def sync_batch(*, automation_id: int, after: int, now: datetime) -> int | None:
    """Sync unknown applications without inviting. Returns the row to continue after, None at the end."""
    linked = _linked(automation_id)
    if linked is None:
        return None
    automation, connection = linked
    rows = AlreadyThere.objects.of(connection.organisation).filter(automation=automation, pk__gt=after)
    batch = list(rows.order_by("pk")[:BATCH])
    known = set(
        Application.objects.of(connection.organisation)
        .filter(connection_id=connection.pk, remote_id__in=[row.remote_application_id for row in batch])
        .exclude(role=None)
        .values_list("remote_id", flat=True)
    )
    for remote_id in dict.fromkeys(row.remote_application_id for row in batch):
        process.check_stop()
        if remote_id not in known:
            _one(connection, remote_id, now=now)
    return batch[-1].pk if len(batch) == BATCH else None


def _linked(automation_id: int) -> tuple[Automation, Connection] | None:
    """The automation and its connection; None if it was unlinked, or the connection disconnected."""
    rows = Automation.objects.across_organisations().select_related("role__organisation")
    automation = rows.filter(pk=automation_id).first()
    if automation is None:
        return None
    connection = (
        Connection.objects.across_organisations()
        .select_related("organisation")
        .exclude(state=Connection.State.DISCONNECTED)
        .filter(pk=automation.connection_id)
        .first()
    )
    return (automation, connection) if connection is not None else None


def _one(connection: Connection, remote_id: int, *, now: datetime) -> None:
    try:
        sync_application(connection, remote_id, now=now)
    except SKIPPED as error:
        kind = error.sentence if isinstance(error, HarvestError) else str(error)
        log.warning("Application %d of %s was left out: %s", remote_id, connection, kind)


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
    scales: Sequence[str],
    publish: int | None,
    proposed: Sequence[str],
    by: Membership,
    now: datetime,
) -> Automation:
    """Save the automation. Invite those in `invite` of the candidates already in mapped stages, and record the others.
    `invite`: Greenhouse ids of applications. `requirement`: publishes the default assessment with it, unless empty, on
    the chosen `scales`. `publish`: the revision of the draft that the member saw, to publish. `proposed`: requirements
    found in the job post. `seen`: the version of the mapping that the member saw. Raises JobTaken, ChangedMeanwhile,
    StaleDraft, NoDraft, Unfinished."""
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
                automations.StagePlacement(
                    application_id=application_stage.application_id, stage_id=application_stage.stage_id
                )
                for application_stage in placed
                if application_stage.application_id not in invite
            ],
            seen=seen,
            by=by,
            now=now,
        )
        if requirement and is_unpublished(step):
            set_requirement(step=step, text=requirement, scales=scales, by=by, now=now)
        if publish is not None:
            publishing.publish(step=step, revision=publish, by=by, now=now)
        for step in role.steps.filter(kind__in=draft.stages):
            set_delay(step=step, minutes=draft.delay(step.kind), by=by, now=now)
        for application_stage in in_mapped_stages(placed, draft):
            if application_stage.application_id in invite:
                jobs.named("automation.invite_there").defer(
                    automation_id=automation.pk,
                    remote_application_id=application_stage.application_id,
                    member_id=by.pk,
                )
        recorded = AlreadyThere.objects.of(role.organisation).filter(automation=automation, recorded_at=now)
        earlier = known_elsewhere(choice.connection, choice.job.id, role)
        if recorded.exists() or earlier.exists():
            jobs.named("automation.sync_there").defer(automation_id=automation.pk, after=0)
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
    return [application_stage for application_stage in placed if application_stage.stage_id in mapped]


def already_requested(
    there: Collection[ApplicationInStage], draft: AutomationDraft, *, connection: Connection
) -> set[int]:
    step_requests = StepRequest.objects.of(connection.organisation).filter(
        application__connection_id=connection.pk,
        application__remote_id__in=[application_stage.application_id for application_stage in there],
    )
    known = set(step_requests.values_list("application__remote_id", "step__kind"))
    return {
        application_stage.application_id
        for application_stage in there
        if all(
            (application_stage.application_id, kind) in known
            for kind, chosen in draft.stages.items()
            if application_stage.stage_id in chosen
        )
    }
