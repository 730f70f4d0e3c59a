"""Queues and cancels mails in the caller's transaction, and decides whether one that is due may still be sent.

Mail to outsiders waits while a name in it contains a link. Readers of mail to the team may have lost access while it
waited for the mail server.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation

from goodword.accounts.models import Membership, Organisation, active_members, is_deactivated
from goodword.candidates.models import Application, Candidate, recruiter_of, visible_applications
from goodword.core import jobs, outbox
from goodword.core.addresses import Correspondent, is_same
from goodword.core.compiled_queries import insert_once
from goodword.core.events import record
from goodword.core.models import Event
from goodword.core.text import has_link, written_weekday_time
from goodword.core.workdays import end_of_working_day
from goodword.notifications.domain.mail_texts import LINK_PATH, own_texts
from goodword.notifications.models import Email, Link

NEEDS_PERSON = Q(state=Email.State.FAILED) | Q(state=Email.State.SENT, bounced_at__isnull=False)
SUSPICIOUS_NAME: Final = "The candidate's name looks like a link."
NO_PERMISSION: Final = "This candidate may not be e-mailed."
#: delay between checks of a waiting mail; a change of the candidate releases it at once
CANDIDATE_CHECK_INTERVAL: Final = timedelta(minutes=10)
_NAMES: Final = "quoted_names"
#: cancelled mail may be restored after a pause
_UNSENT: Final = (Email.State.QUEUED, Email.State.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class LinkFor:
    """`path`: a page below the link that the mail's button opens, such as "appeal/"."""

    purpose: str
    subject_id: int
    path: str = ""


def queue(
    *,
    organisation: Organisation,
    kind: str,
    key: str,
    to: Correspondent,
    sender: Correspondent,
    template: str,
    context: Mapping[str, Any],
    now: datetime,
    link: LinkFor | None = None,
    application: Application | None = None,
    quotes: Candidate | None = None,
    member: Membership | None = None,
    for_recruiter: bool = False,
    subject_ref: str = "",
    language: str = "",
    not_before: datetime | None = None,
    deadline_days: int | None = None,
    earliest_deadline: datetime | None = None,
    not_after: datetime | None = None,
    texts: Mapping[str, str] | None = None,
) -> Email | None:
    """Queue the mail `template` (".txt" with the subject in its first line, and ".html"), or return None if `key` was
    queued before.

    `context`: JSON values, frozen now; the templates also get `organisation`, `to_name`, `sender_name`, `reply_to` and
    `link`, which expires as in links.LIFETIMES. `deadline_days` and `earliest_deadline` determine the `deadline` when
    it is sent; `not_after`: cancelled if still unsent by then. `quotes`: the candidate it is about, if their
    name is mentioned to outsiders. `member`, `for_recruiter`: the reader, whose access is checked again when it is sent
    (`reason_to_withhold`). `texts`: use these instead of the organisation's texts stored now (mail_texts).
    `to`: mail with a candidate's link goes to the address that the candidate has when it is sent (`update_address`).
    """
    language = language or organisation.language
    with transaction.atomic(savepoint=False):
        if texts is None:
            texts = own_texts(organisation, kind=kind, language=language)
        email = Email(
            key=key,
            organisation=organisation,
            kind=kind,
            application=application,
            quoted_candidate=quotes,
            member=member,
            for_recruiter=for_recruiter,
            subject_ref=subject_ref,
            to_address=to.address,
            to_name=to.name[:200],
            from_name=from_name(sender, organisation=organisation),
            reply_to=sender.address,
            language=language,
            template=template,
            context=full_context(
                context,
                organisation=organisation,
                to=to,
                sender=sender,
                texts=texts,
            )
            | (quoted_names(quotes) if quotes else {})
            | ({LINK_PATH: link.path} if link and link.path else {}),
            link_purpose=link.purpose if link else "",
            link_subject_id=link.subject_id if link else None,
            not_before=not_before or now,
            deadline_days=deadline_days,
            earliest_deadline=earliest_deadline,
            not_after=not_after,
            created_at=now,
        )
        if not insert_once(email):
            return None
        if email.not_before <= now:
            jobs.named("email.send").defer(email_id=email.pk)
        return email


def queue_for_recruiter(
    application: Application,
    *,
    kind: str,
    key: str,
    template: str,
    context: Mapping[str, Any],
    now: datetime,
    to: Correspondent | None = None,
    link: LinkFor | None = None,
    subject_ref: str = "",
) -> None:
    """Queue a mail from Goodword to the application's recruiter, or to `to`. Other arguments are as in `queue`."""
    queue(
        organisation=application.organisation,
        kind=kind,
        key=key,
        to=to or recruiter_of(application),
        sender=Correspondent(name="Goodword", address=settings.GOODWORD_HELP_CONTACT),
        template=template,
        context=context,
        link=link,
        application=application,
        for_recruiter=True,
        subject_ref=subject_ref,
        now=now,
    )


def candidate_page_url(application: Application) -> str:
    """The address of the candidate's page, for mails to members."""
    path = reverse("candidate", args=[application.organisation.slug, application.pk])
    return settings.GOODWORD_BASE_URL + path


def full_context(
    context: Mapping[str, Any],
    *,
    organisation: Organisation,
    to: Correspondent,
    sender: Correspondent,
    texts: Mapping[str, str],
) -> dict[str, Any]:
    """A mail's context with the values that all mails have in common, also for previews. `texts`: see mail_texts."""
    return {
        **context,
        "organisation": {"name": organisation.name, "accent": organisation.accent},
        "to_name": to.name,
        "sender_name": sender.name,
        "reply_to": sender.address,
        **({"texts": dict(texts)} if texts else {}),
    }


def from_name(sender: Correspondent, *, organisation: Organisation) -> str:
    """The From name. If it is too long, the sender's name is cut, never the organisation's."""
    return f"{sender.name[:120]} ({organisation.name})"


def cancel(*, organisation: Organisation, subject_ref: str, now: datetime, failed: bool = True) -> int:
    """Cancel unsent mail about this subject, and failed mail if `failed`. Returns how many. A mail that is being sent
    may still go out."""
    stopped = [Email.State.QUEUED, Email.State.SENDING, *([Email.State.FAILED] if failed else [])]
    return (
        Email.objects.of(organisation)
        .filter(subject_ref=subject_ref, state__in=stopped)
        .update(state=Email.State.CANCELLED, settled_at=now)
    )


def restore_invitation(*, organisation: Organisation, subject_ref: str, now: datetime) -> bool:
    """Queue the newest invitation again if it was cancelled (by a pause or closing) before it was sent. Reminders are
    rescheduled."""
    newest = (
        Email.objects.of(organisation)
        .select_for_update(of=("self",), no_key=True)
        .filter(subject_ref=subject_ref, kind__endswith=".invitation")
        .order_by("-pk")
        .first()
    )
    if newest is None or newest.state != Email.State.CANCELLED:
        return False
    newest.state, newest.not_before, newest.settled_at = Email.State.QUEUED, now, None
    newest.excused, newest.unanswered, newest.handed_over_at = newest.attempts, 0, None
    newest.bounced_at, newest.bounce_reason = None, ""
    update_sender(newest)
    newest.save()
    jobs.named("email.send").defer(email_id=newest.pk)
    return True


def update_sender(email: Email) -> None:
    """Let the current recruiter send a mail to a candidate or referee if its sender has been deactivated. Does not
    save."""
    if email.application is None or email.member_id is not None or email.for_recruiter:
        return
    if not is_deactivated(email.organisation, email.reply_to):
        return
    sender = recruiter_of(email.application)
    email.from_name, email.reply_to = from_name(sender, organisation=email.organisation), sender.address
    email.context = {**email.context, "sender_name": sender.name, "reply_to": sender.address}


def masked(address: str) -> str:
    """The address in a form that only its owner recognises: "a…@m….example"."""
    local, _, domain = address.rpartition("@")
    host, dot, ending = domain.rpartition(".")
    return f"{local[:1]}…@{host[:1]}…{dot}{ending}"


def readdress(*, organisation: Organisation, purpose: str, subject_id: int, address: str) -> int:
    """Redirect unsent mail to a corrected address. Returns how many."""
    rows = Email.objects.of(organisation).filter(
        link_purpose=purpose, link_subject_id=subject_id, state__in=_UNSENT
    )
    return rows.update(to_address=address, delivered_at=None)


def failed_mails(organisation: Organisation) -> QuerySet[Email]:
    rows = Email.objects.of(organisation).filter(state=Email.State.FAILED)
    return rows.select_related("organisation", "application__candidate", "application__role").order_by("-pk")


def send_again(
    *, email_id: int, to_address: str, member: Membership | None, now: datetime, arrived: bool = False
) -> bool:
    """Send again, to the current address; with `arrived`, even if the mail seems to have been delivered. Returns False
    for a second click. `member`: None for the operator. Raises Email.DoesNotExist."""
    with transaction.atomic():
        mails = Email.objects.of(member.organisation) if member else Email.objects.across_organisations()
        rows = mails.select_for_update(of=("self",), no_key=True)
        email = rows.get(pk=email_id)
        again = NEEDS_PERSON | Q(state=Email.State.SENT) if arrived else NEEDS_PERSON
        if not rows.filter(again, pk=email_id).exists():
            return False
        email.state, email.not_before, email.settled_at = Email.State.QUEUED, now, None
        email.excused, email.unanswered, email.handed_over_at = email.attempts, 0, None
        email.delivered_at = email.bounced_at = None
        email.bounce_reason = email.last_error = ""
        email.to_address = to_address or email.to_address
        update_sender(email)
        email.save()
        record(
            "email.queued_again",
            organisation_id=email.organisation_id,
            application_id=email.application_id,
            actor=f"member:{member.pk}" if member else "operator",
            at=now,
            data={"email_id": email.pk, "kind": email.kind, "subject_ref": email.subject_ref},
        )
        jobs.named("email.send").defer(email_id=email.pk)
        return True


def quoted_names(candidate: Candidate) -> dict[str, list[str]]:
    return {_NAMES: [candidate.name, candidate.short_name]}


def update_address(email: Email) -> None:
    """Send a candidate's mail to their present address. Does not save."""
    person = _person(email)
    if person is not None and person.email and email.link_purpose == Link.Purpose.CANDIDATE:
        email.to_address = person.email


def defer_for_candidate(email: Email, *, now: datetime) -> bool:
    """Whether a claimed mail must wait, for the name or for permission to e-mail. If so, it is requeued; the recruiter
    is notified once of a name."""
    person = _person(email)
    if person is None:
        return False
    if person.is_name_suspicious:
        error = SUSPICIOUS_NAME
    elif email.link_purpose == Link.Purpose.CANDIDATE and not person.can_email:
        error = NO_PERMISSION
    else:
        return False
    is_new = email.last_error != error
    with transaction.atomic():
        # undo the claim, since waiting isn't an attempt
        waits = outbox.settle_later(
            email, error=error, at=now + CANDIDATE_CHECK_INTERVAL, attempts=email.attempts - 1
        )
        if waits and is_new and error == SUSPICIOUS_NAME:
            record(
                "email.waits_for_name",
                organisation_id=email.organisation_id,
                application_id=email.application_id,
                actor="goodword",
                at=now,
                data={"email_id": email.pk, "kind": email.kind, "subject_ref": email.subject_ref},
            )
    return True


def update_names(email: Email) -> None:
    """Replace a name that contained a link with the current one. Does not save."""
    was, person = email.context.get(_NAMES), _person(email)
    if person is None or not was:
        return
    present = (person.name, person.short_name)
    for old, new in zip(was, present, strict=True):
        if old != new and has_link(old):
            email.context = _replaced_in(email.context, old, new)
            email.to_name = email.to_name.replace(old, new)[:200]
    email.context[_NAMES] = list(present)


def deadline_of(email: Email, *, at: datetime) -> datetime | None:
    if not email.deadline_days:
        return None
    found = end_of_working_day(at, email.deadline_days, calendar=email.organisation.calendar)
    return max(found, email.earliest_deadline or found)


def set_deadline(email: Email, *, at: datetime) -> None:
    deadline = deadline_of(email, at=at)
    if deadline is not None:
        with translation.override(email.language):
            moment = written_weekday_time(deadline.astimezone(email.organisation.zone))
        email.context = {**email.context, "deadline": moment}


def on_candidate_changed(event: Event) -> None:
    """Release the mails that waited for the name or for permission, for all of the person's applications. The next
    sweep sends them."""
    application = (
        Application.objects.across_organisations()
        .select_related("candidate")
        .get(pk=event.application_id or 0)
    )
    person = application.candidate
    if person.is_name_suspicious:
        return
    waited_for = [SUSPICIOUS_NAME, *([NO_PERMISSION] if person.can_email else [])]
    mails = Email.objects.of(application.organisation).filter(
        state=Email.State.QUEUED, last_error__in=waited_for
    )
    whose = Q(quoted_candidate=person) | Q(quoted_candidate__merged_into=person)
    mails.filter(whose, not_before__gt=event.occurred_at).update(not_before=event.occurred_at)


def _person(email: Email) -> Candidate | None:
    if email.quoted_candidate_id is None:
        return None
    found = email.quoted_candidate
    return (found.merged_into or found) if found else None


def _replaced_in(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, Mapping):
        return {key: _replaced_in(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced_in(item, old, new) for item in value]
    return value


#: updates a mail to the member, without saving it. Returns False if there is nothing left to tell them
Update = Callable[[Email, Membership], bool]

_updates: dict[str, Update] = {}


def updated_when_sent(kind: str) -> Callable[[Update], Update]:
    """Decorate the function that brings mails of this kind up to date before they are sent."""

    def register(function: Update) -> Update:
        _updates[kind] = function
        return function

    return register


def reason_to_withhold(email: Email) -> str:
    """Return why the mail must not be sent, or an empty string. Changes its reader, without saving it, if another
    recruiter has taken over."""
    if email.member_id is not None:
        return _of_member(email)
    return _of_recruiter(email) if email.for_recruiter else ""


def _of_member(email: Email) -> str:
    member = active_members(email.organisation).filter(pk=email.member_id or 0).first()
    if member is None:
        return "The recipient was deactivated."
    if email.application_id is not None and not _sees(member, email.application_id):
        return "The recipient can no longer see the candidate."
    update = _updates.get(email.kind)
    if update is not None and not update(email, member):
        return "This mail was no longer valid."
    return ""


def _of_recruiter(email: Email) -> str:
    application = (
        Application.objects.of(email.organisation)
        .select_related("candidate", "organisation", "role__owner__user")
        .get(pk=email.application_id or 0)
    )
    recruiter = recruiter_of(application)
    if is_same(email.to_address, recruiter.address) or _may_read(email, application):
        return ""
    email.to_address, email.to_name = recruiter.address, recruiter.name[:200]
    email.context = {**email.context, "to_name": recruiter.name}
    return ""


def _may_read(email: Email, application: Application) -> bool:
    rows = Membership.objects.of(email.organisation).select_related("organisation", "user")
    member = rows.filter(user__email__same_address=email.to_address).first()
    if member is None:  # an earlier recruiter without a login
        return not application.candidate.private
    return member.deactivated_at is None and _sees(member, application.pk)


def _sees(member: Membership, application_id: int) -> bool:
    return visible_applications(member).filter(pk=application_id).exists()
