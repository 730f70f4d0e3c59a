"""What waits in the list and is over: they have moved on, were rejected, or were started in another way."""

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from goodword.candidates.models import Application
from goodword.greenhouse.models import Connection, Finding
from goodword.roles.models import StageRule
from goodword.steps.domain.automation import HINDRANCES
from goodword.steps.models import StepRequest


def still_waiting() -> QuerySet[Finding]:
    """Entries of the list whose application stands where it was found, with a step that was not begun."""
    starts = StepRequest.objects.across_organisations().filter(
        application=OuterRef(OuterRef("application_id")), step=OuterRef("step_id")
    )
    begun = starts.exclude(state=StepRequest.State.WAITING, waits_for__in=HINDRANCES)
    rules = StageRule.objects.across_organisations().filter(
        automation__connection_id=OuterRef("connection_id"),
        automation__job_id=OuterRef("job_id"),
        stage_id=OuterRef("stage_id"),
    )
    return Finding.objects.across_organisations().filter(
        Exists(rules.filter(~Exists(begun))),
        state=Finding.State.WAITING,
        application__status=Application.Status.ACTIVE,
        application__stage_id=F("stage_id"),
        application__job_id=F("job_id"),
        application__not_visible_since=None,
        application__erased_at=None,
        application__candidate__erased_at=None,
        application__deleted_at=None,
    )


def end_gone(connection: Connection, *, now: datetime) -> int:
    """End the entries that are over; returns how many. A person who decides later finds the entry ended."""
    waiting = Finding.objects.across_organisations().filter(
        Q(state=Finding.State.WAITING), connection=connection
    )
    over = waiting.exclude(pk__in=still_waiting().filter(connection=connection).values("pk"))
    return over.update(state=Finding.State.OBSOLETE, settled_at=now)
