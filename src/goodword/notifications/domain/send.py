"""Sends one mail: claim, act, settle. A job sends it at once, or else the sweep.

If the process dies before the outcome is stored, the sweep sends the mail again: a duplicate is better than no mail,
and all attempts have the same Message-ID. A mail that may have arrived is sent at most twice more; then a member
decides. Server failures don't count as attempts (docs/decisions/0030-*); mail waits
for the sweep until the outage is over. While the server is down, one mail at a time is sent as a probe.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import MIMEPart
from email.utils import formataddr
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet

from goodword.accounts.models import logo_of
from goodword.core import clock, events, jobs, mail, outbox, process, telemetry
from goodword.core.addresses import with_ascii_domain
from goodword.core.compiled_queries import compiled, prepared
from goodword.core.jobs import Lane
from goodword.core.mail import Fault, FaultScope, MailWithdrawn, Unwritable, connection_kept
from goodword.core.text import clean_text, defused_in_header
from goodword.notifications.domain import links, queue
from goodword.notifications.domain.bounces import (
    LONGEST_REASON,
    is_unwanted,
    keeping_mail,
    mark_of,
    message_id_of,
    record_event,
    return_address_of,
)
from goodword.notifications.domain.mail_texts import LOGO_ID, Rendered, redact, render
from goodword.notifications.models import Email, Link, MailService

#: delays after temporary failures such as greylisting or a full mailbox: two days in total
MAIL_RETRY_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 480, 960, 1200))
#: delays after a message was sent without a response, since each further attempt may deliver another copy
UNANSWERED = (timedelta(minutes=15), timedelta(hours=4))
#: seconds after which a mail counts as slow, and others no longer wait for it
SLOW_MAIL = 5
#: seconds that a mail waits for a slot
SLOT_WAIT = 2
SWEEP_AT_MOST = 200
#: per worker, each with a connection to the mail server; the sweep has one more
THREADS = 3
#: delays between probes; the last one repeats
PROBE_PACE = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120, 180))
#: maximum time until a message is sent, and from then to the response, with a margin
BEFORE_MESSAGE = timedelta(minutes=5)
FOR_ANSWER = timedelta(minutes=20)
LONGEST_REPLY = 300
INVALID_ADDRESS = "This is not a valid e-mail address."
_SERVICE_ROW = 1
_ADDRESS = re.compile(r"(?<!\S)\S+?@\S+")
_RENDERED = ("subject", "text", "html", "message_id", "context", "to_address", "to_name")
_free = threading.Condition()
_slots: list[float] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPermit:
    """Permission to send one mail now. `probe`: its number as a probe, or 0 while the server is up."""

    probe: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    since: datetime
    error: str


def send(*, email_id: int, now: datetime) -> bool:
    """Send the mail if it is due. Returns False if the mail server is unavailable, so that the caller stops."""
    with prepared():
        with transaction.atomic():
            permit = ask_permit(now=now)
            if permit is None:
                return False
            email = outbox.claim(
                Email, email_id, now=now, related=("organisation", "quoted_candidate__merged_into")
            )
            if email is None or _is_delivered(email, now=now):
                return_permit(permit)
                return True
            queue.update_address(email)
            if _is_cancelled(email, now=now):
                return_permit(permit)
                return True
            logo = logo_of(email.organisation) if email.organisation.logo_digest else None
        try:
            with telemetry.span("mail", of=lambda: email.application_id, kind=email.kind):
                return _send(email, permit, logo=logo, now=now)
        except BaseException:
            return_permit(permit)
            raise


def _is_delivered(email: Email, *, now: datetime) -> bool:
    """Whether an attempt that got no response turned out to be delivered while the next one was under way. If so,
    settle the claimed mail as sent."""
    if email.delivered_at is None or not email.unanswered:
        return False
    _settle_delivered(email, now=now)
    return True


def _is_cancelled(email: Email, *, now: datetime) -> bool:
    """Whether a claimed mail must no longer be sent. If so, cancel it."""
    if reason := queue.reason_to_withhold(email):
        error = reason
    elif is_unwanted(email):
        error = "They marked an earlier mail as spam."
    elif email.not_after is not None and now > email.not_after:
        error = "This mail was no longer valid."
    else:
        return False
    outbox.settle_cancelled(email, now=now, error=error)
    return True


def _send(email: Email, permit: SendPermit, *, logo: bytes | None, now: datetime) -> bool:
    if queue.defer_for_candidate(email, now=now):
        return_permit(permit)
        return True
    link, url = None, ""
    if email.link_purpose and email.link_subject_id is not None:
        link, url = links.new_link(
            organisation=email.organisation,
            purpose=email.link_purpose,
            subject_id=email.link_subject_id,
            email=email,
            now=now,
        )
    rendered = _render(email, link=url, logo=logo, now=now)
    try:
        message = _message(email, rendered)
        _deliver(message, email.to_address, partial(_hand_over, email, permit, link=link, now=now))
    except MailWithdrawn:  # just cancelled, or claimed by another worker
        return_permit(permit)
        return True
    except Fault as fault:
        return _not_accepted(email, permit, fault, now=now)
    with keeping_mail(email), events.reacting():
        end_outage()
        record_sent(email, now=now, provider_id=_provider_id(message))
    return True


def record_sent(email: Email, *, now: datetime, provider_id: str = "") -> None:
    """Settle a claimed mail that the server accepted, unless another worker has it. Only within `events.reacting`."""
    if outbox.settle_sent(email, now=now, provider_id=provider_id):
        record_event("email.sent", email, now=now)


def interrupted(*, now: datetime) -> QuerySet[Email]:
    """Mails left as *sending* by workers that died. The limit is longer for mails that were sent, since a live worker
    may be waiting for the response."""
    kept = Q(handed_over_at=None, claimed_at__lte=now - BEFORE_MESSAGE)
    unanswered = Q(handed_over_at__lte=now - FOR_ANSWER)
    return Email.objects.across_organisations().filter(kept | unanswered, state=Email.State.SENDING)


def requeue_interrupted(*, now: datetime) -> None:
    for email in interrupted(now=now).filter(handed_over_at=None):
        if email.counted_attempts > len(MAIL_RETRY_DELAYS):
            not_sent(email, now=now, permanent=True, error="Goodword could not create this mail.")
        else:
            outbox.settle_later(email, error=email.last_error, at=email.not_before)
    for email in interrupted(now=now).filter(handed_over_at__isnull=False):
        with transaction.atomic():
            _unanswered(email, error="The worker stopped before the mail server responded.", now=now)


def _deliver(message: EmailMultiAlternatives, to_address: str, hand_over: Callable[[], None]) -> None:
    """Send the message to the server or provider. Raises Fault, or MailWithdrawn if it must not be sent."""
    try:
        validate_email(to_address)
        if mail.is_smtp(settings.MAILERS):
            message.hand_over = hand_over  # type: ignore[attr-defined]  # core.mail calls it
            message.send()
        else:
            from goodword.notifications.domain import provider_api  # its libraries take three megabytes

            hand_over()
            provider_api.send(message)
    except (ImproperlyConfigured, OSError) as error:
        if isinstance(error, Fault):
            raise
        raise Fault(f"The mail server could not be used: {error}", scope=FaultScope.SERVER) from error
    except (ValidationError, ValueError) as error:  # ValueError: an invalid header
        wrong = isinstance(error, ValidationError)
        raise Unwritable(INVALID_ADDRESS, address=wrong) from error


def _hand_over(email: Email, permit: SendPermit, *, link: Link | None, now: datetime) -> None:
    """Record that the message is being sent, with link and text. Raises MailWithdrawn if the mail was erased, cancelled
    or claimed by another worker."""
    with transaction.atomic():
        columns = _rendered_columns(email) | {"handed_over_at": now, "provider_id": ""}
        if not outbox.still_claimed(email).update(**columns):
            raise MailWithdrawn
        if link is not None:
            link.save()
        extend_probe(permit, now=now)


def _not_accepted(email: Email, permit: SendPermit, fault: Fault, *, now: datetime) -> bool:
    with transaction.atomic():
        match fault.scope:
            case FaultScope.MAIL:
                if isinstance(fault, Unwritable):
                    return_permit(permit)
                else:
                    end_outage()
                not_sent(
                    email,
                    now=now,
                    permanent=fault.permanent,
                    returned=fault.address,
                    error=fault.words,
                    **_rendered_columns(email),
                )
                return True
            case FaultScope.UNKNOWN:
                record_outage(permit, error=fault.words, now=now)
                _unanswered(email, error=fault.words, now=now)
            case FaultScope.SERVER:
                again = record_outage(permit, error=fault.words, now=now)
                _drop_link(email, now=now)
                outbox.settle_later(
                    email,
                    error=fault.words,
                    at=max(again, now + probe_pace(email.excused)),
                    excused=email.excused + 1,
                    handed_over_at=None,
                )
    return False


def _unanswered(email: Email, *, error: str, now: datetime) -> None:
    """Retry a few times, since the mail may have arrived, then let a person decide. If the provider has reported
    meanwhile that it did, it was sent."""
    rows = Email.objects.of(email.organisation).select_for_update(no_key=True).filter(pk=email.pk)
    if any(rows.values_list("delivered_at", flat=True)):
        _settle_delivered(email, now=now)
        return
    columns = {"unanswered": email.unanswered + 1, "excused": email.excused + 1, "handed_over_at": None}
    if email.unanswered < len(UNANSWERED):
        outbox.settle_later(email, error=error, at=now + UNANSWERED[email.unanswered], **columns)
    elif outbox.settle_failed(email, now=now, error=f"{error} It may have arrived.", **columns):
        record_event("email.failed", email, now=now)


def _settle_delivered(email: Email, *, now: datetime) -> None:
    if outbox.settle_sent(email, now=now):
        record_event("email.sent", email, now=now)


def _drop_link(email: Email, *, now: datetime) -> None:
    Link.objects.of(email.organisation).filter(email=email, created_at=now).delete()


def _render(email: Email, *, link: str, logo: bytes | None, now: datetime) -> Rendered:
    """Set the columns of _RENDERED. Does not save."""
    queue.set_deadline(email, at=now)
    queue.update_names(email)
    rendered = render(email, link=link, logo=logo)
    kept = redact(rendered, link=link)
    email.subject, email.text, email.html = kept.subject, kept.text, kept.html
    email.message_id = message_id_of(email.pk)
    return rendered


def _rendered_columns(email: Email) -> dict[str, Any]:
    return {name: getattr(email, name) for name in _RENDERED}


def _message(email: Email, rendered: Rendered) -> EmailMultiAlternatives:
    """Raises Unwritable."""
    try:
        to_address = with_ascii_domain(email.to_address)
    except ValueError as error:
        raise Unwritable(INVALID_ADDRESS, address=True) from error
    sender = formataddr((_safe_in_header(email.from_name), settings.GOODWORD_MAIL_FROM))
    headers = {"Message-ID": email.message_id, "Auto-Submitted": "auto-generated"}
    if back := return_address_of(email.pk):  # envelope sender, which gets bounces
        headers["From"], sender = sender, back
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=sender,
        to=[formataddr((_safe_in_header(email.to_name), to_address))],
        reply_to=[email.reply_to],
        headers=headers,
    )
    message.attach_alternative(rendered.html, "text/html")
    if rendered.logo:
        picture = MIMEPart()
        picture.set_content(
            rendered.logo,
            maintype="image",
            subtype="png",
            disposition="inline",
            cid=f"<{LOGO_ID}>",
            filename="logo.png",
        )
        message.attach(picture)
    # included in the provider's events even before we have stored its id; short, since some allow only a few characters
    message.metadata = {"goodword_mail": f"{mark_of(email.pk)}@goodword"}  # type: ignore[attr-defined]  # Anymail's way
    return message


def _safe_in_header(name: str) -> str:
    """A name safe in a header: one line, no control characters, no address or link that could pass for ours."""
    return defused_in_header(clean_text(name, one_line=True))


def _provider_id(message: EmailMultiAlternatives) -> str:
    status = getattr(message, "anymail_status", None)
    found = status.message_id if status is not None else ""
    return found if isinstance(found, str) else ""


def not_sent(
    email: Email, *, now: datetime, permanent: bool, error: str, returned: bool = False, **columns: Any
) -> None:
    """Settle a claimed mail that was not sent, and report the last failure. `returned`: the address is the problem."""
    columns["handed_over_at"] = None
    if returned:
        columns |= {"bounced_at": now, "bounce_reason": error[:LONGEST_REASON]}
    with transaction.atomic():
        over = (
            outbox.settle_failed(email, now=now, error=error, **columns)
            if permanent
            else outbox.settle_retry(email, now=now, error=error, delays=MAIL_RETRY_DELAYS, **columns)
        )
        if over:
            record_event("email.failed", email, now=now)


def current_outage() -> Outage | None:
    return next((Outage(since=since, error=error) for since, error in _outages() if since), None)


@compiled
def _outages() -> QuerySet[MailService, tuple[datetime | None, str]]:
    rows = MailService.objects.filter(pk=_SERVICE_ROW, down_since__isnull=False)
    return rows.values_list("down_since", "last_error")


def ask_permit(*, now: datetime) -> SendPermit | None:
    """Permission to send one mail, or None to wait. While the server is down, the first caller gets to probe."""
    if not MailService.objects.filter(pk=_SERVICE_ROW, down_since__isnull=False).exists():
        return SendPermit(probe=0)
    with transaction.atomic():
        row = (
            MailService.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(
                _is_due("probe_at", PROBE_PACE[-1], now),
                _is_due("probing_until", FOR_ANSWER, now),
                pk=_SERVICE_ROW,
            )
            .first()
        )
        if row is None:
            # another worker is probing, unless the outage has just ended
            over = not MailService.objects.filter(pk=_SERVICE_ROW, down_since__isnull=False).exists()
            return SendPermit(probe=0) if over else None
        if row.down_since is None:
            return SendPermit(probe=0)
        row.probe += 1
        row.probing_until = now + BEFORE_MESSAGE
        row.save(update_fields=["probe", "probing_until"])
        return SendPermit(probe=row.probe)


def extend_probe(permit: SendPermit, *, now: datetime) -> None:
    """Extend the probe's time, since its message was sent but the server has yet to respond."""
    if permit.probe:
        MailService.objects.filter(pk=_SERVICE_ROW, probe=permit.probe).exclude(probing_until=None).update(
            probing_until=now + FOR_ANSWER
        )


def return_permit(permit: SendPermit) -> None:
    if permit.probe:
        MailService.objects.filter(pk=_SERVICE_ROW, probe=permit.probe).update(probing_until=None)


def end_outage() -> None:
    rows = MailService.objects.filter(pk=_SERVICE_ROW, down_since__isnull=False)
    if rows.update(down_since=None, failures=0, probe_at=None, probing_until=None, last_error=""):
        jobs.named("email.sweep").defer_once(lock="email.sweep")


def record_outage(permit: SendPermit, *, error: str, now: datetime) -> datetime:
    """Record a failure in the caller's transaction. Returns when to probe; only failed probes lengthen the delay."""
    MailService.objects.get_or_create(pk=_SERVICE_ROW)
    row = MailService.objects.select_for_update(no_key=True).get(pk=_SERVICE_ROW)
    mine = permit.probe and permit.probe == row.probe
    if row.down_since is None:
        row.down_since, row.failures, row.probe_at = now, 1, now + PROBE_PACE[0]
    elif mine:
        row.failures += 1
        row.probe_at = now + probe_pace(row.failures - 1)
    if mine:
        row.probing_until = None
    row.last_error = _ADDRESS.sub("…", error)[:LONGEST_REPLY]
    row.save()
    return row.probe_at or now


def probe_pace(failures: int) -> timedelta:
    return PROBE_PACE[min(failures, len(PROBE_PACE) - 1)]


def _is_due(column: str, longest: timedelta, now: datetime) -> Q:
    """Whether the time is empty, past, or further ahead than we ever set it (so another clock has set it)."""
    return Q(**{column: None}) | Q(**{f"{column}__lte": now}) | Q(**{f"{column}__gt": now + longest})


@contextmanager
def sending_slot() -> Iterator[bool]:
    """Reserve one of half the worker's threads. Yields False if all are taken; the mail then waits for the sweep."""
    mine = time.monotonic()
    with _free:
        got = _free.wait_for(lambda: len(_slots) < _most_slots(), timeout=_slot_patience(mine))
        if got:
            _slots.append(mine)
    try:
        yield got
    finally:
        if got:
            with _free:
                _slots.remove(mine)
                _free.notify()


def _most_slots() -> int:
    return max(1, settings.GOODWORD_WORKER_CONCURRENCY // 2)


def _slot_patience(now: float) -> float:
    return 0 if _slots and min(now - begun for begun in _slots) > SLOW_MAIL else SLOT_WAIT


@jobs.job(
    name="email.send",
    priority=jobs.MAIL,
    swept_by="email.sweep",
    lane=Lane(threads=THREADS, keeping=connection_kept),
)
def send_email(*, email_id: int) -> None:
    with sending_slot() as has_slot:
        if has_slot:
            send(email_id=email_id, now=clock.now())


@jobs.job(
    name="email.sweep",
    cron="* * * * * */10",
    priority=jobs.MAIL,
    due=lambda now: [due(now=now), interrupted(now=now)],
)
def sweep_emails() -> None:
    """Free the mails of dead workers, then send due mails in the order in which they were queued."""
    requeue_interrupted(now=clock.now())
    with sending_slot() as has_slot, connection_kept():
        if not has_slot:
            return
        # The mail with the fewest attempts is the probe: one that upsets the server must not block the others.
        if current_outage() and not all(
            send(email_id=pk, now=clock.now()) for pk in _due("excused", "pk")[:1]
        ):
            return
        found = list(_due("pk")[:SWEEP_AT_MOST])
        # The sweep sends them itself, since a job may already be queued for them.
        if all(_send_unless_stopping(pk) for pk in found) and len(found) == SWEEP_AT_MOST:
            sweep_emails.defer_once(lock="email.sweep")


def _send_unless_stopping(email_id: int) -> bool:
    process.check_stop()
    return send(email_id=email_id, now=clock.now())


def _due(*order: str) -> QuerySet[Email, int]:
    return due(now=clock.now()).order_by(*order).values_list("pk", flat=True)


def due(*, now: datetime) -> QuerySet[Email]:
    return Email.objects.across_organisations().filter(state=Email.State.QUEUED, not_before__lte=now)
