"""Which applications a delivery may change. Where none can be, Harvest need not be asked."""

from goodword.candidates.models import Application
from goodword.greenhouse.inbox.actions import APPLICATION_ACTIONS, PERSON_ACTIONS
from goodword.greenhouse.inbox.payload import Delivery
from goodword.greenhouse.models import Connection
from goodword.roles.models import Automation, StageRule


def concerned(delivery: Delivery, *, connection: Connection) -> tuple[list[int], str]:
    """Greenhouse's ids of the applications to bring up to date, or none and the reason in a sentence."""
    if delivery.action in APPLICATION_ACTIONS and delivery.application_id is not None:
        reason = _foreign(delivery, connection=connection)
        return ([], reason) if reason else ([delivery.application_id], "")
    if delivery.action in PERSON_ACTIONS:
        ours = _of_person(delivery, connection=connection)
        return ours, "" if ours else "Nobody of ours: no effect."
    return [], f"“{delivery.action}” has no effect here."


def jobs_of(delivery: Delivery, *, connection: Connection) -> list[int]:
    """Greenhouse's ids of the jobs that a delivery is about; by a stage that one of ours maps, if it names none."""
    if delivery.job_ids or delivery.stage_id is None:
        return list(delivery.job_ids or ())
    rules = StageRule.objects.across_organisations().filter(
        automation__connection_id=connection.pk, stage_id=delivery.stage_id
    )
    return sorted(set(rules.values_list("automation__job_id", flat=True)))


def _foreign(delivery: Delivery, *, connection: Connection) -> str:
    """Why an application is none of ours, as far as the body tells; empty if it is, or cannot be known."""
    known = Application.objects.across_organisations().filter(
        connection_id=connection.pk, remote_id=delivery.application_id
    )
    if delivery.job_ids is None or known.exists():
        return ""
    linked = Automation.objects.across_organisations().filter(
        connection_id=connection.pk, job_id__in=delivery.job_ids
    )
    if linked.exists():
        return ""
    match delivery.job_ids:
        case ():
            return "It belongs to no job."
        case (job_id,):
            return f"Job {job_id} belongs to no role."
        case jobs:
            return f"Jobs {', '.join(map(str, jobs))} belong to no role."


def _of_person(delivery: Delivery, *, connection: Connection) -> list[int]:
    ours = Application.objects.across_organisations().filter(connection_id=connection.pk)
    found = set(
        ours.filter(candidate__remote_id=delivery.candidate_id).values_list("remote_id", flat=True)
    ) | set(ours.filter(remote_id__in=delivery.deleted_application_ids).values_list("remote_id", flat=True))
    return sorted(remote_id for remote_id in found if remote_id is not None)
