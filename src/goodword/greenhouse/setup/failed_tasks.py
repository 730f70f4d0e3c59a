"""An organisation's failed jobs that no sweep repeats, for its members."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from goodword.accounts.models import Membership, Organisation
from goodword.assessments.models import Test
from goodword.core import failed
from goodword.roles.models import Automation
from goodword.roles.queries import visible_roles

INVITE, SYNC = "automation.invite_there", "automation.sync_there"
NORMS, CALIBRATION = "assessments.norms", "assessments.calibration"
RESET = "accounts.mail_reset_link"

#: jobs, and the argument that identifies their organisation
OWNED_BY: Final = {
    INVITE: "automation_id",
    SYNC: "automation_id",
    NORMS: "test_id",
    CALIBRATION: "test_id",
    RESET: "user_id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedTask:
    """A failed job: its id and its task."""

    job_id: int
    words: str


def failed_tasks(member: Membership, *, now: datetime) -> list[FailedTask]:
    """The failed jobs of the member's organisation, newest first.

    Roles that the member may not see aren't named, and only admins see whose password reset it is.
    """
    roles = dict(visible_roles(member).values_list("automations__pk", "title"))
    tests = dict(Test.objects.of(member.organisation).values_list("pk", "title"))
    people: dict[int, str] = {}
    if member.is_admin:
        people = dict(Membership.objects.of(member.organisation).values_list("user_id", "user__name"))

    def words(job: ProcrastinateJob) -> str:
        of = job.args[OWNED_BY[job.task_name]]
        named = {
            "role": roles.get(of) or _("a role"),
            "test": tests.get(of),
            "name": people.get(of) or _("a member"),
        }
        return {
            INVITE: _("Invite a candidate who was already in a mapped stage of %(role)s"),
            SYNC: _("Copy candidates who were already in the mapped stages of %(role)s"),
            NORMS: _("Make norms for %(test)s"),
            CALIBRATION: _("Calibrate %(test)s"),
            RESET: _("E-mail a password reset link to %(name)s"),
        }[job.task_name] % named

    return [FailedTask(job_id=job.pk, words=words(job)) for job in _jobs(member.organisation, now=now)]


def try_again(organisation: Organisation, *, now: datetime) -> int:
    """Retry all of them. Returns how many."""
    return sum(failed.retry_job(job.pk, now) for job in _jobs(organisation, now=now))


def _jobs(organisation: Organisation, *, now: datetime) -> list[ProcrastinateJob]:
    found = [
        job for job in failed.failed_jobs().filter(task_name__in=OWNED_BY) if not _is_stale(job, now=now)
    ]
    if not found:
        return []
    automations = set(Automation.objects.of(organisation).values_list("pk", flat=True))
    tests = set(Test.objects.of(organisation).values_list("pk", flat=True))
    people = set(Membership.objects.of(organisation).values_list("user_id", flat=True))
    owned = {"automation_id": automations, "test_id": tests, "user_id": people}
    return [job for job in found if job.args[OWNED_BY[job.task_name]] in owned[OWNED_BY[job.task_name]]]


def _is_stale(job: ProcrastinateJob, *, now: datetime) -> bool:
    """Whether a password reset was requested so long ago that nobody waits for its e-mail any more."""
    if job.task_name != RESET:
        return False
    asked_at = datetime.fromisoformat(job.args["asked_at"])
    return now - asked_at >= timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
