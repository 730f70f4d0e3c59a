from datetime import datetime

from django.db.models import QuerySet

from goodword.accounts.models import Organisation
from goodword.core.addresses import is_same
from goodword.core.models import Event
from goodword.notifications.domain.send import deadline_of
from goodword.notifications.models import Email, Link
from goodword.workflow.domain.eligibility import lock_application
from goodword.workflow.models import UNFINISHED, StepRequest, StepRun, lock

#: attention codes: mail bounces, was marked as spam, could not be sent
UNDELIVERED, COMPLAINED, NOT_SENT = "undelivered", "complained", "not_sent"
MAIL_FAILURES = frozenset({UNDELIVERED, COMPLAINED, NOT_SENT})


def invited_run[R: StepRun](model: type[R], email: Email) -> R | None:
    if email.deadline_days is None or email.link_purpose != Link.Purpose.CANDIDATE:
        return None
    rows: QuerySet[R] = model._default_manager.filter(  # type: ignore[assignment]  # typed as of Model
        step_request_id=email.link_subject_id, progress__in=UNFINISHED
    )
    found = rows.order_by("-pk").values_list("pk", flat=True).first()
    runs = f"{model._meta.model_name}:"
    if found is None or (email.key.startswith(runs) and not email.key.startswith(f"{runs}{found}:")):
        return None
    return lock(model, found)


def mark_invited(run: StepRun, email: Email, *, at: datetime) -> bool:
    """Record that the mail server accepted the mail (unsaved). Returns whether it was the first invitation."""
    is_first = run.invited_at is None
    if is_first:
        run.invited_at = at
        if run.begun_at is None:
            run.opened_at = at
    deadline = deadline_of(email, at=at)
    if deadline is not None and deadline > run.deadline_at:
        run.renew_deadline(deadline)
    if run.attention in {NOT_SENT, UNDELIVERED}:
        run.attention = ""
    return is_first


def has_queued_mail(*, organisation: Organisation, subject_ref: str) -> bool:
    """Whether an earlier mail is still queued; then no reminder is added."""
    waiting = (Email.State.QUEUED, Email.State.SENDING)
    return Email.objects.of(organisation).filter(subject_ref=subject_ref, state__in=waiting).exists()


def stop_reminders[R: StepRun](model: type[R], email: Email, *, code: str) -> R | None:
    """Stop reminders and mark the run, unless the address has changed. Keeps another reason for attention."""
    if email.link_purpose != Link.Purpose.CANDIDATE:
        return None
    application = email.application  # not for mails about an adjustment, which belong to its request
    if application is not None and not is_same(email.to_address, application.candidate.email):
        return None
    rows: QuerySet[R] = model._default_manager.filter(  # type: ignore[assignment]  # typed as of Model
        step_request_id=email.link_subject_id, progress__in=UNFINISHED, closed_at=None
    )
    found = rows.order_by("-pk").values_list("pk", flat=True).first()
    if found is None:
        return None
    run = lock(model, found)
    run.next_reminder_at = None
    if not run.attention or run.attention in MAIL_FAILURES:
        run.attention = code
    run.save(update_fields=["next_reminder_at", "attention"])
    return run


def clear_mail_failure(run: StepRun) -> None:
    if run.attention in {UNDELIVERED, NOT_SENT}:
        run.attention = ""
        run.save(update_fields=["attention"])


def mark_suspicious_name(model: type[StepRun], event: Event) -> None:
    """Set or clear the mark on an application's open runs. Idempotent. Keeps another reason for attention."""
    application_id = event.application_id or _application_of_mail(event)
    if application_id is None:
        return
    application = lock_application(application_id)
    mark = StepRequest.WaitingReason.SUSPICIOUS_NAME if application.candidate.is_name_suspicious else ""
    rows = model._default_manager.filter(
        step_request__application=application, progress__in=UNFINISHED, closed_at=None
    )
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        run = lock(model, pk)
        if run.attention in {"", StepRequest.WaitingReason.SUSPICIOUS_NAME} and run.attention != mark:
            run.attention = mark
            run.save(update_fields=["attention"])


def _application_of_mail(event: Event) -> int | None:
    """Mails about adjustment requests have no application of their own."""
    mails = Email.objects.across_organisations().filter(
        pk=event.data.get("email_id", 0), link_purpose=Link.Purpose.CANDIDATE
    )
    step_requests = StepRequest.objects.across_organisations()
    return (
        step_requests.filter(pk__in=mails.values("link_subject_id"))
        .values_list("application_id", flat=True)
        .first()
    )
