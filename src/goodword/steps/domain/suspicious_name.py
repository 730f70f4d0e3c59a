"""Marks steps of candidates whose name contains a link since the step started: mail waits (notifications.domain.names)
until the name is corrected or confirmed."""

from goodword.core.models import Event
from goodword.notifications.models import Email, Link
from goodword.steps.domain.move import lock
from goodword.steps.domain.standing import hold
from goodword.steps.models import StepRequest, StepRun
from goodword.steps.states import UNFINISHED


def settle(model: type[StepRun], event: Event) -> None:
    """Set or clear the mark on an application's open runs, according to the current name. Idempotent.

    Runs that need attention for another reason are left alone.
    """
    application_id = event.application_id or _of_mail(event)
    if application_id is None:
        return
    application = hold(application_id)
    mark = StepRequest.Waits.LINK_IN_NAME if application.candidate.is_name_suspicious else ""
    rows = model._default_manager.filter(
        step_request__application=application, progress__in=UNFINISHED, closed_at=None
    )
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        run = lock(model, pk)
        if run.attention in {"", StepRequest.Waits.LINK_IN_NAME} and run.attention != mark:
            run.attention = mark
            run.save(update_fields=["attention"])


def _of_mail(event: Event) -> int | None:
    """The application of a mail about an adjustment request, which has none of its own."""
    mails = Email.objects.across_organisations().filter(
        pk=event.data.get("email_id", 0), link_purpose=Link.Purpose.CANDIDATE
    )
    step_requests = StepRequest.objects.across_organisations()
    return (
        step_requests.filter(pk__in=mails.values("link_subject_id"))
        .values_list("application_id", flat=True)
        .first()
    )
