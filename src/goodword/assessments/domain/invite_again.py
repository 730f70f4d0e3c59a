"""A member invites the candidate once more: the old run is closed, a new one begins."""

from datetime import date, datetime

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.assessments.domain.assign import assign
from goodword.assessments.domain.retake import possible_from
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.notifications.domain.queue import cancel
from goodword.roles.models import Step
from goodword.steps.domain.automation import hindrance
from goodword.steps.domain.by_hand import NotConfirmed
from goodword.steps.domain.lifecycle import subject_ref
from goodword.steps.domain.move import lock, move
from goodword.steps.domain.standing import held
from goodword.steps.models import StepStart
from goodword.steps.states import UNFINISHED

INVITED_AGAIN = "invited_again"


class MayNotInvite(Exception):
    """Nobody may be invited now. `reason`: why it has ended, a code of StepStart.Waits, "not_started", or "too_soon":
    they have taken one of the tests already, and may take it again from `day` on."""

    def __init__(self, reason: str, *, day: date | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.day = day


def refuse_too_soon(*, application: Application, step: Step, now: datetime) -> None:
    """Raise MayNotInvite("too_soon") within the interval that the role has set after a completed attempt."""
    if day := possible_from(application=application, step=step, now=now):
        raise MayNotInvite("too_soon", day=day)


def asks_first(attempt: Attempt) -> bool:
    """Whether this attempt has activity, so that a new one needs a confirmation."""
    return attempt.progress != Attempt.Progress.PENDING


def invite_again(*, start: StepStart, member: Membership, now: datetime, after: int | None = None) -> Attempt:
    """Close unfinished attempts under this start, and assign a new one with a new invitation. Results stay.

    After an attempt with activity, `after` must be the id of the one that the member has confirmed, else NotConfirmed.
    Raises MayNotInvite if the application has ended, the candidate may not be mailed, the step has not started, or they
    took one of its tests recently; LookupError for a start of another organisation or another kind of step.
    """
    if start.organisation_id != member.organisation_id or start.step.kind != Step.Kind.ASSESSMENT:
        raise LookupError(f"Start {start.pk} is no assessment of this organisation.")
    by = f"member:{member.pk}"
    with transaction.atomic():
        found = held(start.pk)
        if found is None:
            raise MayNotInvite("not_started")
        locked, application = found
        if reason := _in_the_way(locked, application):
            raise MayNotInvite(reason)
        refuse_too_soon(application=application, step=locked.step, now=now)
        latest = Attempt.objects.of(start.organisation).filter(start=locked).order_by("-pk").first()
        if latest is not None and latest.pk != after and asks_first(lock(Attempt, latest.pk)):
            raise NotConfirmed
        for pk in _unfinished(locked):
            old = lock(Attempt, pk)
            if old.closed_at is not None:  # closed by a rejection: it must not open again beside the new one
                move(old, "reopen", at=now, by=by)
            move(old, "close", at=now, by=by, reason=INVITED_AGAIN)
        cancel(organisation=application.organisation, subject_ref=subject_ref(locked), now=now)
        return assign(start=locked, application=application, now=now, by=by)


def _in_the_way(start: StepStart, application: Application) -> str:
    if application.end:
        return application.end
    if start.state != StepStart.State.STARTED:
        return "not_started"
    return hindrance(application)


def _unfinished(start: StepStart) -> list[int]:
    rows = Attempt.objects.of(start.organisation).filter(start=start, progress__in=UNFINISHED)
    return list(rows.exclude(close_reason=INVITED_AGAIN).order_by("pk").values_list("pk", flat=True))
