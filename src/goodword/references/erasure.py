"""Erasure of checks, and of a single referee. Opt-outs (DoNotContact) are keyed hashes and stay."""

import json
import re
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.candidates.domain.holds import hold_against_erasure
from goodword.core import erasure
from goodword.core.erasure import Counts, Subject, erases
from goodword.core.jobs import for_each
from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link
from goodword.references.domain.checks import record_event, update_clock
from goodword.references.domain.mails import mail_candidate, mail_recruiter_withdrawal
from goodword.references.domain.requests import settle_declined
from goodword.references.models import (
    Check,
    CheckFlag,
    Referee,
    Reference,
    ReferenceRequest,
    SelfReference,
    Slot,
    Trace,
)
from goodword.workflow.domain.eligibility import lock_application
from goodword.workflow.erasure import close_runs
from goodword.workflow.states import DONE, lock, takes_answers

State = ReferenceRequest.State
INSTEAD = "[…]"
#: `by` for a referee's own request
REFEREE = "referee"


def _blank_referees(referee_ids: Iterable[int], *, now: datetime) -> Counts:
    mails = dead = references = 0
    referees = list(
        Referee.objects.across_organisations()
        .select_related("check_run__step_request")
        .filter(pk__in=list(referee_ids), erased_at=None)
        .order_by("pk")
    )
    for referee in referees:
        request = ReferenceRequest.objects.of(referee.organisation).filter(referee=referee).first()
        named = _name_pattern(referee)
        mails += _delete_mails(referee, request, named)
        _erase_flags(referee, named)
        _blank_notes(referee, named)
        if request is not None:
            dead += links.forget(purpose=Link.Purpose.REFEREE, subject_ids=[request.pk])
            references += Reference.objects.of(referee.organisation).filter(request=request).delete()[0]
            Trace.objects.of(referee.organisation).filter(request=request).delete()
            _end_request(referee, request, now=now)
        _blank_columns(referee, now=now)
    return {"referees": len(referees), "references": references, "mails": mails, "links": dead}


def _name_pattern(referee: Referee) -> re.Pattern[str]:
    words = [re.escape(word) for word in (referee.name, referee.email) if word]
    return re.compile("|".join(rf"(?<!\w){word}(?!\w)" for word in words) or r"(?!)", re.IGNORECASE)


def _delete_mails(referee: Referee, request: ReferenceRequest | None, named: re.Pattern[str]) -> int:
    """Delete mails to them, and mails to others that mention them."""
    rows = Email.objects.of(referee.organisation).filter(
        application_id=referee.check_run.step_request.application_id
    )
    ref = request.mail_ref if request else ""
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


def _erase_flags(referee: Referee, named: re.Pattern[str]) -> None:
    flags = CheckFlag.objects.of(referee.organisation).filter(check_run=referee.check_run)
    flags.filter(referee=referee).delete()
    own = {referee.name, referee.email, referee.company} - {""}
    for flag in flags.filter(referee=None):
        facts = json.dumps(flag.facts, ensure_ascii=False)
        if str(referee.pk) in re.findall(r"\d+", flag.key) or any(text in facts for text in own):
            flag.delete()
    for flag in flags.exclude(dismissed_note=""):
        flag.dismissed_note = named.sub(INSTEAD, flag.dismissed_note)
        flag.save(update_fields=["dismissed_note"])


def _blank_notes(referee: Referee, named: re.Pattern[str]) -> None:
    check = referee.check_run
    check.marked_reason = named.sub(INSTEAD, check.marked_reason)
    check.save(update_fields=["marked_reason"])
    for slot in Slot.objects.of(referee.organisation).filter(check_run=referee.check_run):
        for name in ("hint", "cannot_reason", "answer_note"):
            setattr(slot, name, named.sub(INSTEAD, getattr(slot, name)))
        slot.save(update_fields=["hint", "cannot_reason", "answer_note"])


def _end_request(referee: Referee, request: ReferenceRequest, *, now: datetime) -> None:
    if request.is_out or (request.state == State.ANSWERED and not _keeps_slot(referee)):
        request.state, request.settled_at = State.ENDED, now
    # ended for good, even if the check is reopened; a wrong recipient still doesn't count as a referee
    if request.why != ReferenceRequest.Why.NOT_ME:
        request.why = ReferenceRequest.Why.NOTHING
    request.draft, request.decline_reason, request.time_zone = {}, "", ""
    request.undelivered_at = request.next_reminder_at = request.slow_at = None
    request.save()


def _keeps_slot(referee: Referee) -> bool:
    """A completed check needs no replacement."""
    return referee.check_run.progress in DONE


def _blank_columns(referee: Referee, *, now: datetime) -> None:
    for name in ("email", "company", "candidate_title", "message", "relationship", "from_month", "to_month"):
        setattr(referee, name, "")
    with translation.override(referee.check_run.language):
        referee.name = gettext("Erased referee")
    referee.language, referee.erased_at = "", now
    if not _keeps_slot(referee):
        referee.replaced_at = referee.replaced_at or now
    referee.save()


def erase_referee(*, referee_id: int, by: str, now: datetime, member: Membership | None = None) -> bool:
    """`by`: "referee" or "member:3". False if already erased, or delayed by a legal hold."""
    with transaction.atomic():
        place = (
            Referee.objects.across_organisations()
            .filter(pk=referee_id, erased_at=None)
            .values_list("check_run_id", "check_run__step_request__application_id")
            .first()
        )
        if place is None:
            return False
        application = lock_application(place[1])
        check = lock(Check, place[0])
        referee = Referee.objects.of(check.organisation).filter(pk=referee_id, erased_at=None).first()
        if referee is None:
            return False  # erased concurrently
        if hold_against_erasure(application) is not None:
            if by == REFEREE and referee.erasure_asked_at is None:
                _ask_later(check, referee, now=now)
            return False
        had_answered = Reference.objects.of(check.organisation).filter(request__referee=referee).exists()
        counts = erasure.erase(
            erasure.Subject(
                organisation_id=check.organisation_id, application_ids=(), referee_ids=(referee_id,)
            ),
            now=now,
        )
        if referee.replaced_at is None and takes_answers(check, now=now) and not application.is_being_erased:
            _ask_for_another(check.pk, referee_id, now=now)
        if by == REFEREE and had_answered and not application.is_being_erased:
            mail_recruiter_withdrawal(check, referee_id=referee_id, now=now)
        record_event("referee.erased", check, by=by, at=now, referee_id=referee_id)
        write(
            organisation=check.organisation,
            action="referee.erased",
            member=member,
            actor="" if member else by,
            now=now,
            details={"referee": referee_id, "application": place[1], "counts": counts},
        )
        return True


def erase_referee_again(*, referee: Referee, now: datetime) -> bool:
    """In a restored database, erase a referee who has been erased since the backup. Nobody is mailed again. False if
    erased already."""
    if referee.erased_at is not None:
        return False
    with transaction.atomic():
        application = lock_application(referee.check_run.step_request.application_id)
        check = lock(Check, referee.check_run_id)
        counts = erasure.erase(
            Subject(organisation_id=check.organisation_id, application_ids=(), referee_ids=(referee.pk,)),
            now=now,
        )
        record_event("referee.erased", check, by="goodword", at=now, referee_id=referee.pk)
        write(
            organisation=check.organisation,
            action="referee.erased",
            actor="goodword",
            now=now,
            details={"referee": referee.pk, "application": application.pk, "counts": counts},
        )
        return True


def erase_asked(*, now: datetime) -> int:
    """Erase referees whose request waited for a legal hold that has been lifted. Returns how many."""
    asked = Referee.objects.across_organisations().filter(erased_at=None, erasure_asked_at__isnull=False)
    ids = list(asked.order_by("pk").values_list("pk", flat=True))
    return for_each(ids, lambda pk: erase_referee(referee_id=pk, by=REFEREE, now=now))


def _ask_later(check: Check, referee: Referee, *, now: datetime) -> None:
    referee.erasure_asked_at = now
    referee.save(update_fields=["erasure_asked_at"])
    request = ReferenceRequest.objects.of(check.organisation).filter(referee=referee).first()
    if request is not None and request.is_out:
        settle_declined(check, request, why=ReferenceRequest.Why.WOULD_RATHER_NOT, reason="", now=now)


def _ask_for_another(check_id: int, referee_id: int, *, now: datetime) -> None:
    check = lock(Check, check_id)  # as the erasure changed them
    update_clock(check, now=now, asked_at=now)
    with translation.override(check.language):
        somebody = gettext("One of your referees")
    mail_candidate(
        check,
        name="another",
        key=f"another:erased:{referee_id}",
        referee=somebody,
        address="",
        undeliverable=False,
        now=now,
    )


@erases(
    "references.Check",
    "references.Slot",
    "references.SelfReference",
    "references.Referee",
    "references.ReferenceRequest",
    "references.Reference",
    "references.CheckFlag",
    "references.Trace",
)
def erase(subject: Subject, now: datetime) -> Counts:
    """Locks the checks: no answer arrives meanwhile."""
    if subject.referee_ids:
        return _blank_referees(subject.referee_ids, now=now)
    checks = close_runs(Check, subject.application_ids, now=now)
    requests = ReferenceRequest.objects.across_organisations().filter(check_run__in=checks)
    dead = links.forget(purpose=Link.Purpose.REFEREE, subject_ids=requests.values_list("pk", flat=True))
    references, _ = Reference.objects.across_organisations().filter(request__in=requests).delete()
    for model in (CheckFlag, Trace, SelfReference):
        model.objects.across_organisations().filter(check_run__in=checks).delete()
    requests.delete()
    referees, _ = Referee.objects.across_organisations().filter(check_run__in=checks).delete()
    slots = Slot.objects.across_organisations().filter(check_run__in=checks)
    slots.update(hint="", cannot_reason="", answer_note="")
    Check.objects.across_organisations().filter(pk__in=[check.pk for check in checks]).update(
        decline_reason="", marked_reason=""
    )
    return {"referees": referees, "references": references, "links": dead}
