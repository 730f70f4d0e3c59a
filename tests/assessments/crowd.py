"""Many people who completed a test, inserted in bulk."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count

from goodword.accounts.models import Organisation
from goodword.assessments.attempts.parts import version_for
from goodword.assessments.kinds.generated import GeneratedItem, to_json
from goodword.assessments.models import (
    Answer,
    Assessment,
    AssessmentPart,
    Attempt,
    AttemptPart,
    Calibration,
    DrawnItem,
    NormSet,
    Test,
)
from goodword.assessments.plans.versions import next_number
from goodword.candidates.models import Application, Candidate
from goodword.core.validation import Json
from goodword.roles.models import Role, Step
from goodword.workflow.models import StepRequest
from tests.support import factories

_remote = count(500_000)


def role_of(organisation: Organisation) -> Role:
    """A role whose stage 501 starts the assessment."""
    role = factories.role(organisation)
    factories.automation(role, connection_id=1, job_id=role.pk, stages={"assessment": (501, "Assessment")})
    return role


def published(
    role: Role,
    *tests: tuple[Test, str, str],
    norms: NormSet | None = None,
    calibration: Calibration | None = None,
    minutes: int | None = None,
) -> Assessment:
    """Publish the next version of the role's assessment with a part per (test, version, form); the first has norms."""
    step = factories.step(role, Step.Kind.ASSESSMENT)
    author = factories.member(role.organisation)
    assessment = Assessment.objects.create(
        organisation=role.organisation,
        step=step,
        number=next_number(step),
        created_at=factories.NOW,
        created_by=author,
        published_at=factories.NOW,
        published_by=author,
    )
    for order, (test, version, form) in enumerate(tests, start=1):
        AssessmentPart.objects.create(
            organisation=role.organisation,
            assessment=assessment,
            order=order,
            test=test,
            number=version,
            form=form,
            minutes=minutes,
            requirement="Listens to customers.",
            requirement_by="Petra Planner",
            norms=norms if order == 1 else None,
            calibration=calibration if order == 1 else None,
        )
    return assessment


def applications(role: Role, number: int) -> list[Application]:
    """Applications of this many people."""
    candidates = Candidate.objects.of(role.organisation).bulk_create(
        Candidate(
            organisation=role.organisation,
            connection_id=1,
            remote_id=next(_remote),
            first_name="Ada",
            last_name=f"Number {place}",
            email=f"ada.number{place}@mail.example",
            created_at=factories.NOW,
        )
        for place in range(number)
    )
    return Application.objects.of(role.organisation).bulk_create(
        Application(
            organisation=role.organisation,
            candidate=candidate,
            role=role,
            connection_id=1,
            remote_id=next(_remote),
            created_at=factories.NOW,
        )
        for candidate in candidates
    )


def finished(
    assessment: Assessment,
    of: Sequence[Application],
    *,
    answers: Callable[[int], dict[str, Json]],
    items: Callable[[int], Sequence[GeneratedItem]] | None = None,
    language: str = "en",
    device: str = "computer",
    at: datetime = factories.NOW,
) -> list[AttemptPart]:
    """Completed attempts at the first part. `answers` and drawn `items` (ids "1", "2", …) are indexed from 0."""
    organisation = assessment.organisation
    planned = assessment.parts.select_related("test__organisation").get(order=1)
    step = assessment.step
    there = StepRequest.objects.of(organisation).filter(application__in=of, step=step)
    step_requests = {step_request.application_id: step_request for step_request in there}
    made = StepRequest.objects.of(organisation).bulk_create(
        StepRequest(
            organisation=organisation,
            application=application,
            step=step,
            state=StepRequest.State.STARTED,
            requested_at=at,
            started_at=at,
        )
        for application in of
        if application.pk not in step_requests
    )
    step_requests |= {step_request.application_id: step_request for step_request in made}
    attempts = Attempt.objects.of(organisation).bulk_create(
        Attempt(
            organisation=organisation,
            step_request=step_requests[application.pk],
            assessment=assessment,
            language=language,
            opened_at=at,
            deadline_at=at + timedelta(days=7),
            begun_at=at,
            completed_at=at,
            progress=Attempt.Progress.COMPLETED,
        )
        for application in of
    )
    version = version_for(planned, language=language)
    parts = AttemptPart.objects.of(organisation).bulk_create(
        AttemptPart(
            organisation=organisation,
            attempt=attempt,
            part=planned,
            order=1,
            version=version,
            form=planned.form,
            items=20,
            device=device,
            begun_at=at,
            ended_at=at,
            ended_by=AttemptPart.Ended.FINISHED,
        )
        for attempt in attempts
    )
    Answer.objects.of(organisation).bulk_create(
        Answer(organisation=organisation, part=part, item=item, value=value, answered_at=at)
        for place, part in enumerate(parts)
        for item, value in answers(place).items()
    )
    if items is not None:
        DrawnItem.objects.of(organisation).bulk_create(
            DrawnItem(
                organisation=organisation,
                part=part,
                position=position,
                item=str(position),
                content=to_json(item),
            )
            for place, part in enumerate(parts)
            for position, item in enumerate(items(place), start=1)
        )
    return parts
