"""A candidate takes a request back before it is answered: the deadline and the reminders go on."""

from datetime import datetime

from django.db import transaction

from goodword.assessments.domain import guard
from goodword.assessments.domain.adjust import clock, mails
from goodword.assessments.models import Adjustment
from goodword.notifications.domain.queue import cancel


def withdraw(*, attempt_id: int, now: datetime) -> bool:
    """Take back the request that waits; False, and nothing changed, if none does. Raises guard.Closed."""
    with transaction.atomic():
        attempt = guard.open_attempt(attempt_id, now=now)
        rows = Adjustment.objects.of(attempt.organisation).select_for_update()
        asked = rows.filter(attempt=attempt, state=Adjustment.State.ASKED).first()
        if asked is None:
            return False
        asked.state, asked.answered_at = Adjustment.State.WITHDRAWN, now
        asked.save(update_fields=["state", "answered_at"])
        cancel(organisation=attempt.organisation, subject_ref=mails.ref_of(asked), now=now)
        clock.go_on(attempt, now=now)
        return True
