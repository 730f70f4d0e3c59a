"""A name that gets a link in it after a step has begun: mails that quote it wait (notifications.domain.names), and the
step needs attention until it is corrected or confirmed."""

from goodword.core.models import Event
from goodword.notifications.models import Email, Link
from goodword.steps.domain.move import lock
from goodword.steps.domain.standing import hold
from goodword.steps.models import Run, StepStart
from goodword.steps.states import UNFINISHED


def settle(model: type[Run], event: Event) -> None:
    """Mark the open runs of an application, or clear their mark, by the name as it is now. Idempotent.

    What a person has to solve already stays before this.
    """
    application_id = event.application_id or _of_mail(event)
    if application_id is None:
        return
    application = hold(application_id)
    mark = StepStart.Waits.LINK_IN_NAME if application.candidate.is_name_suspicious else ""
    rows = model._default_manager.filter(
        start__application=application, progress__in=UNFINISHED, closed_at=None
    )
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        run = lock(model, pk)
        if run.attention in {"", StepStart.Waits.LINK_IN_NAME} and run.attention != mark:
            run.attention = mark
            run.save(update_fields=["attention"])


def _of_mail(event: Event) -> int | None:
    """Of a mail about an adjustment, which is filed under its request alone."""
    mails = Email.objects.across_organisations().filter(
        pk=event.data.get("email_id", 0), link_purpose=Link.Purpose.CANDIDATE
    )
    starts = StepStart.objects.across_organisations()
    return (
        starts.filter(pk__in=mails.values("link_subject_id")).values_list("application_id", flat=True).first()
    )
