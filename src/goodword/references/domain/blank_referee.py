"""What goes of a referee who is erased alone: columns are blanked, answers, mails, links, signs and traces deleted.

Texts that others wrote stay as they wrote them, except the short notes beside the check's slots and signs, out of
which the name is taken. The row stays, so that it can be told how many were asked (completion depends on the slot's
relationship, not theirs). In place of the name is, in the candidate's language, that there was somebody.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext

from goodword.core.erasure import Counts
from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link
from goodword.references.domain.mails import request_ref
from goodword.references.models import Referee, Reference, ReferenceRequest, Sign, Slot, Trace
from goodword.steps.states import DONE

State = ReferenceRequest.State
INSTEAD = "[…]"


def blank_referees(referee_ids: Iterable[int], *, now: datetime) -> Counts:
    """In the caller's transaction, with the application and the check locked."""
    mails = dead = references = 0
    referees = list(
        Referee.objects.across_organisations()
        .select_related("check_run__step_request")
        .filter(pk__in=list(referee_ids), erased_at=None)
        .order_by("pk")
    )
    for referee in referees:
        request = ReferenceRequest.objects.of(referee.organisation).filter(referee=referee).first()
        named = _named(referee)
        mails += _mails(referee, request, named)
        _signs(referee, named)
        _notes(referee, named)
        if request is not None:
            dead += links.forget(purpose=Link.Purpose.REFEREE, subject_ids=[request.pk])
            references += Reference.objects.of(referee.organisation).filter(request=request).delete()[0]
            Trace.objects.of(referee.organisation).filter(request=request).delete()
            _end(referee, request, now=now)
        _blank(referee, now=now)
    return {"referees": len(referees), "references": references, "mails": mails, "links": dead}


def _named(referee: Referee) -> re.Pattern[str]:
    """Finds the name or the address as whole words, however they are written."""
    words = [re.escape(word) for word in (referee.name, referee.email) if word]
    return re.compile("|".join(rf"(?<!\w){word}(?!\w)" for word in words) or r"(?!)", re.IGNORECASE)


def _mails(referee: Referee, request: ReferenceRequest | None, named: re.Pattern[str]) -> int:
    """The mails to them, and those to others that name them. What was sent is with those who got it."""
    rows = Email.objects.of(referee.organisation).filter(
        application_id=referee.check_run.step_request.application_id
    )
    ref = request_ref(request) if request else ""
    about = [
        mail.pk
        for mail in rows.iterator()
        if (request and mail.subject_ref in {ref, f"asked:{mail.application_id}:referee:{request.pk}"})
        or mail.to_address.casefold() == referee.email.casefold()
        or named.search(
            "\n".join(
                (
                    mail.to_name,
                    mail.from_name,
                    mail.reply_to,
                    mail.subject,
                    mail.text,
                    json.dumps(mail.context, ensure_ascii=False),
                )
            )
        )
    ]
    rows.filter(pk__in=about).delete()
    return len(about)


def _signs(referee: Referee, named: re.Pattern[str]) -> None:
    """Those about them, and those about several that tell of them."""
    signs = Sign.objects.of(referee.organisation).filter(check_run=referee.check_run)
    signs.filter(referee=referee).delete()
    own = {referee.name, referee.email, referee.company} - {""}
    for sign in signs.filter(referee=None):
        facts = json.dumps(sign.facts, ensure_ascii=False)
        if str(referee.pk) in re.findall(r"\d+", sign.key) or any(text in facts for text in own):
            sign.delete()
    for sign in signs.exclude(dismissed_note=""):
        sign.dismissed_note = named.sub(INSTEAD, sign.dismissed_note)
        sign.save(update_fields=["dismissed_note"])


def _notes(referee: Referee, named: re.Pattern[str]) -> None:
    check = referee.check_run
    check.marked_reason = named.sub(INSTEAD, check.marked_reason)
    check.save(update_fields=["marked_reason"])
    for slot in Slot.objects.of(referee.organisation).filter(check_run=referee.check_run):
        for name in ("hint", "cannot_reason", "answer_note"):
            setattr(slot, name, named.sub(INSTEAD, getattr(slot, name)))
        slot.save(update_fields=["hint", "cannot_reason", "answer_note"])


def _end(referee: Referee, request: ReferenceRequest, *, now: datetime) -> None:
    if request.is_out or (request.state == State.ANSWERED and not _stays(referee)):
        request.state, request.settled_at = State.ENDED, now
    # An ended request stays so: no reopening of the check brings it back. A wrong recipient was no referee, so they
    # still don't count as one.
    if request.why != ReferenceRequest.Why.NOT_ME:
        request.why = ReferenceRequest.Why.NOTHING
    request.draft, request.decline_reason, request.time_zone = {}, "", ""
    request.undelivered_at = request.next_reminder_at = request.slow_at = None
    request.save()


def _stays(referee: Referee) -> bool:
    """Whether the place stays theirs: it does in a check that is done, so that nobody is asked once more."""
    return referee.check_run.progress in DONE


def _blank(referee: Referee, *, now: datetime) -> None:
    for name in ("email", "company", "candidate_title", "message", "relationship", "from_month", "to_month"):
        setattr(referee, name, "")
    with translation.override(referee.check_run.language):
        referee.name = gettext("Erased referee")
    referee.language, referee.erased_at = "", now
    if not _stays(referee):
        referee.replaced_at = referee.replaced_at or now
    referee.save()
