import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.notifications.domain.mail_texts import render
from goodword.notifications.domain.queue import cancel
from goodword.notifications.models import Email
from goodword.references.domain import checks
from goodword.references.domain.checks import referee_deadline, update_check
from goodword.references.domain.mails import (
    REQUEST,
    mail_candidate,
    mail_referee,
    request_days,
    request_language,
    seen_of_request,
    unsent_request,
)
from goodword.references.domain.reminder_times import plan_request_reminders
from goodword.references.domain.requests import has_opted_out
from goodword.references.models import Check, Referee, ReferenceRequest
from goodword.workflow.domain.eligibility import closing_outcome
from goodword.workflow.models import UNFINISHED, awaits_click, lock, lock_application, record_event

BY_HIRE = "greenhouse"


class NotAsShown(Exception):
    """The mails have changed since the page was shown."""


class OptedOut(Exception):
    def __init__(self, referee: Referee) -> None:
        super().__init__(referee.pk)
        self.referee = referee


@dataclass(frozen=True, kw_only=True)
class MailPreview:
    referee: Referee
    email: Email
    subject: str
    text: str


def unsent_referees(check: Check) -> list[Referee]:
    """Return the referees whose request was neither sent nor deferred, in slot order."""
    return list(
        Referee.objects.of(check.organisation)
        .filter(check_run=check, replaced_at=None, request=None, deferred_at=None)
        .order_by("slot")
    )


def preview_mails(check: Check, *, now: datetime, link: str) -> list[MailPreview]:
    """The mails that *Send* would queue. `link`: a placeholder for the secret URL."""
    shown = []
    for referee in unsent_referees(check):
        email = unsent_request(check, referee, now=now)
        words = render(email, link=link)
        shown.append(MailPreview(referee=referee, email=email, subject=words.subject, text=words.text))
    return shown


def fingerprint(shown: list[MailPreview]) -> str:
    parts = [
        f"{mail.email.to_name}\0{mail.email.to_address}\0{mail.referee.after_offer}\0{mail.subject}\0{mail.text}"
        for mail in shown
    ]
    return hashlib.sha256("\0\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class SentMails:
    """The numbers of e-mails that were queued, and of those on hold until an offer."""

    sent: int
    deferred: int


def send_requests(*, check_id: int, seen: str, link: str, now: datetime) -> SentMails:
    """Send to every named referee not contacted yet, and defer those with `after_offer`. Idempotent. `seen`:
    fingerprint of the mails as shown, with `link` as a placeholder for the secret URL. Raises Closed, NotAsShown,
    OptedOut."""
    with transaction.atomic():
        check = checks.lock_open_check(check_id, now=now)
        referees = unsent_referees(check)
        if not referees:
            return SentMails(sent=0, deferred=0)
        for referee in referees:
            if has_opted_out(organisation=check.organisation, address=referee.email):
                raise OptedOut(referee)
        if fingerprint(preview_mails(check, now=now, link=link)) != seen:
            raise NotAsShown
        deferred = [referee for referee in referees if referee.after_offer]
        for referee in deferred:
            referee.deferred_at, referee.seen_texts = now, seen_of_request(check, referee)
            referee.save(update_fields=["deferred_at", "seen_texts"])
        requests = [send_request(check, referee, now=now) for referee in referees if not referee.after_offer]
        update_check(check, now=now)
        record_event(
            "check.requests_sent",
            check,
            by="candidate",
            at=now,
            requests=len(requests),
            deferred=len(deferred),
        )
        return SentMails(sent=len(requests), deferred=len(deferred))


def send_request(check: Check, referee: Referee, *, now: datetime) -> ReferenceRequest:
    """Send a request. The caller must call `update_check` afterwards."""
    deadline_days, reminder_days = request_days(check, referee)
    request = ReferenceRequest(
        organisation=check.organisation,
        check_run=check,
        referee=referee,
        sent_at=now,
        deadline_at=referee_deadline(check, now=now, days=deadline_days),
        language=request_language(check, referee),
        reminders_promised=len(reminder_days),
        reminder_days=reminder_days,
    )
    plan_request_reminders(request, check=check, now=now)
    request.save()
    mail_referee(request, check=check, kind=REQUEST, key="invitation", now=now)
    return request


def release_referee(*, referee_id: int, member: Membership, now: datetime) -> ReferenceRequest | None:
    """Send to a deferred referee. Returns None if there is nothing to send. Raises Referee.DoesNotExist, Closed."""
    with transaction.atomic():
        referee = Referee.objects.of(member.organisation).get(pk=referee_id)
        check = checks.lock_open_check(referee.check_run_id, now=now)
        return _release(check, referee.pk, by=f"member:{member.pk}", now=now)


def on_hired(event: Event) -> None:
    """Send to all deferred referees, unless the hire closes the check or was undone, or the check waits for a click
    after an undone rejection."""
    assert event.application_id is not None
    application = lock_application(event.application_id)
    if application.status != Application.Status.HIRED:
        return
    for check in _checks_of(application):
        if closing_outcome(check, application) or awaits_click(check):
            continue
        try:
            checks.refuse_if_check_over(check, now=event.occurred_at)
        except checks.CheckClosed:
            continue
        for referee in _deferred_referees(check):
            _release(check, referee.pk, by=BY_HIRE, now=event.occurred_at)


def on_unhired(event: Event) -> None:
    """Defer the requests again that the hire released and that haven't been sent."""
    assert event.application_id is not None
    application = lock_application(event.application_id)
    if application.status == Application.Status.HIRED:
        return
    for check in _checks_of(application):
        requests = ReferenceRequest.objects.of(check.organisation).filter(
            check_run=check, referee__released_by=BY_HIRE, state=ReferenceRequest.State.SENT
        )
        for request in requests.select_related("referee"):
            _defer_again(request, now=event.occurred_at)
        update_check(check, now=event.occurred_at)


def _checks_of(application: Application) -> list[Check]:
    rows = Check.objects.of(application.organisation).filter(
        step_request__application=application, progress__in=UNFINISHED
    )
    return [lock(Check, pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]


def _deferred_referees(check: Check) -> list[Referee]:
    rows = Referee.objects.of(check.organisation).filter(
        check_run=check, replaced_at=None, released_at=None, request=None
    )
    return list(rows.exclude(deferred_at=None).order_by("slot"))


def _release(check: Check, referee_id: int, *, by: str, now: datetime) -> ReferenceRequest | None:
    referee = next(
        (
            deferred_referee
            for deferred_referee in _deferred_referees(check)
            if deferred_referee.pk == referee_id
        ),
        None,
    )
    if referee is None:
        return None
    if has_opted_out(organisation=check.organisation, address=referee.email):
        referee.deferred_at = None
        referee.save(update_fields=["deferred_at"])
        update_check(check, now=now, asked_at=now)
        mail_candidate(
            check,
            name="another",
            key=f"barred:{referee.pk}",
            referee=referee.name,
            undeliverable=False,
            days=0,
            now=now,
        )
        return None
    referee.released_at, referee.released_by = now, by
    referee.save(update_fields=["released_at", "released_by"])
    request = send_request(check, referee, now=now)
    update_check(check, now=now)
    record_event("request.released", check, by=by, at=now, request_id=request.pk)
    return request


def _defer_again(request: ReferenceRequest, *, now: datetime) -> None:
    """Defer a request again, unless its mail has been sent, may have arrived, or is being sent."""
    mails = Email.objects.of(request.organisation).select_for_update(of=("self",), no_key=True)
    about_it = list(mails.filter(subject_ref=request.mail_ref, kind=REQUEST))
    if not about_it or any(mail.state != Email.State.QUEUED or mail.unanswered for mail in about_it):
        return
    cancel(organisation=request.organisation, subject_ref=request.mail_ref, now=now)
    referee = request.referee
    request.delete()
    referee.released_at, referee.released_by = None, ""
    referee.save(update_fields=["released_at", "released_by"])
