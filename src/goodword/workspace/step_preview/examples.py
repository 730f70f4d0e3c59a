"""Fictitious people for previews, saved only in a transaction that is rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest

from goodword.candidates.models import Application, Candidate
from goodword.core.text import language_codes
from goodword.references.domain.nominations import RefereeDetails
from goodword.roles.models import Role, Step
from goodword.roles.slots import ANY
from goodword.workflow.models import StepRequest

_REFEREES = ("Robin Miller", "Sam Carter", "Kim Novak", "Jo Martin", "Toni Weber")


def wanted_language(request: HttpRequest) -> str:
    """The preview's language, from its URL; "" for the default."""
    language = request.GET.get("language", "")
    return language if language in language_codes() else ""


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def example_application(role: Role, *, language: str = "", now: datetime) -> Application:
    """`language`: the candidate's choice. The recruiter is that of the role's latest candidate, if any."""
    organisation = role.organisation
    candidate = Candidate.objects.create(
        organisation=organisation,
        first_name="Alex",
        last_name="Example",
        email="alex@example.com",
        chosen_language=language,
        created_at=now,
    )
    known = Application.objects.of(organisation).filter(role=role).exclude(recruiter_email="")
    latest = known.order_by("-created_at", "-pk").first()
    role = Role.objects.of(organisation).select_related("owner__user", "organisation").get(pk=role.pk)
    return Application.objects.create(
        organisation=organisation,
        candidate=candidate,
        role=role,
        recruiter_name=latest.recruiter_name if latest else "",
        recruiter_email=latest.recruiter_email if latest else "",
        created_at=now,
    )


def example_request(step: Step, application: Application, *, now: datetime) -> StepRequest:
    return StepRequest.objects.create(
        organisation=application.organisation,
        application=application,
        step=step,
        state=StepRequest.State.STARTED,
        requested_at=now,
    )


def example_referee(number: int, *, relationship: str, language: str, now: datetime) -> RefereeDetails:
    """`relationship`: the one that the slot asks for."""
    return RefereeDetails(
        name=_REFEREES[(number - 1) % len(_REFEREES)],
        email=f"robin{number}@example.com",
        relationship="manager" if relationship == ANY else relationship,
        company="Example Ltd",
        candidate_title="Team lead",
        from_month=f"{now.year - 3}-01",
        to_month=f"{now.year - 1}-12",
        message="",
        language=language,
    )
