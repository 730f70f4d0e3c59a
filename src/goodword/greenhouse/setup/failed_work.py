from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation
from goodword.assessments.models import Test
from goodword.candidates.models import Application, visible_applications
from goodword.core import events, job_recovery
from goodword.core.models import Reaction
from goodword.roles.models import Automation, visible_roles

INVITE, SYNC = "automation.invite_there", "automation.sync_there"
NORMS, CALIBRATION = "assessments.norms", "assessments.calibration"
RESET, CHANGED = "accounts.mail_reset_link", "accounts.mail_security_change"

#: the argument of each job that identifies its organisation
OWNED_BY: Final = {
    INVITE: "automation_id",
    SYNC: "automation_id",
    NORMS: "test_id",
    CALIBRATION: "test_id",
    RESET: "user_id",
    CHANGED: "user_id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedReaction:
    reaction: Reaction
    application: Application | None


def _failed_reactions(organisation: Organisation) -> QuerySet[Reaction]:
    return events.failed_reactions().filter(event__organisation_id=organisation.pk)


def failed_reactions(member: Membership) -> list[FailedReaction]:
    rows = list(_failed_reactions(member.organisation))
    ids = {row.event.application_id for row in rows if row.event.application_id is not None}
    seen = visible_applications(member).in_bulk(ids) if ids else {}
    return [FailedReaction(reaction=row, application=seen.get(row.event.application_id or 0)) for row in rows]


def retry_all(organisation: Organisation, *, member: Membership, now: datetime) -> int:
    count = events.retry_reactions(_failed_reactions(organisation))
    jobs = sum(job_recovery.retry_job(job.pk) for job in _failed_jobs(organisation, now=now))
    if count or jobs:
        write_by(member, "reactions.tried_again", now=now, details={"reactions": count, "jobs": jobs})
    return count + jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedJob:
    job_id: int
    description: str


def failed_jobs(member: Membership, *, now: datetime) -> list[FailedJob]:
    """Return failed jobs, newest first, without those of roles that the member isn't allowed to see. Only admins see
    whose password reset failed."""
    roles = dict(visible_roles(member).values_list("automations__pk", "title"))
    tests = dict(Test.objects.of(member.organisation).values_list("pk", "title"))
    people: dict[int, str] = {}
    if member.is_admin:
        people = dict(Membership.objects.of(member.organisation).values_list("user_id", "user__name"))

    def describe(job: ProcrastinateJob) -> str:
        owner = job.args[OWNED_BY[job.task_name]]
        names = {
            "role": roles.get(owner) or _("a role"),
            "test": tests.get(owner),
            "name": people.get(owner) or _("a member"),
        }
        return {
            INVITE: _("Invite a candidate who was already in a mapped stage of %(role)s"),
            SYNC: _("Copy candidates who were already in the mapped stages of %(role)s"),
            NORMS: _("Compute norms for %(test)s"),
            CALIBRATION: _("Calibrate %(test)s"),
            RESET: _("E-mail a password reset link to %(name)s"),
            CHANGED: _("Tell %(name)s by e-mail that their sign-in was changed"),
        }[job.task_name] % names

    return [
        FailedJob(job_id=job.pk, description=describe(job))
        for job in _failed_jobs(member.organisation, now=now)
    ]


def _failed_jobs(organisation: Organisation, *, now: datetime) -> list[ProcrastinateJob]:
    found = [
        job
        for job in job_recovery.failed_jobs().filter(task_name__in=OWNED_BY)
        if not _is_stale(job, now=now)
    ]
    if not found:
        return []
    automations = set(Automation.objects.of(organisation).values_list("pk", flat=True))
    tests = set(Test.objects.of(organisation).values_list("pk", flat=True))
    people = set(Membership.objects.of(organisation).values_list("user_id", flat=True))
    owned = {"automation_id": automations, "test_id": tests, "user_id": people}
    return [job for job in found if job.args[OWNED_BY[job.task_name]] in owned[OWNED_BY[job.task_name]]]


def _is_stale(job: ProcrastinateJob, *, now: datetime) -> bool:
    if job.task_name != RESET:
        return False
    asked_at = datetime.fromisoformat(job.args["asked_at"])
    return now - asked_at >= timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
