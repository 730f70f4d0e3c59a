"""The cards of a candidate's steps: the mark, an earlier result that is offered or stands in, and what to click."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goodword.accounts.models import Membership
from goodword.assessments.adjustments.status import DisclosedGrant, disclosed_grants
from goodword.assessments.attempts import invitations
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.candidates.visible import visible_applications
from goodword.references.domain import invite_again as checks
from goodword.references.members import View, view_of
from goodword.references.models import Check
from goodword.reports.domain.reuse import report_of
from goodword.roles.models import Step
from goodword.steps.domain.automation import HINDRANCES
from goodword.steps.models import Run, StepStart
from goodword.workspace.before_start import Before, before_start
from goodword.workspace.progress import Mark
from goodword.workspace.results import finished_run

Waits, State = StepStart.Waits, StepStart.State


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An earlier result that may stand in. `report` says whether its report is there to be taken over."""

    role: str
    completed_at: datetime | None
    report: bool


@dataclass(frozen=True, kw_only=True)
class Card:
    """A step on the candidate's page. `taken` is what the report says of where a reused result comes from;
    `may_begin`: whether *Invite* is of use. `view`: whom a reference check asks, and how far they are."""

    mark: Mark
    offer: Offer | None
    taken: dict[str, Any] | None
    may_begin: bool
    view: View | None
    #: whether inviting again needs a confirmation, after a run with activity
    asks_first: bool
    #: why it has not started
    before: Before | None = None
    #: what was made otherwise for a candidate who agrees that members know of it
    adjusted: tuple[DisclosedGrant, ...] = ()


def cards_of(
    application: Application,
    marks: Iterable[Mark],
    *,
    check: Check | None,
    member: Membership,
    now: datetime,
) -> list[Card]:
    """One a step. An earlier result is offered only to a member who may read it; `check` is the latest one."""
    view = view_of(check, now=now) if check is not None and not application.erased_at else None
    return [
        Card(
            mark=mark,
            offer=_offer(mark.start, member),
            taken=_taken(mark),
            may_begin=member.may_work and not application.end and _may_begin(mark),
            asks_first=asks_first(mark.run),
            before=before_start(application, mark.kind) if mark.start is None else None,
            view=view if mark.kind == Step.Kind.REFERENCE_CHECK else None,
            adjusted=disclosed_grants(mark.run) if isinstance(mark.run, Attempt) else (),
        )
        for mark in marks
    ]


def asks_first(run: Run | None) -> bool:
    """Whether inviting again after this run needs a confirmation."""
    if isinstance(run, Check):
        return checks.asks_first(run)
    return isinstance(run, Attempt) and invitations.needs_confirmation(run)


def earlier_of(start: StepStart, member: Membership) -> StepStart | None:
    """The start whose result is offered for this one, if the member sees the application that it belongs to."""
    if start.waits_for != Waits.REUSE or start.earlier_id is None:
        return None
    return (
        StepStart.objects.of(member.organisation)
        .select_related("application__role", "step")
        .filter(pk=start.earlier_id, application__in=visible_applications(member))
        .first()
    )


def _offer(start: StepStart | None, member: Membership) -> Offer | None:
    earlier = earlier_of(start, member) if start is not None else None
    if earlier is None:
        return None
    run = finished_run(earlier)
    return Offer(
        role=earlier.application.role.title if earlier.application.role else "",
        completed_at=run.completed_at if run else None,
        report=report_of(earlier.pk) is not None,
    )


def _taken(mark: Mark) -> dict[str, Any] | None:
    if mark.start is None or mark.start.state != State.REUSED:
        return None
    report = report_of(mark.start.pk)
    return dict(report.snapshot.get("reused", {})) if report else {}


def _may_begin(mark: Mark) -> bool:
    if mark.run is not None:
        return False  # *Invite again* is there
    start = mark.start
    return start is None or (start.state != State.STARTED and start.waits_for not in HINDRANCES)
