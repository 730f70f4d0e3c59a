"""The check completes when all that the role requires is in (the rule: completion.py)."""

from datetime import datetime

from django.db import transaction

from goodword.core.models import Event
from goodword.notifications.domain.queue import cancel
from goodword.references.domain.clock import settle_clock
from goodword.references.domain.completion import Asked, is_complete
from goodword.references.domain.places import own_is_missing, places_of
from goodword.references.domain.requests import stop_reminders
from goodword.references.domain.tell import tell
from goodword.references.models import Check, Reference
from goodword.steps.domain.lifecycle import subject_ref
from goodword.steps.domain.move import lock, move
from goodword.steps.states import DONE, may


def on_reference_received(event: Event) -> None:
    """The last of those needed completes the check. One that comes after that makes a new version of the report."""
    check_id, now = event.data["check_id"], event.occurred_at
    if complete_if_all_in(check_id=check_id, now=now):
        return
    check = lock(Check, check_id)
    reference = Reference.objects.of(check.organisation).filter(pk=event.data["reference_id"]).first()
    if reference is not None and reference.late and check.progress in DONE:
        tell("check.answered_late", check, by="referee", at=now, reference_id=reference.pk)


def on_self_reference_received(event: Event) -> None:
    """The candidate's own answers can be what was still missing."""
    complete_if_all_in(check_id=event.data["check_id"], now=event.occurred_at)


def complete_if_all_in(*, check_id: int, now: datetime) -> bool:
    """Complete the check if all that is needed is in; whether that happened now."""
    with transaction.atomic():
        check = lock(Check, check_id)
        if not may(check, "complete"):
            return False
        places = [place for place in places_of(check) if place.state != "waived"]
        asked = [Asked(answered=one.state == "answered", needed=one.is_needed) for one in places]
        if not is_complete(asked, least=check.least, own_missing=own_is_missing(check)):
            settle_clock(check, now=now)
            return False
        finish(check, act="complete", by="goodword", now=now)
        return True


def finish(check: Check, *, act: str, by: str, now: datetime) -> None:
    """The end of a locked check, all in ("complete") or by a member ("mark_complete"), in the caller's transaction.

    Nobody is reminded any more and nothing that waits is sent. What is out keeps its link until its own deadline:
    the last one is still welcome. Raises move.NotAllowed.
    """
    check.clock_stopped_at = None
    move(check, act, at=now, by=by)
    stop_reminders(check, now=now)
    cancel(organisation=check.organisation, subject_ref=subject_ref(check.step_request), now=now)
    tell("check.completed", check, by=by, at=now)
