"""Requests of a check that is done end with their own deadline: nothing is waited for any more."""

from datetime import datetime

from django.db import transaction

from goodword.core.sweep import each
from goodword.references.domain import guard
from goodword.references.domain.requests import OUT, end_request
from goodword.references.models import ReferenceRequest
from goodword.steps.states import DONE

AT_MOST = 200


def end_over(*, now: datetime) -> int:
    """End the requests whose referee can no longer answer since the check is done; how many."""
    over = ReferenceRequest.objects.across_organisations().filter(
        state__in=OUT, deadline_at__lt=now, check_run__progress__in=DONE
    )
    first = over.order_by("deadline_at").values_list("pk", flat=True)[:AT_MOST]
    return each(list(first), lambda pk: _end(pk, now=now))


def _end(request_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        check, request = guard.locked_request(request_id)
        if not request.is_out or request.deadline_at >= now or check.progress not in DONE:
            return False
        end_request(request, why=ReferenceRequest.Why.CHECK_DONE, now=now)
        return True
