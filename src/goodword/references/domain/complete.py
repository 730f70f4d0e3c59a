"""The check completes when all references that the role asks for are in."""

from datetime import datetime

from django.db import transaction

from goodword.core.models import Event
from goodword.notifications.domain.queue import cancel
from goodword.references.domain.requests import end_requests
from goodword.references.domain.tell import tell
from goodword.references.models import Check, Reference, ReferenceRequest
from goodword.steps.domain.lifecycle import subject_ref
from goodword.steps.domain.move import lock, move
from goodword.steps.states import may


def on_reference_received(event: Event) -> None:
    """The last of those asked for completes the check: reminders end, links of the rest end."""
    complete_if_all_in(check_id=event.data["check_id"], now=event.occurred_at)


def complete_if_all_in(*, check_id: int, now: datetime) -> bool:
    """Complete the check if as many references are in as it wants; whether that happened now."""
    with transaction.atomic():
        check = lock(Check, check_id)
        received = Reference.objects.of(check.organisation).filter(request__check_run=check).count()
        if received < check.wanted or not may(check, "complete"):
            return False
        move(check, "complete", at=now, by="goodword")
        end_requests(check, why=ReferenceRequest.Why.CHECK_DONE, now=now)
        cancel(organisation=check.organisation, subject_ref=subject_ref(check.start), now=now)
        tell("check.completed", check, by="goodword", at=now)
        return True
