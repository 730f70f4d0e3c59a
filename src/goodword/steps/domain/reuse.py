"""The same person, another role: a result of the same step that is still young is offered, and nobody is asked again.

What stands in for what is a person's decision: the start waits, and a member reuses the result or invites.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.roles.queries import is_confidential
from goodword.steps.domain.starts import tell, wait
from goodword.steps.models import Run, StepStart
from goodword.steps.states import DONE

#: how long a result is offered: twelve months
YOUNG: Final = timedelta(days=365)


def offer_earlier[R: Run](
    model: type[R], start: StepStart, *, application: Application, at: datetime
) -> bool:
    """Let the start wait for a decision if the candidate has a young result of this kind on another application.

    In the caller's transaction, with start and application `held`. False if there is none: begin.
    """
    earlier = _youngest(model, start, application=application, at=at)
    if earlier is None:
        return False
    start.earlier = earlier.start
    start.save(update_fields=["earlier"])
    wait(start, StepStart.Waits.REUSE, application=application, at=at, by="goodword")
    return True


def take_earlier(start: StepStart, *, application: Application, at: datetime, by: str) -> None:
    """The earlier result stands in: nobody is invited. In the caller's transaction, both `held`."""
    start.state, start.waits_for, start.started_at = StepStart.State.REUSED, "", at
    start.save(update_fields=["state", "waits_for", "started_at"])
    tell("step.reused", start, application=application, at=at, by=by, earlier_id=start.earlier_id or 0)


def taken_over_at(starts: Iterable[StepStart]) -> dict[int, datetime]:
    """By the start's id, when an earlier result was reused for it, even if a new run has followed."""
    having = [start for start in starts if start.earlier_id is not None and start.started_at is not None]
    found = {
        start.pk: start.started_at
        for start in having
        if start.state == StepStart.State.REUSED and start.started_at is not None
    }
    since = {start.pk: start.application_id for start in having if start.pk not in found}
    if since:
        events = Event.objects.filter(name="step.reused", application_id__in=set(since.values()))
        for event in events.order_by("pk"):
            if event.data.get("start_id") in since:
                found[event.data["start_id"]] = event.occurred_at
    return found


def is_discreet(earlier: StepStart) -> bool:
    """Whether not everybody who sees the later application may know where the earlier result comes from."""
    application = earlier.application
    return application.candidate.private or (
        application.role is not None and is_confidential(application.role)
    )


def _youngest[R: Run](
    model: type[R], start: StepStart, *, application: Application, at: datetime
) -> R | None:
    rows: QuerySet[R] = model._default_manager.all()  # type: ignore[assignment]  # of R
    done = rows.filter(
        organisation=application.organisation,
        start__application__candidate=application.candidate,
        start__step__kind=start.step.kind,
        progress__in=DONE,
        completed_at__gt=at - YOUNG,
        start__application__deleted_at=None,
        start__application__erased_at=None,
    )
    others = done.exclude(start__application=application).select_related("start")
    return others.order_by("-completed_at", "-pk").first()
