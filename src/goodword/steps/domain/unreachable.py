"""A candidate whom mail does not reach, or who wants no more of it: nothing is sent of the run, and a person looks."""

from django.db.models import QuerySet

from goodword.notifications.models import Email, Link
from goodword.steps.domain.move import lock
from goodword.steps.models import StepRun
from goodword.steps.states import UNFINISHED

#: attention of a run whose candidate's mail comes back, and of one whose candidate has marked a mail as spam
UNDELIVERED, COMPLAINED = "undelivered", "complained"
#: attention code of a run with a mail that could not be sent
NOT_SENT = "not_sent"
CODES = frozenset({UNDELIVERED, COMPLAINED, NOT_SENT})


def stop[R: StepRun](model: type[R], email: Email, *, code: str) -> R | None:
    """End the reminders of the unfinished run that a candidate's mail is about, in the caller's transaction.

    None if the mail is about no such run, or the candidate's address is another one by now. What a person has to
    solve already stays before this.
    """
    if email.link_purpose != Link.Purpose.CANDIDATE:
        return None
    application = email.application  # not for a mail about an adjustment, which belongs to its request only
    if application is not None and email.to_address.lower() != application.candidate.email.lower():
        return None
    rows: QuerySet[R] = model._default_manager.filter(  # type: ignore[assignment]  # of R
        step_request_id=email.link_subject_id, progress__in=UNFINISHED, closed_at=None
    )
    found = rows.order_by("-pk").values_list("pk", flat=True).first()
    if found is None:
        return None
    run = lock(model, found)
    run.next_reminder_at = None
    if not run.attention or run.attention in CODES:
        run.attention = code
    run.save(update_fields=["next_reminder_at", "attention"])
    return run


def forgive(run: StepRun) -> None:
    """Clear the run's attention after a member resends a mail. Saves it."""
    if run.attention in {UNDELIVERED, NOT_SENT}:
        run.attention = ""
        run.save(update_fields=["attention"])
