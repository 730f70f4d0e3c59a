"""Open a draft of what a role asks: from the version that counts, or with nothing in it."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.assessments.domain.default import default_part, next_number, published
from goodword.assessments.domain.plan.held import lock
from goodword.assessments.models import Assessment
from goodword.assessments.plans import draft_of
from goodword.roles.models import Step


def begin_draft(*, step: Step, by: Membership, now: datetime, empty: bool = False) -> Assessment:
    """The open draft, else a new one with the tests and settings of the version that counts.

    Where nobody has put anything together it holds the test that candidates get by itself; `empty`: none.
    """
    with transaction.atomic():
        locked = lock(step)
        if draft := draft_of(locked):
            return draft
        newest = published(locked)
        draft = Assessment(
            organisation=locked.organisation,
            step=locked,
            number=next_number(locked),
            created_at=now,
            created_by=by,
        )
        if newest is not None:
            for name in ("total", "total_reason", "more_time", "tells_candidate", "retake_months"):
                setattr(draft, name, getattr(newest, name))
        if empty:
            draft.total, draft.total_reason = Assessment.Total.OFF, ""
        draft.save()
        if not empty:
            for part in list(newest.parts.order_by("order")) if newest else [default_part(locked, now=now)]:
                part.pk, part.assessment = None, draft
                part.save(force_insert=True)
        return draft
