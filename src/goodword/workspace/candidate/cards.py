from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goodword.accounts.models import Membership
from goodword.assessments.adjustments.status import DisclosedGrant, disclosed_grants
from goodword.assessments.attempts import invitations
from goodword.assessments.attempts.member_actions import PossibleActions, possible_actions
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application, visible_applications
from goodword.core.models import Event
from goodword.references.domain import invitations as check_invitations
from goodword.references.domain.checks import CANNOT_PROVIDE
from goodword.references.models import Check
from goodword.references.queries import CheckOverview, check_overview
from goodword.reports.domain.versions import has_failed, report_of, report_of_run
from goodword.reports.models import Report
from goodword.roles.models import Step
from goodword.workflow.domain.eligibility import BLOCKING_REASONS, blocking_reason
from goodword.workflow.domain.step_requests import too_old_to_reuse
from goodword.workflow.models import StepRequest, StepRun, is_open
from goodword.workspace.progress import NotStarted, StepProgress, why_not_started
from goodword.workspace.results import Result, finished_run

WaitingReason, State = StepRequest.WaitingReason, StepRequest.State


@dataclass(frozen=True, kw_only=True)
class Offer:
    #: id of the application with the earlier result
    application: int
    role: str
    completed_at: datetime | None
    report: bool
    report_failed: bool
    too_old: bool


@dataclass(frozen=True, kw_only=True)
class Card:
    """A step at the top of the page. `reused`: the source of a reused result. `may_begin`: whether to offer Invite.
    `view`: the check's referees."""

    mark: StepProgress
    offer: Offer | None
    reused: dict[str, Any] | None
    may_begin: bool
    view: CheckOverview | None
    needs_confirmation: bool
    before: NotStarted | None = None
    #: the current or partial result, and the newest version of its report
    result: Result | None = None
    #: of an attempt
    actions: PossibleActions | None = None
    report: Report | None = None
    #: the deadline of an open attempt that a member extended; the candidate's own would reveal an adjustment
    extended_until: datetime | None = None
    #: adjustments that the candidate disclosed to members
    adjusted: tuple[DisclosedGrant, ...] = ()

    @property
    def urges_invite_again(self) -> bool:
        """Whether a check's *Invite again* is a button instead of a menu item: the check is closed, its invitation
        has a problem, or the candidate has to act and can't be reminded."""
        view, attention = self.view, self.mark.attention
        if view is None:
            return False
        return (
            not view.is_running
            or attention not in ("", CANNOT_PROVIDE)
            or ("candidate" in view.waits_for and not view.may_remind)
        )


def cards_of(
    application: Application,
    marks: Iterable[StepProgress],
    *,
    check: Check | None,
    results: Sequence[Result],
    reports: Sequence[Report],
    member: Membership,
    now: datetime,
) -> list[Card]:
    """Return a card per step. `check`: the latest. `reports`: current ones first. Earlier results need the member's
    permission."""
    view = check_overview(check, now=now) if check is not None and not application.erased_at else None
    return [
        Card(
            mark=mark,
            offer=_offer(mark.step_request, member, now=now),
            reused=_reused(mark),
            may_begin=member.may_work and not application.end and _may_begin(mark, application),
            needs_confirmation=needs_confirmation(mark.run),
            before=why_not_started(application, mark.kind) if mark.step_request is None else None,
            actions=possible_actions(mark.run, now=now) if isinstance(mark.run, Attempt) else None,
            result=next((result for result in results if result.kind == mark.kind), None),
            report=next((report for report in reports if report.step_request.step.kind == mark.kind), None),
            view=view if mark.kind == Step.Kind.REFERENCE_CHECK else None,
            extended_until=_extended_until(mark.run) if isinstance(mark.run, Attempt) else None,
            adjusted=disclosed_grants(mark.run) if isinstance(mark.run, Attempt) else (),
        )
        for mark in marks
    ]


def _extended_until(attempt: Attempt) -> datetime | None:
    if not is_open(attempt):
        return None
    events = Event.objects.filter(
        organisation_id=attempt.organisation_id,
        application_id=attempt.step_request.application_id,
        name="attempt.extended",
        data__step_request_id=attempt.step_request_id,
        occurred_at__gte=attempt.opened_at,
    )
    last = events.order_by("-pk").first()
    until = datetime.fromisoformat(last.data["until"]) if last else None
    # a later deadline has replaced it
    return None if until and until < attempt.overdue_since else until


def needs_confirmation(run: StepRun | None) -> bool:
    if isinstance(run, Check):
        return check_invitations.needs_confirmation(run)
    return isinstance(run, Attempt) and invitations.needs_confirmation(run)


def earlier_of(step_request: StepRequest, member: Membership) -> StepRequest | None:
    """Return the request whose result can be reused here, if the member can see its application."""
    if step_request.waiting_reason != WaitingReason.REUSE or step_request.earlier_id is None:
        return None
    return (
        StepRequest.objects.of(member.organisation)
        .select_related("application__role", "step")
        .filter(pk=step_request.earlier_id, application__in=visible_applications(member))
        .first()
    )


def _offer(step_request: StepRequest | None, member: Membership, *, now: datetime) -> Offer | None:
    earlier = earlier_of(step_request, member) if step_request is not None else None
    if earlier is None:
        return None
    run, report = finished_run(earlier), report_of_run(earlier.pk)
    return Offer(
        application=earlier.application_id,
        role=earlier.application.role.title if earlier.application.role else "",
        completed_at=run.completed_at if run else None,
        report=report is not None,
        report_failed=report is None and has_failed(earlier.pk),
        too_old=run is not None and too_old_to_reuse(run.completed_at, now=now),
    )


def _reused(mark: StepProgress) -> dict[str, Any] | None:
    if mark.step_request is None or mark.step_request.state != State.REUSED:
        return None
    report = report_of(mark.step_request.pk)
    return dict(report.snapshot.get("reused", {})) if report else {}


def _may_begin(mark: StepProgress, application: Application) -> bool:
    if mark.run is not None:
        return False  # Invite again is offered instead
    step_request = mark.step_request
    if step_request is None or step_request.waiting_reason not in BLOCKING_REASONS:
        return step_request is None or step_request.state != State.STARTED
    # the reason may be gone if the candidate had left the stage by then
    return mark.state == "paused" and not blocking_reason(application)
