"""A candidate's mail about an assessment comes back, or is marked as spam: the assessment waits for a person."""

from goodword.assessments.models import Attempt
from goodword.core.models import Event
from goodword.notifications.domain.undelivered import mail_of
from goodword.steps.domain import unreachable


def on_returned(event: Event) -> None:
    """React to a mail to the candidate that bounced, or to a request to them that was not sent."""
    email = mail_of(event)
    if email is None:
        return
    if email.bounced_at is not None:
        unreachable.stop(Attempt, email, code=unreachable.UNDELIVERED)
    elif email.deadline_days is not None:
        unreachable.stop(Attempt, email, code=unreachable.NOT_SENT)


def on_complained(event: Event) -> None:
    """The candidate wants no more mail about it."""
    email = mail_of(event)
    if email is not None:
        unreachable.stop(Attempt, email, code=unreachable.COMPLAINED)
