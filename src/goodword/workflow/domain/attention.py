from hashlib import sha256

from django.conf import settings
from django.urls import reverse

from goodword.candidates.models import Application
from goodword.candidates.queries import recruiter_of
from goodword.core.models import Event
from goodword.notifications.domain.queue import Correspondent, queue
from goodword.workflow.domain.step_requests import is_confidential_source
from goodword.workflow.models import StepRequest


def on_needs_attention(event: Event) -> None:
    """Mail the recruiter once per request and reason."""
    step_request = (
        StepRequest.objects.across_organisations()
        .select_related(
            "organisation",
            "step",
            "application__candidate",
            "application__organisation",
            "application__role__owner__user",
            "earlier__application__candidate",
            "earlier__application__role",
        )
        .filter(pk=event.data["step_request_id"])
        .first()
    )
    if step_request is None:
        return
    application = step_request.application
    if application.is_being_erased:
        return
    recruiter = recruiter_of(application)
    reason = str(event.data.get("reason", ""))
    if reason == StepRequest.WaitingReason.REUSE and (
        step_request.earlier is None or is_confidential_source(step_request.earlier)
    ):
        reason = "decide"  # the recipient may not know of the other application
    to = Correspondent(name=recruiter.name, address=recruiter.address)
    queue(
        organisation=step_request.organisation,
        kind="workflow.needs_attention",
        key=f"step_request:{step_request.pk}:attention:{event.data.get('reason', '')}",
        to=to,
        sender=Correspondent(name="Goodword", address=settings.GOODWORD_HELP_CONTACT),
        template="workflow/mail/needs_attention",
        context={
            "candidate_name": application.candidate.name,
            "role_title": application.role.title if application.role else "",
            "step": step_request.step.kind,
            "reason": reason,
            "page_url": _page_of(application),
        },
        application=application,
        now=event.occurred_at,
    )


def on_suspicious_name(event: Event) -> None:
    """Mail once per application and suspicious name. A step that has not started shows its own reason."""
    if event.application_id is None:
        return
    application = (
        Application.objects.across_organisations()
        .select_related("organisation", "candidate", "role__owner__user")
        .get(pk=event.application_id)
    )
    candidate = application.candidate
    step_requests = StepRequest.objects.of(application.organisation).filter(application=application)
    if not candidate.is_name_suspicious or not step_requests.filter(state=StepRequest.State.STARTED).exists():
        return
    if event.name == "candidate.changed" and application.end:
        return
    recruiter = recruiter_of(application)
    spelling = sha256(candidate.name.encode()).hexdigest()[:16]
    queue(
        organisation=application.organisation,
        kind="workflow.suspicious_name",
        key=f"application:{application.pk}:name:{spelling}",
        to=Correspondent(name=recruiter.name, address=recruiter.address),
        sender=Correspondent(name="Goodword", address=settings.GOODWORD_HELP_CONTACT),
        template="workflow/mail/suspicious_name",
        context={
            "candidate_name": candidate.name,
            "role_title": application.role.title if application.role else "",
            "page_url": _page_of(application),
        },
        application=application,
        now=event.occurred_at,
    )


def _page_of(application: Application) -> str:
    path = reverse("candidate", args=[application.organisation.slug, application.pk])
    return settings.GOODWORD_BASE_URL + path
