"""Failed mails that are still needed, their current recipients, and sending them again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.candidates.visible import visible_applications
from goodword.notifications.domain.again import NEEDS_PERSON, failed, send_again
from goodword.notifications.models import Email, Link
from goodword.references.domain.by_member import is_running
from goodword.references.domain.do_not_contact import is_barred
from goodword.references.domain.mails import REQUEST
from goodword.references.models import Check, Referee, ReferenceRequest
from goodword.steps.domain.automation import hindrance
from goodword.steps.domain.lifecycle import is_quiet
from goodword.steps.domain.standing import ended
from goodword.steps.models import StepRequest, StepRun
from goodword.steps.states import is_open
from goodword.workspace.timeline import MAILS

#: rows per page, and mails per click
AT_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A failed mail that is still needed. `address`: where it would go now."""

    email: Email
    what: str
    address: str


def undelivered(member: Membership) -> list[Undelivered]:
    """Failed mails about applications that the member may see, newest first."""
    seen = visible_applications(member)
    rows = failed(member.organisation).filter(application__in=seen)[:AT_MOST]
    return [
        Undelivered(email=email, what=MAILS.get(email.kind, email.kind), address=address)
        for email in rows
        if (address := address_now(email))
    ]


def send_one_again(*, email_id: int, member: Membership, now: datetime) -> bool:
    """Send it again. False if it is already being sent or no longer needed. Raises Email.DoesNotExist if the member may
    not see it."""
    seen = visible_applications(member)
    email = Email.objects.of(member.organisation).get(pk=email_id, application__in=seen)
    return _again(email, member=member, now=now)


def send_all_again(*, member: Membership, now: datetime) -> int:
    """Send again all failed mails that are still needed. Returns how many."""
    return sum(_again(row.email, member=member, now=now) for row in undelivered(member))


def send_invitation_again(step_request: StepRequest, *, member: Membership, now: datetime) -> bool:
    """Send again the newest mail with a request to the candidate of this step, if it failed."""
    mails = Email.objects.of(member.organisation).filter(
        link_purpose=Link.Purpose.CANDIDATE, link_subject_id=step_request.pk, deadline_days__isnull=False
    )
    return _first_of(mails.filter(NEEDS_PERSON).order_by("-pk"), member=member, now=now)


def send_request_again(referee: Referee, *, member: Membership, now: datetime) -> bool:
    """The same for a referee."""
    request: ReferenceRequest | None = getattr(referee, "request", None)
    if request is None:
        return False
    mails = Email.objects.of(member.organisation).filter(
        link_purpose=Link.Purpose.REFEREE, link_subject_id=request.pk, kind=REQUEST
    )
    return _first_of(mails.filter(NEEDS_PERSON).order_by("-pk"), member=member, now=now)


def address_now(email: Email) -> str:
    """Where the mail would go now; empty if it is no longer needed."""
    application = email.application
    if application is not None and application.is_going:
        return ""
    match email.link_purpose:
        case Link.Purpose.CANDIDATE:
            return _candidates_address(email)
        case Link.Purpose.REFEREE:
            return _referees_address(email)
        case _:
            return email.to_address


def _again(email: Email, *, member: Membership, now: datetime) -> bool:
    with transaction.atomic():
        address = address_now(email)
        if not address:
            return False
        return send_again(email_id=email.pk, to_address=address, member=member, now=now)


def _first_of(mails: Iterable[Email], *, member: Membership, now: datetime) -> bool:
    email = next(iter(mails), None)
    return email is not None and _again(email, member=member, now=now)


def _candidates_address(email: Email) -> str:
    step_requests = StepRequest.objects.of(email.organisation).select_related(
        "step", "application__candidate"
    )
    step_request = step_requests.filter(pk=email.link_subject_id or 0).first()
    if step_request is None:
        return ""
    run: StepRun | None = (
        Attempt.objects.of(email.organisation).filter(step_request=step_request).order_by("-pk").first()
        or Check.objects.of(email.organisation).filter(step_request=step_request).order_by("-pk").first()
    )
    wanted = run is not None and is_open(run) and run.paused_at is None and not is_quiet(run)
    application: Application = step_request.application
    if not wanted or ended(application, step_request.step) or hindrance(application):
        return ""
    return application.candidate.email


def _referees_address(email: Email) -> str:
    rows = ReferenceRequest.objects.of(email.organisation).select_related(
        "referee", "check_run__step_request__step", "check_run__step_request__application"
    )
    request = rows.filter(pk=email.link_subject_id or 0).first()
    if request is None or not request.is_out or not is_running(request.check_run):
        return ""
    check, address = request.check_run, request.referee.email
    held_back = check.paused_at is not None or is_quiet(check)
    return "" if held_back or is_barred(organisation=email.organisation, address=address) else address
