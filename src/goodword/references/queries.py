"""Reads about checks: for the portals, the workspace and the reports. Results are in results.py."""

from collections.abc import Sequence

from django.db.models import QuerySet

from goodword.candidates.models import Application
from goodword.notifications.models import Email
from goodword.references.domain.mails import request_ref
from goodword.references.models import Check, Reference, ReferenceRequest


def latest_check(application: Application) -> Check | None:
    """The application's latest reference check, the one its portal shows."""
    return checks_of(application).first()


def checks_of(application: Application) -> QuerySet[Check]:
    """All its reference checks, latest first."""
    return (
        Check.objects.of(application.organisation)
        .select_related(
            "step_request__step",
            "step_request__application__candidate",
            "version__questionnaire",
            "organisation",
        )
        .filter(step_request__application=application)
        .order_by("-pk")
    )


def progress(check: Check) -> tuple[int, int]:
    """How many references are in, and how many are wanted."""
    answered = Reference.objects.of(check.organisation).filter(request__check_run=check).count()
    return answered, check.wanted


def failed_mails(check: Check, requests: Sequence[ReferenceRequest]) -> set[str]:
    """The refs (mails.request_ref) of requests of which every mail failed."""
    refs = [request_ref(request) for request in requests]
    mails = Email.objects.of(check.organisation).filter(subject_ref__in=refs)
    known = set(mails.values_list("subject_ref", "state"))
    failed = {ref for ref, state in known if state == Email.State.FAILED}
    arrived = {ref for ref, state in known if state == Email.State.SENT}
    return failed - arrived
