"""The mails of a check, each queued once per key. Links expire, and a click on an expired one sends a new one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils import translation
from django.utils.translation import ngettext

from goodword.core.addresses import Correspondent
from goodword.notifications.domain.mail_texts import SUBJECT, EditableMail, TextPart, about_minutes, own_texts
from goodword.notifications.domain.queue import (
    LinkFor,
    candidate_page_url,
    from_name,
    full_context,
    queue,
    queue_for_recruiter,
)
from goodword.notifications.models import Email, Link
from goodword.questionnaires import labels
from goodword.references import wording
from goodword.references.domain.checks import (
    AWAITING_CANDIDATE,
    CheckContext,
    asks_only,
    candidate_language,
    check_context,
    competencies_of,
    deadline_in_words,
    mail_context,
    referee_deadline,
    slot_statuses,
)
from goodword.references.models import Check, Referee, ReferenceRequest, Slot
from goodword.roles.slots import ANY
from goodword.workflow.domain.eligibility import mail_blocked_reason

REQUEST = "references.request"
REQUEST_REMINDER = "references.request_reminder"
REQUEST_FRESH = "references.request_fresh"
REQUEST_EXTENDED = "references.request_extended"


def mail_key(check_id: int, key: str) -> str:
    return f"check:{check_id}:{key}"


def mail_candidate(
    check: Check,
    *,
    name: str,
    key: str,
    now: datetime,
    slot: Slot | None = None,
    days: int | None = None,
    not_after: datetime | None = None,
    **extra: object,
) -> None:
    """Queue a mail with a new portal link, unless the candidate can't be e-mailed. `days`: working days from sending to
    the deadline; 0 keeps the check's deadline, None: the mail has none."""
    facts = check_context(check)
    if mail_blocked_reason(facts.application):
        return
    with translation.override(facts.language):
        own: Mapping[str, object] = {"invitation": _invitation_context, "reminder": _reminder_context}.get(
            name, lambda _: _slot_context(slot)
        )(check)
    queue(
        organisation=facts.organisation,
        kind=f"references.{name}",
        key=mail_key(check.pk, key),
        to=Correspondent(name=facts.candidate.name, address=facts.candidate.email),
        sender=facts.recruiter,
        template=f"references/mail/{name}",
        context={
            **mail_context(facts, check),
            "is_late": not days and check.deadline_at < now,
            **own,
            **extra,
        },
        link=LinkFor(purpose=Link.Purpose.CANDIDATE, subject_id=check.step_request_id),
        application=facts.application,
        quotes=facts.candidate,
        subject_ref=check.step_request.mail_ref,
        language=facts.language,
        deadline_days=days,
        earliest_deadline=check.deadline_at if days else None,
        not_after=not_after,
        now=now,
    )


def _invitation_context(check: Check) -> Mapping[str, object]:
    statuses = slot_statuses(check)
    missing = [status.slot for status in statuses if status.state in AWAITING_CANDIDATE] or [
        status.slot for status in statuses
    ]
    wanted = sum(not slot.is_waived for slot in missing)
    return {
        "wanted": wanted,
        "people": wording.several_referees(ANY, wanted),
        "asked_for": [] if _is_plain(missing) else wording.requested_referees(missing),
        "competencies": competencies_of(check),
        "asks_only": asks_only(check),
        "self_reference": check.self_reference,
    }


def _is_plain(slots: Sequence[Slot]) -> bool:
    return all(slot.relationship == ANY and not slot.needed and not slot.hint for slot in slots)


def _reminder_context(check: Check) -> Mapping[str, object]:
    asked = ReferenceRequest.objects.of(check.organisation).filter(check_run=check)
    return {"nothing_sent": not asked.exists()}


def _slot_context(slot: Slot | None) -> Mapping[str, object]:
    if slot is None:
        return {}
    return {
        "asked": wording.one_referee(slot.relationship),
        "hint": slot.hint,
        "answer": slot.answer,
        "note_lines": slot.answer_note.splitlines(),
    }


def mail_referee(request: ReferenceRequest, *, check: Check, kind: str, key: str, now: datetime) -> None:
    """`kind`: REQUEST, REQUEST_REMINDER, REQUEST_FRESH or REQUEST_EXTENDED."""
    facts, referee = check_context(check, language=request.language), request.referee
    queue(
        organisation=facts.organisation,
        kind=kind,
        key=f"request:{request.pk}:{key}",
        to=Correspondent(name=referee.name, address=referee.email),
        sender=facts.recruiter,
        template=_template(kind),
        context=_referee_context(
            facts,
            check,
            referee,
            left=request.reminders_promised - request.reminders_sent,
            deadline=deadline_in_words(
                request.deadline_at, organisation=facts.organisation, language=facts.language
            ),
        ),
        link=LinkFor(purpose=Link.Purpose.REFEREE, subject_id=request.pk),
        application=facts.application,
        quotes=facts.candidate,
        subject_ref=request.mail_ref,
        language=facts.language,
        deadline_days=request_days(check, referee)[0] if kind == REQUEST else None,
        earliest_deadline=request.deadline_at if kind == REQUEST else None,
        not_after=request.deadline_at if kind in {REQUEST_REMINDER, REQUEST_EXTENDED} else None,
        texts=_texts_seen(referee, language=facts.language) if kind == REQUEST else None,
        now=now,
    )


def seen_of_request(check: Check, referee: Referee) -> dict[str, object]:
    """What the candidate saw in a deferred request: the organisation's texts, deadline and reminders."""
    language, step = request_language(check, referee), check.step_request.step
    return {
        "language": language,
        "texts": own_texts(check.organisation, kind=REQUEST, language=language),
        "deadline_days": step.referee_deadline_days,
        "reminder_days": step.referee_reminder_days,
    }


def request_days(check: Check, referee: Referee) -> tuple[int, list[int]]:
    """A request's deadline and reminders in working days: as the candidate saw them if it was deferred, else as the
    step is set now."""
    seen, step = referee.seen_texts if referee.after_offer else {}, check.step_request.step
    return (
        seen.get("deadline_days", step.referee_deadline_days),
        seen.get("reminder_days", step.referee_reminder_days),
    )


def _texts_seen(referee: Referee, *, language: str) -> dict[str, str] | None:
    seen = referee.seen_texts if referee.after_offer else {}
    return seen["texts"] if seen.get("language") == language else None


def request_language(check: Check, referee: Referee) -> str:
    return referee.language or candidate_language(check, check.step_request.application.candidate)


def unsent_request(check: Check, referee: Referee, *, now: datetime) -> Email:
    """The mail that *Send* would queue, unsaved. Before an offer, its deadline isn't known."""
    facts = check_context(check, language=request_language(check, referee))
    to = Correspondent(name=referee.name, address=referee.email)
    step = check.step_request.step
    own = _referee_context(
        facts,
        check,
        referee,
        left=len(step.referee_reminder_days),
        deadline=_later_deadline(step.referee_deadline_days, language=facts.language)
        if referee.after_offer
        else deadline_in_words(
            referee_deadline(check, now=now), organisation=facts.organisation, language=facts.language
        ),
    )
    return Email(
        organisation=facts.organisation,
        kind=REQUEST,
        to_address=to.address,
        to_name=to.name,
        from_name=from_name(facts.recruiter, organisation=facts.organisation),
        reply_to=facts.recruiter.address,
        language=facts.language,
        template=_template(REQUEST),
        context=full_context(
            own,
            organisation=facts.organisation,
            to=to,
            sender=facts.recruiter,
            texts=own_texts(facts.organisation, kind=REQUEST, language=facts.language),
        ),
    )


def _later_deadline(days: int, *, language: str) -> str:
    with translation.override(language):
        return ngettext(
            "(one working day after we send this)", "(%(n)s working days after we send this)", days
        ) % {"n": days}


def _template(kind: str) -> str:
    return f"references/mail/{kind.removeprefix('references.')}"


def _referee_context(
    facts: CheckContext, check: Check, referee: Referee, *, left: int, deadline: str
) -> Mapping[str, object]:
    with translation.override(facts.language):
        period = labels.period(referee.from_month, referee.to_month or None)
    return {
        **mail_context(facts, check),
        "company": referee.company,
        "address_corrected": referee.address_corrected,
        "period": period,
        "message_lines": referee.message.splitlines(),
        "deadline": deadline,
        "reminders": left,
    }


def mail_recruiter(
    check: Check, *, referee: Referee, now: datetime, key: str = "review", received: int = 1
) -> None:
    """Mail the recruiter a link to the first answers, or to those `received` so far."""
    facts = check_context(check, language=check.organisation.language)
    queue_for_recruiter(
        facts.application,
        kind="references.review",
        key=mail_key(check.pk, key),
        to=facts.recruiter,
        template="references/mail/review",
        context={**mail_context(facts, check), "referee": referee.name, "received": received},
        link=LinkFor(purpose=Link.Purpose.REVIEW, subject_id=facts.application.pk),
        now=now,
    )


def mail_recruiter_cannot_provide(check: Check, *, slot: Slot, now: datetime) -> None:
    assert slot.cannot_at is not None
    facts = check_context(check, language=check.organisation.language)
    with translation.override(facts.language):
        asked = wording.for_member(slot.relationship)
    queue_for_recruiter(
        facts.application,
        kind="references.cannot_provide",
        key=f"check:{check.pk}:slot:{slot.number}:cannot:{slot.cannot_at:%Y%m%d%H%M%S}",
        to=facts.recruiter,
        template="references/mail/cannot_provide",
        context={
            **mail_context(facts, check),
            "asked": asked,
            "needed": slot.needed,
            "reason_lines": slot.cannot_reason.splitlines(),
            "page_url": candidate_page_url(facts.application),
        },
        now=now,
    )


def mail_recruiter_withdrawal(check: Check, *, referee_id: int, now: datetime) -> None:
    """Mail the recruiter about a withdrawn reference, without the referee's name."""
    facts = check_context(check, language=check.organisation.language)
    queue_for_recruiter(
        facts.application,
        kind="references.withdrawn",
        key=f"referee:{referee_id}:withdrawn",
        to=facts.recruiter,
        template="references/mail/withdrawn",
        context={**mail_context(facts, check), "page_url": candidate_page_url(facts.application)},
        now=now,
    )


_TO_CANDIDATES: Final = ("first_name", "role", "organisation", "recruiter", "deadline", "duration")
_TO_REFEREES: Final = ("referee", "candidate", "role", "organisation", "recruiter", "deadline", "duration")


def _parts(*in_opening: str) -> tuple[TextPart, ...]:
    return (
        TextPart(name=SUBJECT, longest=150),
        TextPart(name="opening", longest=1500, needed=in_opening),
        TextPart(name="request", longest=500, needed=("deadline",)),
        TextPart(name="closing", longest=800, needed=("recruiter",)),
    )


def _sample() -> dict[str, Any]:
    return {
        "minutes": 8,
        "duration": about_minutes(8),
        "wanted": 2,
        "people": wording.several_referees(ANY, 2),
        "asked_for": [],
        "asked": wording.one_referee("manager"),
        "hint": "",
        "competencies": [],
        "asks_only": False,
        "self_reference": "",
        "nothing_sent": True,
        "reminders": 2,
        "company": "Contoso",
        "period": labels.period("2022-03", "2025-08"),
        "message_lines": [],
        "address_corrected": False,
    }


MAILS: Final = (
    EditableMail(
        kind="references.invitation",
        template="references/mail/invitation",
        placeholders=(*_TO_CANDIDATES, "people"),
        parts=_parts("role", "people"),
        sample=_sample,
    ),
    EditableMail(
        kind="references.reminder",
        template="references/mail/reminder",
        placeholders=_TO_CANDIDATES,
        parts=_parts(),
        sample=_sample,
    ),
    EditableMail(
        kind="references.one_more",
        template="references/mail/one_more",
        placeholders=(*_TO_CANDIDATES, "wanted_referee"),
        parts=_parts("role", "wanted_referee"),
        sample=_sample,
    ),
    EditableMail(
        kind=REQUEST,
        template="references/mail/request",
        placeholders=(*_TO_REFEREES, "company", "period"),
        parts=_parts("candidate", "organisation"),
        sample=_sample,
    ),
    EditableMail(
        kind=REQUEST_REMINDER,
        template="references/mail/request_reminder",
        placeholders=(*_TO_REFEREES, "company", "period"),
        parts=_parts("candidate", "organisation"),
        sample=_sample,
    ),
)
