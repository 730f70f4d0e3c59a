"""A candidate on a phone asks for the link once more, to go on with on a computer."""

from datetime import datetime, timedelta

from django.db import transaction

from goodword.assessments.domain import guard
from goodword.assessments.domain.mails import to_candidate
from goodword.assessments.queries import application_of
from goodword.notifications.models import Email
from goodword.steps.domain.automation import unreachable

#: mails of this kind within a day
MOST_A_DAY = 3


def send_link(*, attempt_id: int, now: datetime) -> bool:
    """Mail the candidate a fresh link; False, and nothing sent, after three within a day or if they may not be mailed.

    Raises guard.Closed.
    """
    with transaction.atomic():
        attempt = guard.open_attempt(attempt_id, now=now)
        application = application_of(attempt)
        sent = Email.objects.of(attempt.organisation).filter(key__startswith=f"attempt:{attempt.pk}:link:")
        if (
            unreachable(application)
            or sent.filter(created_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY
        ):
            return False
        to_candidate(attempt, application=application, name="link", key=f"link:{sent.count() + 1}", now=now)
        return True
