from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.core.addresses import is_same
from goodword.core.events import only_for
from goodword.core.models import Event
from goodword.core.workdays import end_of_working_day
from goodword.notifications.domain.bounces import mail_of
from goodword.notifications.domain.links import was_mailed_lately
from goodword.notifications.domain.queue import cancel, deadline_of
from goodword.notifications.models import Email, Link
from goodword.questionnaires import builtin
from goodword.questionnaires.domain.versions import current_version, ensure_builtin, languages_of
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion
from goodword.references.domain import checks
from goodword.references.domain.checks import (
    candidate_is_asked,
    end_wait,
    referee_deadline,
    request_takes_answers,
    update_check,
)
from goodword.references.domain.mails import REQUEST, REQUEST_FRESH, mail_candidate, mail_referee
from goodword.references.domain.nominations import ask_for_another
from goodword.references.domain.reminder_times import plan_reminders, plan_request_reminders
from goodword.references.domain.requests import (
    cancel_queued_reminders,
    end_requests,
    reachable_requests,
    restore_requests,
    revoke_links,
)
from goodword.references.models import Check, ReferenceRequest, Slot
from goodword.roles.models import Step
from goodword.roles.slots import slots_of
from goodword.workflow.domain import application_outcome, runs
from goodword.workflow.domain.eligibility import blocking_reason, mail_blocked_reason
from goodword.workflow.domain.runs import (
    MAIL_FAILURES,
    candidate_complained,
    clear_mail_failure,
    complaint_code,
    invited_run,
    mark_invited,
)
from goodword.workflow.domain.step_requests import NotConfirmed, ready_to_invite
from goodword.workflow.models import (
    REOPENED,
    UNFINISHED,
    StepRequest,
    awaits_click,
    lock,
    lock_step_request,
    may,
    move,
    record_event,
    takes_answers,
)
from goodword.workflow.portal import first_offered

CANDIDATE_FRESH = "references.fresh"


class CannotInvite(Exception):
    """`reason`: how the application ended, or a StepRequest.WaitingReason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def version_for(step: Step, *, now: datetime) -> QuestionnaireVersion:
    """The newest version of the step's questionnaire or the built-in one, in the organisation's language if
    possible."""
    organisation = step.organisation
    if step.questionnaire_id is not None:
        chosen = Questionnaire.objects.of(organisation).filter(pk=step.questionnaire_id).first()
        # an update may have brought a newer version
        if chosen is not None and chosen.key in set(builtin.keys()):
            chosen = ensure_builtin(organisation, chosen.key, now=now)
        if chosen is not None and (version := current_version(chosen, language=organisation.language)):
            return version
    built_in = ensure_builtin(organisation, builtin.GENERAL_PROFESSIONAL, now=now)
    found = current_version(built_in, language=organisation.language)
    assert found is not None  # built-in questionnaires are always published
    return found


def languages_for(step: Step, version: QuestionnaireVersion) -> list[str]:
    """The languages of the version that the step allows; never empty."""
    there = languages_of(version)
    return [language for language in there if not step.languages or language in step.languages] or [
        version.language
    ]


@only_for(kind=Step.Kind.REFERENCE_CHECK)
def on_step_requested(event: Event) -> None:
    """Open the check once, unless it is no longer needed or an earlier one can be reused."""
    if found := ready_to_invite(Check, event):
        open_check(step_request=found[0], now=event.occurred_at, by=event.actor)


def open_check(*, step_request: StepRequest, now: datetime, by: str) -> Check:
    """Open a check, or return the unfinished one. Deadlines start when the mail is sent."""
    locked = (
        StepRequest.objects.of(step_request.organisation)
        .select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "step__organisation")
        .get(pk=step_request.pk)
    )
    unfinished = (
        Check.objects.of(locked.organisation).filter(step_request=locked, progress__in=UNFINISHED).first()
    )
    if unfinished is not None:
        return unfinished
    step, candidate = locked.step, step_request.application.candidate
    asked = [setting for slot in slots_of(step.slots) for setting in [slot] * slot.count]
    version = version_for(step, now=now)
    languages = languages_for(step, version)
    check = Check(
        organisation=locked.organisation,
        step_request=locked,
        version=version,
        wanted=len(asked),
        least=min(step.least or len(asked), len(asked)),
        language=first_offered(
            languages,
            candidate.chosen_language or candidate.language,
            locked.organisation.language,
        )
        or languages[0],
        languages=languages,
        self_reference=step.self_reference,
        candidate_may_see=step.candidate_may_see,
        opened_at=now,
        deadline_at=end_of_working_day(now, step.deadline_days, calendar=locked.organisation.calendar),
        reminders_promised=len(step.reminder_days),
        reminder_days=step.reminder_days,
        attention=complaint_code(step_request.application),
    )
    check.save()
    Slot.objects.across_organisations().bulk_create(
        Slot(
            organisation=locked.organisation,
            check_run=check,
            number=number,
            relationship=slot.relationship,
            needed=slot.needed,
            hint=slot.hint,
        )
        for number, slot in enumerate(asked, start=1)
    )
    mail_candidate(
        check,
        name="invitation",
        key="invitation",
        reminders=check.reminders_promised,
        days=step.deadline_days,
        now=now,
    )
    record_event("check.opened", check, by=by, at=now)
    return check


def needs_confirmation(check: Check) -> bool:
    return check.progress not in UNFINISHED


def invite_again(
    *, step_request: StepRequest, member: Membership, now: datetime, after: int | None = None
) -> Check:
    """Invite again, for a member. An unfinished check is reopened or resumed with a new deadline; referees who haven't
    answered get new links, or if there are none, the candidate. After a finished check, another is opened if the member
    has confirmed that (`after`). Raises NotConfirmed, CannotInvite, and StepRequest.DoesNotExist if the request was
    withdrawn or belongs to another organisation."""
    by = f"member:{member.pk}"
    with transaction.atomic():
        found = lock_step_request(StepRequest.objects.of(member.organisation).get(pk=step_request.pk).pk)
        if found is None:
            raise StepRequest.DoesNotExist
        step_request, application = found
        if application.end:
            raise CannotInvite(application.end)
        if reason := blocking_reason(application):
            raise CannotInvite(reason)
        latest = (
            Check.objects.of(member.organisation).filter(step_request=step_request).order_by("-pk").first()
        )
        if latest is None:
            return open_check(step_request=step_request, now=now, by=by)
        check = lock(Check, latest.pk)
        if needs_confirmation(check):
            if check.pk != after:
                raise NotConfirmed
            return open_check(step_request=step_request, now=now, by=by)
        if may(check, "reopen"):
            move(check, "reopen", at=now, by=by)
            restore_requests(check, now=now)
        if may(check, "resume"):
            move(check, "resume", at=now, by=by)
        _send_invitations(check, now=now)
        record_event("check.invited_again", check, by=by, at=now)
        return check


def mailed_again(check: Check) -> tuple[int, bool]:
    """Return how many referees `invite_again` has e-mailed, and whether it has e-mailed the candidate."""
    complained = candidate_complained(check.step_request.application)
    return len(reachable_requests(check)), candidate_is_asked(check) and not complained


def _send_invitations(check: Check, *, now: datetime) -> None:
    organisation, step = check.organisation, check.step_request.step
    check.invited_again += 1
    if check.attention in {"", REOPENED, *MAIL_FAILURES}:
        check.attention = complaint_code(check.step_request.application)
    check.renew_deadline(end_of_working_day(now, step.deadline_days, calendar=organisation.calendar), at=now)
    cancel(organisation=organisation, subject_ref=check.step_request.mail_ref, now=now)
    key = f"invitation:{check.invited_again}"
    waiting = reachable_requests(check)
    if not ReferenceRequest.objects.of(organisation).filter(check_run=check).exists():
        # this mail promises all reminders again
        check.opened_at, check.invited_at, check.reminders_sent = now, None, 0
        check.reminders_promised, check.reminder_days = len(step.reminder_days), step.reminder_days
    for request in waiting:
        request.sent_at, request.invited_at = now, None
        request.deadline_at = max(request.deadline_at, referee_deadline(check, now=now))
        check.deadline_at = max(check.deadline_at, request.deadline_at)
        request.save(update_fields=["sent_at", "invited_at", "deadline_at"])
        cancel(organisation=organisation, subject_ref=request.mail_ref, now=now)
        mail_referee(request, check=check, kind=REQUEST, key=key, now=now)
    plan_reminders(check, now=now)
    check.next_reminder_at = None
    update_check(check, now=now)
    if not candidate_is_asked(check):
        return
    declined, days = _declined_request(check), step.deadline_days
    if declined is not None:
        mail_candidate(
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
        mail_candidate(
            check, name="invitation", key=key, reminders=_reminders_left(check), days=days, now=now
        )


def _reminders_left(check: Check) -> int:
    return max(0, check.reminders_promised - check.reminders_sent)


def _declined_request(check: Check) -> ReferenceRequest | None:
    return (
        ReferenceRequest.objects.of(check.organisation)
        .select_related("referee")
        .filter(check_run=check, state=ReferenceRequest.State.DECLINED, referee__replaced_at=None)
        .first()
    )


@dataclass(frozen=True, kw_only=True)
class LinkedCheck:
    """`is_live`: the page behind the link is still open."""

    check: Check
    request: ReferenceRequest | None
    address: str
    language: str
    is_live: bool


def linked_check(link: Link, *, now: datetime) -> LinkedCheck | None:
    """Return the check that a link belongs to, or None if it no longer exists."""
    if link.purpose == Link.Purpose.REFEREE:
        requests = ReferenceRequest.objects.of(link.organisation).select_related(
            "referee", "check_run__step_request__step", "check_run__step_request__application__candidate"
        )
        request = requests.filter(pk=link.subject_id).first()
        if request is None:
            return None
        check, live = request.check_run, request_takes_answers(request.check_run, request, now=now)
        address, language = request.referee.email, request.language
    elif link.purpose == Link.Purpose.CANDIDATE:
        checks = Check.objects.of(link.organisation).select_related(
            "step_request__step", "step_request__application__candidate"
        )
        found = checks.filter(step_request_id=link.subject_id).order_by("-pk").first()
        if found is None:
            return None
        request, check, language = None, found, found.language
        live = check.closed_at is None and (check.progress not in UNFINISHED or takes_answers(check, now=now))
        live = live and not mail_blocked_reason(check.step_request.application)
        address = check.step_request.application.candidate.email
    else:
        return None
    live = live and link.ended_at is None and not check.step_request.application.is_being_erased
    return LinkedCheck(check=check, request=request, address=address, language=language, is_live=live)


def send_fresh_link(link: Link, *, now: datetime) -> bool:
    """Mail a new link, at most every ten minutes, and not for revoked links or ended checks. Returns whether a mail was
    queued."""
    with transaction.atomic():
        first = linked_check(link, now=now)
        if first is None:
            return False
        lock(Check, first.check.pk)
        found = linked_check(link, now=now)
        if found is None or not found.is_live:
            return False
        check, request = found.check, found.request
        ref = request.mail_ref if request else check.step_request.mail_ref
        kind = REQUEST_FRESH if request else CANDIDATE_FRESH
        mails = Email.objects.of(link.organisation).filter(kind=kind, subject_ref=ref)
        if was_mailed_lately(mails, now=now):
            return False
        key = f"fresh:{mails.count() + 1}"
        if request is None:
            mail_candidate(check, name="fresh", key=key, now=now)
        else:
            mail_referee(request, check=check, kind=REQUEST_FRESH, key=key, now=now)
        return True


def on_application_changed(event: Event) -> None:
    """Pause, close, reopen or resume the check and its requests. Answers are kept."""
    now = event.occurred_at
    declined: list[ReferenceRequest] = []
    for act, check in application_outcome.apply_outcome(Check, event):
        match act:
            case "close":
                end_requests(check, why=ReferenceRequest.Why.CHECK_CLOSED, now=now)
            case "pause":
                cancel_queued_reminders(check, now=now)
            case "reopen":
                declined += restore_requests(check, now=now)
        if act in {"reopen", "resume", "transfer"} and check.paused_at is None and not awaits_click(check):
            plan_reminders(check, now=now)
        update_check(check, now=now)
    for request in declined:
        ask_for_another(request.check_run_id, request.pk, now=now)


def on_suspicious_name(event: Event) -> None:
    """Mark open checks whose mail is held back because the candidate's name contains a link, or clear the mark."""
    runs.mark_suspicious_name(Check, event)


@only_for(kind=Step.Kind.REFERENCE_CHECK)
def on_requested_again(event: Event) -> None:
    """Resume a paused check when the application enters a stage of the step again."""
    on_application_changed(event)


@only_for(has_deadline=True)
def on_email_sent(event: Event) -> None:
    """Start the deadline and reminders of the candidate or the referee."""
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
    update_check(check, now=event.occurred_at, asked_at=event.occurred_at)


def on_email_queued_again(event: Event) -> None:
    """Clear the mark after a member has resent the mail."""
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
    update_check(check, now=event.occurred_at)


def _referee_mail_requeued(email: Email) -> None:
    found = _request_of(email)
    if found is not None:
        check, request = found
        end_wait(check, request, now=email.not_before)
        request.undelivered_at = None
        request.save(update_fields=["undelivered_at"])
        update_check(check, now=email.not_before)


def _request_of(email: Email) -> tuple[Check, ReferenceRequest] | None:
    known = ReferenceRequest.objects.of(email.organisation).filter(pk=email.link_subject_id or 0)
    if not known.exists():
        return None
    try:
        check, request = checks.lock_request(email.link_subject_id or 0)
    except checks.CheckClosed:  # erased in the meantime
        return None
    theirs = is_same(request.referee.email, email.to_address)
    return (check, request) if request.is_out and theirs else None


def on_email_failed(event: Event) -> None:
    """Revoke a referee's link and ask for another address; if it was the candidate's mail, mark the check."""
    email = mail_of(event, "application__candidate")
    if email is None:  # erased
        return
    if email.bounced_at is None:  # the address isn't the problem
        if email.deadline_days is not None:
            runs.mark_mail_failure(Check, email, code=runs.NOT_SENT)
        return
    if email.link_purpose == Link.Purpose.REFEREE:
        _referee_not_reached(email, now=event.occurred_at)
    else:
        runs.mark_mail_failure(Check, email, code=runs.UNDELIVERED)


def on_email_complained(event: Event) -> None:
    """Stop mail about this check. Links stay valid, since the complaint may be a mistake."""
    email = mail_of(event, "application__candidate")
    if email is None:
        return
    if email.link_purpose == Link.Purpose.REFEREE:
        if found := _request_of(email):
            _stop_mail_to_referee(found[1], now=event.occurred_at)
    else:
        runs.mark_mail_failure(Check, email, code=runs.COMPLAINED)


def _referee_not_reached(email: Email, *, now: datetime) -> None:
    found = _request_of(email)
    if found is None:
        return
    _check, request = found
    if request.undelivered_at is not None:
        return
    if request.begun_at is not None:
        # an earlier mail arrived, so the link stays valid
        _stop_mail_to_referee(request, now=now)
        return
    request.undelivered_at = now
    _stop_mail_to_referee(request, now=now)
    revoke_links(request, now=now)
    ask_for_another(request.check_run_id, request.pk, now=now, undeliverable=True)


def _stop_mail_to_referee(request: ReferenceRequest, *, now: datetime) -> None:
    request.next_reminder_at = request.slow_at = None
    request.save(update_fields=["undelivered_at", "next_reminder_at", "slow_at"])
    cancel(organisation=request.organisation, subject_ref=request.mail_ref, now=now, failed=False)
