"""The mail to the recruiter when a report is ready."""

from django.conf import settings

from goodword.candidates.models import recruiter_of
from goodword.core.models import Event
from goodword.notifications.domain.links import LIFETIMES
from goodword.notifications.domain.queue import Correspondent, LinkFor, queue
from goodword.notifications.models import Link
from goodword.reports.domain.versions import is_superseded
from goodword.reports.models import Report
from goodword.workflow.models import lock_application

#: days for which the recruiter's link opens the result without signing in
REVIEW_DAYS = LIFETIMES[Link.Purpose.REVIEW].days


def on_report_ready(event: Event) -> None:
    """Mail the recruiter once per version. Skips reused results, erased candidates and superseded runs."""
    assert event.application_id is not None
    if lock_application(event.application_id).erased_at is not None:
        return
    report = (
        Report.objects.across_organisations()
        .select_related(
            "organisation",
            "step_request__step",
            "step_request__application__candidate",
            "step_request__application__role__owner__user",
        )
        .get(pk=event.data["report_id"])
    )
    if "reused" in report.snapshot or is_superseded(report):
        return
    application = report.step_request.application
    recruiter = recruiter_of(application)
    queue(
        organisation=report.organisation,
        kind="reports.completed",
        key=f"report:{report.pk}:completed",
        to=Correspondent(name=recruiter.name, address=recruiter.address),
        sender=Correspondent(name="Goodword", address=settings.GOODWORD_HELP_CONTACT),
        template="reports/mail/completed",
        context={
            "candidate_name": application.candidate.name,
            "role_title": application.role.title if application.role else "",
            "step": report.step_request.step.kind,
            "version": report.version,
            "code": report.code,
            "review_days": REVIEW_DAYS,
            "in_greenhouse": application.connection_id is not None,
        },
        application=application,
        subject_ref=f"report:{report.pk}",
        link=LinkFor(purpose=Link.Purpose.REVIEW, subject_id=application.pk),
        now=event.occurred_at,
    )
