"""Tell the recruiter about a step that only a person can set going."""

from django.conf import settings

from goodword.candidates.queries import recruiter_of
from goodword.core.models import Event
from goodword.notifications.domain.queue import queue
from goodword.notifications.people import Person
from goodword.steps.models import StepStart


def on_needs_attention(event: Event) -> None:
    """One mail per start: what is in the way, and what to do in Greenhouse."""
    start = (
        StepStart.objects.across_organisations()
        .select_related("organisation", "step", "application__candidate", "application__role__owner__user")
        .filter(pk=event.data["start_id"])
        .first()
    )
    if start is None:  # taken back since
        return
    application = start.application
    recruiter = recruiter_of(application)
    to = Person(name=recruiter.name, address=recruiter.address)
    queue(
        organisation=start.organisation,
        kind="steps.needs_attention",
        key=f"start:{start.pk}:attention",
        to=to,
        sender=Person(name="Goodword", address=settings.GOODWORD_HELP_CONTACT),
        template="steps/mail/needs_attention",
        context={
            "candidate_name": application.candidate.name,
            "role_title": application.role.title if application.role else "",
            "step": start.step.kind,
            "reason": event.data.get("reason", ""),
        },
        application=application,
        now=event.occurred_at,
    )
