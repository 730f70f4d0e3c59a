from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application
from goodword.core.addresses import is_same
from goodword.core.models import Event
from goodword.core.workdays import end_of_working_day
from goodword.notifications.domain.bounces import has_complained
from goodword.notifications.domain.queue import deadline_of
from goodword.notifications.models import Email, Link
from goodword.roles.domain.settings import LONGEST_DEADLINE
from goodword.workflow.domain.eligibility import blocking_reason
from goodword.workflow.models import (
    UNFINISHED,
    StepRequest,
    StepRun,
    lock,
    lock_application,
    lock_newest_unfinished,
    lock_step_request,
)

#: attention codes: mail bounces, was marked as spam, could not be sent
UNDELIVERED, COMPLAINED, NOT_SENT = "undelivered", "complained", "not_sent"
MAIL_FAILURES = frozenset({UNDELIVERED, COMPLAINED, NOT_SENT})
#: how keys of mails about a run start, before its id
OF_RUNS = ("attempt:", "check:")


def invited_run[R: StepRun](model: type[R], email: Email) -> R | None:
    about = email.link_subject_id
    if about is None or email.deadline_days is None or email.link_purpose != Link.Purpose.CANDIDATE:
        return None
    runs = f"{model._meta.model_name}:"
    if email.key.startswith(OF_RUNS) and not email.key.startswith(runs):
        return None  # about the other kind of run
    found = lock_newest_unfinished(model, about)
    if found is None or (email.key.startswith(runs) and not email.key.startswith(f"{runs}{found.pk}:")):
        return None
    return found


def mark_invited(run: StepRun, email: Email, *, at: datetime) -> bool:
    """Record that the mail server has accepted the mail, without saving. Returns whether it was the first
    invitation."""
    is_first = run.invited_at is None
    if is_first:
        run.invited_at = at
        if run.begun_at is None:
            run.opened_at = at
    deadline = deadline_of(email, at=at)
    if deadline is not None and deadline > run.deadline_at:
        run.renew_deadline(deadline, at=at)
    if run.attention in MAIL_FAILURES:
        run.attention = complaint_code(run.step_request.application)
    return is_first


def has_queued_mail(*, organisation: Organisation, subject_ref: str) -> bool:
    waiting = (Email.State.QUEUED, Email.State.SENDING)
    return Email.objects.of(organisation).filter(subject_ref=subject_ref, state__in=waiting).exists()


def candidate_complained(application: Application) -> bool:
    return has_complained(application.organisation, application.pk, application.candidate.email)


def complaint_code(application: Application) -> str:
    """The attention code of a run with no other problem: COMPLAINED or ""."""
    return COMPLAINED if candidate_complained(application) else ""


def mark_mail_failure(model: type[StepRun], email: Email, *, code: str) -> None:
    """After a mail failed, stop the run's reminders and mark the run, unless the address has changed since. Other
    reasons for attention stay. A spam complaint concerns all the application's runs."""
    if email.link_purpose != Link.Purpose.CANDIDATE:
        return
    if not is_same(email.to_address, _address_of_candidate(email)):
        return
    rows = model._default_manager.filter(progress__in=UNFINISHED, closed_at=None)
    if code == COMPLAINED and email.application_id is not None:  # ends all mail about the application
        rows = rows.filter(step_request__application_id=email.application_id)
    else:
        newest = rows.filter(step_request_id=email.link_subject_id).order_by("-pk")[:1]
        rows = rows.filter(pk__in=newest.values("pk"))
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        run = lock(model, pk)
        run.next_reminder_at = None
        if not run.attention or run.attention in MAIL_FAILURES:
            run.attention = code
        run.save(update_fields=["next_reminder_at", "attention"])


def _address_of_candidate(email: Email) -> str:
    if email.application is not None:
        return email.application.candidate.email
    # mails about adjustments belong to no application
    step_requests = StepRequest.objects.of(email.organisation).filter(pk=email.link_subject_id or 0)
    return step_requests.values_list("application__candidate__email", flat=True).first() or ""


def clear_mail_failure(run: StepRun) -> None:
    if run.attention in {UNDELIVERED, NOT_SENT}:
        run.attention = complaint_code(run.step_request.application)
        run.save(update_fields=["attention"])


def mark_suspicious_name(model: type[StepRun], event: Event) -> None:
    """Set or clear the mark on an application's open runs. Idempotent. Other reasons for attention stay."""
    application_id = event.application_id or _application_of_mail(event)
    if application_id is None:
        return
    application = lock_application(application_id)
    suspicious = StepRequest.WaitingReason.SUSPICIOUS_NAME
    mark = suspicious if application.candidate.is_name_suspicious else complaint_code(application)
    rows = model._default_manager.filter(
        step_request__application=application, progress__in=UNFINISHED, closed_at=None
    )
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        run = lock(model, pk)
        if run.attention in {"", suspicious} and run.attention != mark:
            run.attention = mark
            run.save(update_fields=["attention"])


def _application_of_mail(event: Event) -> int | None:
    """Return the id of the application that the mail is about, or None for mails about adjustment requests."""
    mails = Email.objects.across_organisations().filter(
        pk=event.data.get("email_id", 0), link_purpose=Link.Purpose.CANDIDATE
    )
    step_requests = StepRequest.objects.across_organisations()
    return (
        step_requests.filter(pk__in=mails.values("link_subject_id"))
        .values_list("application_id", flat=True)
        .first()
    )


CANCELLED: Final = "cancelled"
#: members can't send a reminder this soon after another mail
QUIET_AFTER_MAIL: Final = timedelta(minutes=10)


class Refused(Exception):
    """The message is for the member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    left: int
    out_of_hours: bool


def actor(member: Membership) -> str:
    return f"member:{member.pk}"


def lock_for_member[R: StepRun](model: type[R], run_id: int, *, member: Membership) -> R:
    """Lock application, step request and run. Raises `model.DoesNotExist`, including for another organisation's
    run."""
    rows = model.objects.of(member.organisation)
    found = lock_step_request(rows.values_list("step_request_id", flat=True).get(pk=run_id))
    if found is None:
        raise model.DoesNotExist
    run = lock(model, run_id)
    run.step_request.application = found[1]
    return run


def refuse_if_over(deadline: datetime, *, now: datetime) -> None:
    if deadline < now:
        raise Refused(_("The deadline has passed. Extend it first."))


def refuse_if_unreachable(run: StepRun, application: Application) -> None:
    if candidate_complained(application):
        raise Refused(_("This person marked our e-mail as spam, so we no longer e-mail them."))
    if blocking_reason(application) or run.attention in MAIL_FAILURES:
        raise Refused(_("We can't e-mail this candidate; the page says why."))


def refuse_if_used_up(left: int) -> None:
    if left <= 0:
        raise Refused(_("All promised reminders have been sent. Use Invite again instead."))


def refuse_if_written_to(organisation: Organisation, subject_ref: str, *, now: datetime) -> None:
    mails = Email.objects.of(organisation).filter(subject_ref=subject_ref)
    recent = mails.filter(created_at__gt=now - QUIET_AFTER_MAIL).exclude(
        state__in=(Email.State.CANCELLED, Email.State.FAILED)
    )
    if recent.exists() or has_queued_mail(organisation=organisation, subject_ref=subject_ref):
        raise Refused(_("An e-mail was just sent or is about to be. Wait ten minutes."))


def later_deadline(
    organisation: Organisation, days: int, *, before: datetime, day: str, now: datetime
) -> datetime:
    """The end of a working day. Raises Refused, naming the current `day`, if it is earlier than `before`, and
    ValueError for an impossible number of `days`."""
    if not 1 <= days <= LONGEST_DEADLINE:
        raise ValueError(f"{days} working days")
    until = end_of_working_day(now, days, calendar=organisation.calendar)
    if until < before - timedelta(minutes=1):
        raise Refused(_("The deadline is already %(day)s. Choose a later one.") % {"day": day})
    return until
