"""Who wants no more such mail gets none: what that means for other checks that wait for the same person."""

from django.db import transaction

from goodword.core.models import Event
from goodword.references.domain import guard
from goodword.references.domain.addresses import mailbox
from goodword.references.domain.decline import settle_declined
from goodword.references.domain.do_not_contact import is_barred
from goodword.references.domain.requests import OUT
from goodword.references.models import ReferenceRequest


def on_never_again(event: Event) -> None:
    """Other requests of the organisation to the same mailbox: one that was not begun counts as declined, so that its
    candidate names somebody else; one that was begun can still be answered, and nobody reminds of it."""
    requests = ReferenceRequest.objects.across_organisations().filter(organisation_id=event.organisation_id)
    others = requests.filter(state__in=OUT).exclude(pk=event.data["request_id"])
    asked: dict[str, bool] = {}  # not by the address of who said it: that may be erased by now
    for request in others.select_related("organisation", "referee").order_by("check_run_id", "pk"):
        box = mailbox(request.referee.email)
        if box not in asked:
            asked[box] = is_barred(organisation=request.organisation, address=box)
        if asked[box]:
            _leave_alone(request.pk, event)


def _leave_alone(request_id: int, event: Event) -> None:
    with transaction.atomic():
        check, request = guard.locked_request(request_id)
        if not request.is_out:
            return
        if request.state == ReferenceRequest.State.SENT:
            why = ReferenceRequest.Why.WOULD_RATHER_NOT
            settle_declined(check, request, why=why, reason="", now=event.occurred_at)
            return
        request.next_reminder_at = request.slow_at = None
        request.save(update_fields=["next_reminder_at", "slow_at"])
