"""A member invites again: the same check goes on where it was, or a new one opens after one that is done."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.core.workdays import end_of_working_day
from goodword.notifications.domain.queue import cancel
from goodword.references.domain.clock import candidate_is_asked, settle_clock
from goodword.references.domain.deadlines import referee_deadline
from goodword.references.domain.do_not_contact import is_barred
from goodword.references.domain.mails import REQUEST, request_ref, to_candidate, to_referee
from goodword.references.domain.open import open_check
from goodword.references.domain.requests import out, plan_reminders, restore_requests
from goodword.references.domain.tell import tell
from goodword.references.models import Check, ReferenceRequest
from goodword.steps.domain.automation import hindrance
from goodword.steps.domain.by_hand import NotConfirmed
from goodword.steps.domain.lifecycle import is_quiet, subject_ref
from goodword.steps.domain.move import lock, move
from goodword.steps.domain.standing import held
from goodword.steps.domain.unreachable import CODES
from goodword.steps.models import StepRequest
from goodword.steps.states import UNFINISHED, may


class Hindered(Exception):
    """Nobody may be invited now. `code`: why the application has ended, or a code of StepRequest.Waits."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def asks_first(check: Check) -> bool:
    """Whether inviting again would open a new check, and so needs a confirmation."""
    return check.progress not in UNFINISHED


def invite_again(
    *, step_request: StepRequest, member: Membership, now: datetime, after: int | None = None
) -> Check:
    """Invite again by hand.

    An unfinished check is reopened or resumed if necessary and gets a new deadline. New links go to the referees who
    have not answered, unless they opted out, otherwise to the candidate. After a finished check a new one is opened, if
    `after` is the id of the one that the member has confirmed. Raises NotConfirmed, Hindered if the application has
    ended or the candidate may not be mailed, StepRequest.DoesNotExist for a start of another organisation, or one that
    was withdrawn.
    """
    by = f"member:{member.pk}"
    with transaction.atomic():
        found = held(StepRequest.objects.of(member.organisation).get(pk=step_request.pk).pk)
        if found is None:
            raise StepRequest.DoesNotExist
        step_request, application = found
        if application.end:
            raise Hindered(application.end)
        if code := hindrance(application):
            raise Hindered(code)
        latest = (
            Check.objects.of(member.organisation).filter(step_request=step_request).order_by("-pk").first()
        )
        if latest is None:
            return open_check(step_request=step_request, now=now, by=by)
        check = lock(Check, latest.pk)
        if asks_first(check):
            if check.pk != after:
                raise NotConfirmed
            return open_check(step_request=step_request, now=now, by=by)
        if may(check, "reopen"):
            move(check, "reopen", at=now, by=by)
            restore_requests(check, now=now)
        if may(check, "resume"):
            move(check, "resume", at=now, by=by)
        _write(check, now=now)
        tell("check.invited_again", check, by=by, at=now)
        return check


def writes_to_nobody(check: Check) -> bool:
    """Whether inviting again wrote no mail: the check waits for the organisation, or for who wants no mail."""
    return not _to_write_to(check) and not candidate_is_asked(check)


def _to_write_to(check: Check) -> list[ReferenceRequest]:
    """Of those who have not answered: neither whom mail does not reach, nor who asked for no more of it."""
    return [
        request
        for request in out(check)
        if request.undelivered_at is None
        and not is_barred(organisation=check.organisation, address=request.referee.email)
    ]


def _write(check: Check, *, now: datetime) -> None:
    organisation, step = check.organisation, check.step_request.step
    check.invited_again += 1
    if is_quiet(check) or check.attention in CODES:
        check.attention = ""  # this is the click that was waited for
    check.deadline_at = max(
        check.deadline_at, end_of_working_day(now, step.deadline_days, calendar=organisation.calendar)
    )
    cancel(organisation=organisation, subject_ref=subject_ref(check.step_request), now=now)
    key = f"invitation:{check.invited_again}"
    waiting = _to_write_to(check)
    if not ReferenceRequest.objects.of(organisation).filter(check_run=check).exists():
        # counted anew from this mail, which says so
        check.opened_at, check.invited_at, check.reminders_sent = now, None, 0
        check.reminders_promised = len(step.reminder_days)
    for request in waiting:
        request.sent_at, request.invited_at = now, None
        request.deadline_at = max(request.deadline_at, referee_deadline(check, now=now))
        check.deadline_at = max(check.deadline_at, request.deadline_at)
        request.save(update_fields=["sent_at", "invited_at", "deadline_at"])
        cancel(organisation=organisation, subject_ref=request_ref(request), now=now)
        to_referee(request, check=check, kind=REQUEST, key=key, now=now)
    plan_reminders(check, now=now)
    check.next_reminder_at = None
    settle_clock(check, now=now)
    if not candidate_is_asked(check):
        return  # they have done their part, or wait for an answer themselves
    declined, days = _declined(check), step.deadline_days
    if declined is not None:
        to_candidate(
            check,
            name="another",
            key=key,
            referee=declined.referee.name,
            address=declined.referee.email,
            undeliverable=False,
            wrong_person=declined.is_wrong_person,
            days=days,
            now=now,
        )
    else:
        to_candidate(check, name="invitation", key=key, reminders=_left(check), days=days, now=now)


def _left(check: Check) -> int:
    return max(0, check.reminders_promised - check.reminders_sent)


def _declined(check: Check) -> ReferenceRequest | None:
    return (
        ReferenceRequest.objects.of(check.organisation)
        .select_related("referee")
        .filter(check_run=check, state=ReferenceRequest.State.DECLINED, referee__replaced_at=None)
        .first()
    )
