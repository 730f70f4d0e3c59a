"""A candidate's results, which a recruiter opens by the link in an e-mail."""

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from goodword.accounts.access import membership_of
from goodword.accounts.domain.audit import write
from goodword.accounts.models import AuditEntry, Membership
from goodword.candidates.models import Application, recruiter_of, visible_applications
from goodword.core import clock
from goodword.core.addresses import is_same
from goodword.core.responses import private
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.workflow.portal import unknown_page
from goodword.workspace.progress import progress_of
from goodword.workspace.results import results_of, runs_of


@require_safe
def review(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the results so far, read-only. Members who can see the candidate are redirected to the candidate's page."""
    link = links.resolve(token, purpose=Link.Purpose.REVIEW)
    if link is None:
        return unknown_page(request)
    application = (
        Application.objects.of(link.organisation)
        .select_related("candidate", "role__owner__user", "organisation")
        .filter(pk=link.subject_id)
        .first()
    )
    if application is None:
        return unknown_page(request)
    member = (
        membership_of(request.user, slug=link.organisation.slug) if request.user.is_authenticated else None
    )
    if member and visible_applications(member).filter(pk=application.pk).exists():
        return redirect(f"{reverse('candidate', args=[link.organisation.slug, application.pk])}#results")
    now, lost = clock.now(), _has_lost_access(link, application)
    if lost or not links.is_alive(link, now=now):
        return private(
            render(
                request,
                "workspace/candidate/review_expired.html",
                {
                    "organisation": link.organisation,
                    "application": application,
                    "lost": lost or member is not None,  # who could see the candidate was redirected
                },
                status=410,
            )
        )
    if request.method != "HEAD":
        _record_view(link, application, now=now)
    with timezone.override(link.organisation.zone):
        response = render(
            request,
            "workspace/candidate/review.html",
            {
                "organisation": link.organisation,
                "application": application,
                "candidate": application.candidate,
                "recruiter": recruiter_of(application),
                "marks": progress_of([application], organisation=link.organisation, now=now)[application.pk],
                "results": results_of(runs_of(application), items=False),
                "expires_at": link.expires_at,
            },
        )
    return private(response)


def _has_lost_access(link: Link, application: Application) -> bool:
    """Return whether it was mailed to somebody who isn't the recruiter any more and can't see the candidate: a member,
    or for a private candidate anybody without a login."""
    address = link.email.to_address if link.email is not None else ""
    if not address or is_same(address, recruiter_of(application).address):
        return False
    rows = Membership.objects.of(link.organisation).select_related("organisation", "user")
    member = rows.filter(user__email__same_address=address).first()
    if member is None:
        return application.candidate.private
    return not visible_applications(member).filter(pk=application.pk).exists()


def _record_view(link: Link, application: Application, *, now: datetime) -> None:
    """Audit the view, at most once per links.QUIET, so visitors can't fill the database."""
    action, actor = "result.viewed_by_link", f"link {link.pk}"
    with transaction.atomic():
        entries = AuditEntry.objects.of(link.organisation).filter(action=action, actor=actor)
        if links.lock(link) and not entries.filter(at__gt=now - links.QUIET).exists():
            write(
                organisation=link.organisation,
                action=action,
                actor=actor,
                now=now,
                details={"application": application.pk},
            )
