from collections.abc import Sequence

from django.db.models import QuerySet

from goodword.candidates.models import Application
from goodword.notifications.models import Email
from goodword.references.models import Check, Reference, ReferenceRequest


def latest_check(application: Application) -> Check | None:
    return checks_of(application).first()


def checks_of(application: Application) -> QuerySet[Check]:
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
    answered = Reference.objects.of(check.organisation).filter(request__check_run=check).count()
    return answered, check.wanted


def failed_mails(check: Check, requests: Sequence[ReferenceRequest]) -> set[str]:
    """The `mail_ref`s of requests whose mails all failed."""
    refs = [request.mail_ref for request in requests]
    mails = Email.objects.of(check.organisation).filter(subject_ref__in=refs)
    known = set(mails.values_list("subject_ref", "state"))
    failed = {ref for ref, state in known if state == Email.State.FAILED}
    arrived = {ref for ref, state in known if state == Email.State.SENT}
    return failed - arrived
