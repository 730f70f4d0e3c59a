"""Locks an attempt and says no when nothing can come in any more."""

from datetime import datetime

from goodword.assessments.models import Attempt
from goodword.steps.domain.move import lock
from goodword.steps.states import takes_answers


class Closed(Exception):
    """The attempt is over: the page shows that nothing is needed."""


def open_attempt(attempt_id: int, *, now: datetime) -> Attempt:
    """The attempt, locked in the caller's transaction. Raises Closed when it takes nothing more.

    What comes within 30 days after the deadline still counts, and so does what comes while it is paused.
    """
    attempt = lock(Attempt, attempt_id)
    if not takes_answers(attempt, now=now):
        raise Closed
    return attempt
