"""Applications with steps in different states."""

from typing import Any

from django.db import transaction
from django.urls import reverse

from goodword.accounts.models import Organisation
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.references.domain.invitations import open_check
from goodword.references.models import Check
from goodword.reports.models import Report
from goodword.roles.models import Role
from goodword.workflow.models import StepRequest
from tests.assessments.support import answer_all, assigned
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.mail import mail_is_taken

NOW = factories.NOW


def path(name: str, organisation: Organisation, *more: int) -> str:
    return reverse(name, args=[organisation.slug, *more])


def named(role: Role, first: str, last: str, **values: Any) -> Application:
    candidate = {
        name: values.pop(name)
        for name in ("private", "preferred_name", "email", "can_email")
        if name in values
    }
    who = factories.candidate(role.organisation, first_name=first, last_name=last, **candidate)
    return factories.application(role, candidate=who, **values)


def invited(application: Application) -> Attempt:
    """Assign an assessment and send its invitation."""
    return assigned(application)


def checked(application: Application) -> Check:
    """Open a reference check without referees."""
    with transaction.atomic():
        step_request = factories.step_request(application, "reference_check")
        check = open_check(step_request=step_request, now=NOW, by="greenhouse")
    mail_is_taken(application, at=NOW)
    check.refresh_from_db()
    return check


def reported(application: Application) -> Report:
    """Finish an assessment and its report."""
    attempt = invited(application)
    answer_all(attempt)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    run_jobs()
    return (
        Report.objects.of(application.organisation).filter(step_request__application=application).latest("pk")
    )


def portal(step_request: StepRequest, **values: Any) -> str:
    """The path of a new link to a candidate's portal."""
    return _path(Link.Purpose.CANDIDATE, step_request.organisation, step_request.pk, **values)


def review(application: Application, **values: Any) -> str:
    """The path of a new link to a review without a login."""
    return _path(Link.Purpose.REVIEW, application.organisation, application.pk, **values)


def _path(purpose: str, organisation: Organisation, subject_id: int, **values: Any) -> str:
    given: dict[str, Any] = {"now": max(NOW, clock.now())} | values
    url = links.mint(organisation=organisation, purpose=purpose, subject_id=subject_id, **given)
    return url.removeprefix("http://localhost:8000")
