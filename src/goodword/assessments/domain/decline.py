"""The candidate does not want to take the assessment."""

from datetime import datetime

from django.db import transaction

from goodword.assessments.domain import guard
from goodword.assessments.domain.tell import tell
from goodword.assessments.models import Attempt
from goodword.notifications.domain.queue import cancel
from goodword.steps.domain.lifecycle import subject_ref
from goodword.steps.domain.move import lock, move
from goodword.steps.models import Run
from goodword.steps.states import takes_answers


def decline(*, attempt_id: int, now: datetime) -> Attempt:
    """Note that the candidate does not want to, and stop the mails. A second time does nothing.

    Answers given so far are kept but never scored. Raises guard.Closed once the attempt takes nothing more.
    """
    with transaction.atomic():
        attempt = lock(Attempt, attempt_id)
        if attempt.progress == Run.Progress.DECLINED:
            return attempt
        if not takes_answers(attempt, now=now):
            raise guard.Closed
        move(attempt, "decline", at=now, by="candidate")
        cancel(organisation=attempt.organisation, subject_ref=subject_ref(attempt.start), now=now)
        tell("attempt.declined", attempt, by="candidate", at=now)
        return attempt
