from datetime import datetime

from goodword.core.addresses import is_same
from goodword.core.models import Event
from goodword.notifications.domain.bounces import mail_of
from goodword.notifications.domain.queue import cancel
from goodword.notifications.domain.send import deadline_of
from goodword.notifications.models import Email, Link
from goodword.references.domain import checks
from goodword.references.domain.checks import plan_request_reminders, update_clock
from goodword.references.domain.mails import REQUEST
from goodword.references.domain.nominations import ask_for_another
from goodword.references.domain.requests import (
    cancel_queued_reminders,
    end_requests,
    plan_reminders,
    restore_requests,
    revoke_links,
)
from goodword.references.models import Check, ReferenceRequest
from goodword.roles.models import Step
from goodword.workflow.domain import application_outcome, candidate_mail
from goodword.workflow.domain.candidate_mail import clear_mail_failure, invited_run, mark_invited
from goodword.workflow.states import awaits_click


def on_application_changed(event: Event) -> None:
    """Pause, close, reopen or resume the check and its requests. Answers are kept."""
    now = event.occurred_at
    for act, check in application_outcome.apply_outcome(Check, event):
        match act:
            case "close":
                end_requests(check, why=ReferenceRequest.Why.CHECK_CLOSED, now=now)
            case "pause":
                cancel_queued_reminders(check, now=now)
            case "reopen":
                restore_requests(check, now=now)
        if act in {"reopen", "resume", "transfer"} and check.paused_at is None and not awaits_click(check):
            plan_reminders(check, now=now)
        update_clock(check, now=now)


def on_suspicious_name(event: Event) -> None:
    """Mark open checks whose mail is on hold because the name contains a link, or clear the mark."""
    candidate_mail.mark_suspicious_name(Check, event)


def on_requested_again(event: Event) -> None:
    """Resume a paused check when the application re-enters a stage of the step."""
    if event.data["kind"] == Step.Kind.REFERENCE_CHECK:
        on_application_changed(event)


def on_email_sent(event: Event) -> None:
    """Start the deadline and reminders of the candidate or referee."""
    email = mail_of(event)
    if email is None:
        return
    if email.kind == REQUEST:
        _referee_invited(email, event)
        return
    check = invited_run(Check, email)
    if check is None:
        return
    if mark_invited(check, email, at=event.occurred_at):
        check.opened_at = event.occurred_at
    update_clock(check, now=event.occurred_at, asked_at=event.occurred_at)


def on_email_queued_again(event: Event) -> None:
    """Clear the check's attention once a member has resent the mail."""
    email = mail_of(event)
    if email is None:
        return
    if email.kind == REQUEST:
        _referee_mail_requeued(email)
    elif (check := invited_run(Check, email)) is not None:
        clear_mail_failure(check)


def _referee_invited(email: Email, event: Event) -> None:
    found = _request_of(email)
    if found is None:
        return
    check, request = found
    request.invited_at = request.sent_at = event.occurred_at
    if deadline := deadline_of(email, at=event.occurred_at):
        request.deadline_at = max(request.deadline_at, deadline)
    plan_request_reminders(request, check=check, now=event.occurred_at)
    request.save()
    update_clock(check, now=event.occurred_at)


def _referee_mail_requeued(email: Email) -> None:
    found = _request_of(email)
    if found is not None:
        check, request = found
        request.undelivered_at = None
        request.save(update_fields=["undelivered_at"])
        update_clock(check, now=email.not_before)


def _request_of(email: Email) -> tuple[Check, ReferenceRequest] | None:
    known = ReferenceRequest.objects.of(email.organisation).filter(pk=email.link_subject_id or 0)
    if not known.exists():
        return None
    check, request = checks.lock_request(email.link_subject_id or 0)
    theirs = is_same(request.referee.email, email.to_address)
    return (check, request) if request.is_out and theirs else None


def on_email_failed(event: Event) -> None:
    """Revoke a referee's link and ask for another address; or mark the candidate's check."""
    email = mail_of(event, "application__candidate")
    if email is None:  # erased
        return
    if email.bounced_at is None:  # not the address's fault
        if email.deadline_days is not None:
            candidate_mail.stop_reminders(Check, email, code=candidate_mail.NOT_SENT)
        return
    if email.link_purpose == Link.Purpose.REFEREE:
        _referee_not_reached(email, now=event.occurred_at)
    else:
        candidate_mail.stop_reminders(Check, email, code=candidate_mail.UNDELIVERED)


def on_email_complained(event: Event) -> None:
    """Stop mail about this check. Links stay valid, since the complaint may be a mistake."""
    email = mail_of(event, "application__candidate")
    if email is None:
        return
    if email.link_purpose == Link.Purpose.REFEREE:
        _stop_writing(email, now=event.occurred_at)
    else:
        candidate_mail.stop_reminders(Check, email, code=candidate_mail.COMPLAINED)


def _referee_not_reached(email: Email, *, now: datetime) -> None:
    request = _locked(email)
    if request is None or request.undelivered_at is not None:
        return
    if request.begun_at is not None:
        # an earlier mail arrived, so the link stays valid
        _stop_reminders(request, now=now)
        return
    request.undelivered_at = now
    _stop_reminders(request, now=now)
    revoke_links(request, now=now)
    ask_for_another(request.check_run_id, request.pk, now=now, undeliverable=True)


def _stop_writing(email: Email, *, now: datetime) -> None:
    request = _locked(email)
    if request is not None:
        _stop_reminders(request, now=now)


def _locked(email: Email) -> ReferenceRequest | None:
    found = _request_of(email)
    return found[1] if found else None


def _stop_reminders(request: ReferenceRequest, *, now: datetime) -> None:
    request.next_reminder_at = request.slow_at = None
    request.save(update_fields=["undelivered_at", "next_reminder_at", "slow_at"])
    cancel(organisation=request.organisation, subject_ref=request.mail_ref, now=now, failed=False)
