"""Requests for a human review of a result, and their answers. A candidate has at most one open request."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from goodword.accounts.domain.audit import write, write_by
from goodword.accounts.models import Membership, active_members, admins_of
from goodword.candidates.models import Application, public_title, recruiter_of, visible_applications
from goodword.core.addresses import Correspondent
from goodword.core.events import record
from goodword.notifications.domain.queue import LinkFor, candidate_page_url, queue, queue_for_recruiter
from goodword.notifications.models import Link
from goodword.workflow.domain.eligibility import mail_blocked_reason
from goodword.workflow.domain.runs import actor
from goodword.workflow.models import DONE, Appeal, StepRequest, StepRun, lock_application, takes_answers_query

LONGEST: Final = 2000
LONGEST_ANSWER: Final = 4000
#: within this time, the same text again counts as a double click
SECOND_CLICK: Final = timedelta(minutes=5)
_PATH: Final = "appeal/"


class CannotAppeal(Exception):
    """Nothing has finished or been closed yet, or the data is being erased."""


class AlreadyOpen(Exception):
    """An earlier request is still waiting for an answer."""


class AlreadyAnswered(Exception):
    def __init__(self, appeal: Appeal) -> None:
        super().__init__(f"{appeal} has been answered.")
        self.appeal = appeal


class BeingErased(Exception):
    pass


def appeals_of(application: Application) -> Sequence[Appeal]:
    """Return the appeals, newest first. One query."""
    rows = Appeal.objects.of(application.organisation).filter(application=application)
    return list(rows.select_related("answered_by__user").order_by("-opened_at", "-pk"))


def may_appeal(application: Application, *, now: datetime) -> bool:
    """Whether a step is finished, declined, closed or overdue."""
    return not application.is_being_erased and any(
        model.objects.of(application.organisation)
        .filter(step_request__application=application)
        .exclude(takes_answers_query(now=now))
        .exists()
        for model in StepRun.__subclasses__()
    )


def open_appeal(*, application_id: int, text: str, language: str, now: datetime) -> Appeal:
    """Open a request: mail the team, and a confirmation to the candidate in `language`. Repeating the same text does
    nothing. Raises CannotAppeal and AlreadyOpen."""
    with transaction.atomic():
        application = lock_application(application_id)
        if not may_appeal(application, now=now):
            raise CannotAppeal
        latest = next(iter(appeals_of(application)), None)
        if latest is not None:
            is_open = latest.answered_at is None
            if latest.text == text and (is_open or now - latest.opened_at < SECOND_CLICK):
                return latest
            if is_open:
                raise AlreadyOpen
        appeal = Appeal.objects.create(
            organisation=application.organisation, application=application, text=text, opened_at=now
        )
        _mail_team(appeal, application, now=now)
        _mail_candidate(
            appeal, application, "confirmed", sender=recruiter_of(application), language=language, now=now
        )
        record(
            "portal.appeal_opened",
            organisation_id=application.organisation_id,
            application_id=application.pk,
            actor="candidate",
            at=now,
            data={"appeal_id": appeal.pk},
        )
        write(
            organisation=application.organisation,
            action="appeal.opened",
            actor="candidate",
            now=now,
            details={"application": application.pk, "appeal": appeal.pk},
        )
        return appeal


def answer_appeal(*, appeal_id: int, answer: str, member: Membership, now: datetime) -> Appeal:
    """Answer a request and mail the answer to the candidate. Idempotent. Raises AlreadyAnswered, BeingErased,
    Appeal.DoesNotExist."""
    rows = Appeal.objects.of(member.organisation)
    with transaction.atomic():
        application = lock_application(rows.get(pk=appeal_id).application_id)
        appeal = (
            rows.select_for_update(of=("self",), no_key=True)
            .select_related("answered_by__user")
            .get(pk=appeal_id)
        )
        if appeal.answered_at is not None:
            if appeal.answered_by_id == member.pk and appeal.answer == answer:
                return appeal
            raise AlreadyAnswered(appeal)
        if application.is_being_erased:
            raise BeingErased
        appeal.answer, appeal.answered_at, appeal.answered_by = answer, now, member
        appeal.save(update_fields=["answer", "answered_at", "answered_by"])
        sender = Correspondent(name=member.user.name, address=member.user.email)
        _mail_candidate(appeal, application, "answered", sender=sender, language="", now=now)
        record(
            "portal.appeal_answered",
            organisation_id=application.organisation_id,
            application_id=application.pk,
            actor=actor(member),
            at=now,
            data={"appeal_id": appeal.pk},
        )
        write_by(
            member, "appeal.answered", now=now, details={"application": application.pk, "appeal": appeal.pk}
        )
        return appeal


def _mail_team(appeal: Appeal, application: Application, *, now: datetime) -> None:
    for number, member in enumerate(_team(application), start=1):
        queue_for_recruiter(
            application,
            kind="workflow.appeal_opened",
            key=f"appeal:{appeal.pk}:opened:{number}",
            to=Correspondent(name=member.user.name, address=member.user.email),
            template="workflow/mail/appeal_opened",
            context={
                "candidate_name": application.candidate.name,
                "role_title": application.role.title if application.role else "",
                "lines": appeal.text.splitlines(),
                "page_url": f"{candidate_page_url(application)}#human-review",
            },
            subject_ref=f"appeal:{appeal.pk}",
            now=now,
        )


def _team(application: Application) -> Sequence[Membership]:
    """The recruiter, else the role's owner, else the admins; only people who can answer in Goodword."""
    members = active_members(application.organisation)
    for found in (
        members.filter(user__email__same_address=application.recruiter_email),
        members.filter(pk__in=[application.role.owner_id] if application.role else []),
    ):
        for member in found:
            if member.may_work and visible_applications(member).filter(pk=application.pk).exists():
                return [member]
    return list(admins_of(application.organisation))


def _mail_candidate(
    appeal: Appeal,
    application: Application,
    name: str,
    *,
    sender: Correspondent,
    language: str,
    now: datetime,
) -> None:
    candidate, organisation = application.candidate, application.organisation
    if mail_blocked_reason(application):
        return
    queue(
        organisation=organisation,
        kind=f"workflow.appeal_{name}",
        key=f"appeal:{appeal.pk}:{name}",
        to=Correspondent(name=candidate.name, address=candidate.email),
        sender=sender,
        template=f"workflow/mail/appeal_{name}",
        context={
            "first_name": candidate.short_name,
            "title": public_title(application),
            "lines": appeal.text.splitlines(),
            "answer_lines": appeal.answer.splitlines(),
        },
        link=LinkFor(purpose=Link.Purpose.CANDIDATE, subject_id=_step_request_id(application), path=_PATH),
        application=application,
        quotes=candidate,
        subject_ref=f"appeal:{appeal.pk}",
        language=language or candidate.chosen_language or candidate.language or organisation.language,
        now=now,
    )


def _step_request_id(application: Application) -> int:
    """A finished step, whose link opens the portal, else the newest."""
    runs = [
        run
        for model in StepRun.__subclasses__()
        for run in model.objects.of(application.organisation).filter(step_request__application=application)
    ]
    done = [run.step_request_id for run in runs if run.progress in DONE]
    rows = StepRequest.objects.of(application.organisation).filter(application=application)
    return max(done or rows.values_list("pk", flat=True))
