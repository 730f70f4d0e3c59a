"""A candidate counts as invited once the mail server has accepted the invitation: deadlines count from then."""

from datetime import datetime

from django.db.models import QuerySet

from goodword.accounts.models import Organisation
from goodword.notifications.domain.send import deadline_of
from goodword.notifications.models import Email, Link
from goodword.steps.domain.move import lock
from goodword.steps.domain.unreachable import NOT_SENT, UNDELIVERED
from goodword.steps.models import StepRun
from goodword.steps.states import UNFINISHED


def run_of[R: StepRun](model: type[R], email: Email) -> R | None:
    """The unfinished run that a mail invites the candidate to, locked in the caller's transaction. None if there is
    none, or the mail is about an earlier run or no invitation."""
    if email.deadline_days is None or email.link_purpose != Link.Purpose.CANDIDATE:
        return None
    rows: QuerySet[R] = model._default_manager.filter(  # type: ignore[assignment]  # of R
        step_request_id=email.link_subject_id, progress__in=UNFINISHED
    )
    found = rows.order_by("-pk").values_list("pk", flat=True).first()
    runs = f"{model._meta.model_name}:"
    if found is None or (email.key.startswith(runs) and not email.key.startswith(f"{runs}{found}:")):
        return None
    return lock(model, found)


def mark_invited(run: StepRun, email: Email, *, at: datetime) -> bool:
    """Record that the server accepted the mail (unsaved). Returns whether it was the run's first invitation."""
    is_first = run.invited_at is None
    if is_first:
        run.invited_at = at
        if run.begun_at is None:
            run.opened_at = at
    deadline = deadline_of(email, at=at)
    if deadline is not None and deadline > run.deadline_at:
        run.renew_deadline(deadline)
    if run.attention in {NOT_SENT, UNDELIVERED}:
        run.attention = ""
    return is_first


def mail_waits(*, organisation: Organisation, subject_ref: str) -> bool:
    """Whether an earlier mail still waits for the mail server; no reminder may be added to it."""
    waiting = (Email.State.QUEUED, Email.State.SENDING)
    return Email.objects.of(organisation).filter(subject_ref=subject_ref, state__in=waiting).exists()
