"""Assign an assessment and invite the candidate."""

from datetime import datetime

from goodword.assessments.domain.adjust.carry import carry_over
from goodword.assessments.domain.default import assessment_of
from goodword.assessments.domain.mails import to_candidate
from goodword.assessments.domain.tell import tell
from goodword.assessments.given import count_of
from goodword.assessments.languages import language_for, version_for
from goodword.assessments.models import AssessmentPart, Attempt, AttemptPart
from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.core.workdays import end_of_working_day
from goodword.roles.models import Step
from goodword.steps.domain.automation import still_wanted
from goodword.steps.domain.reuse import offer_earlier
from goodword.steps.domain.standing import held
from goodword.steps.models import StepStart


def on_step_requested(event: Event) -> None:
    """Assign a requested assessment, once, unless it is no longer needed or an earlier result may be reused.

    A concurrent rejection either waits for the application's lock, and then closes the new attempt, or has already
    committed, and none is created.
    """
    if event.data["kind"] != Step.Kind.ASSESSMENT:
        return
    found = held(event.data["start_id"])
    if found is None or Attempt.objects.of(found[0].organisation).filter(start=found[0]).exists():
        return
    start, application = found
    by_hand = bool(event.data.get("by_hand"))
    if not still_wanted(start, application, at=event.occurred_at, by_hand=by_hand):
        return
    if not by_hand and offer_earlier(Attempt, start, application=application, at=event.occurred_at):
        return
    assign(start=start, application=application, now=event.occurred_at, by=event.actor)


def assign(*, start: StepStart, application: Application, now: datetime, by: str) -> Attempt:
    """Create an attempt and queue its invitation, in the caller's transaction, with start and application locked.

    Fixes the versions of the assessment and its tests, and the language. `by`: who asked. Once the mail server accepts
    the invitation, the deadline restarts and reminders begin (invited.py).
    """
    organisation, step = application.organisation, start.step
    assessment = assessment_of(step, now=now)
    planned = list(assessment.parts.select_related("test").order_by("order"))
    candidate = application.candidate
    language = language_for(
        planned, wanted=candidate.chosen_language or candidate.language, otherwise=organisation.language
    )
    attempt = Attempt(
        organisation=organisation,
        start=start,
        assessment=assessment,
        language=language,
        opened_at=now,
        deadline_at=end_of_working_day(now, step.deadline_days, calendar=organisation.calendar),
        reminders_promised=len(step.reminder_days),
    )
    attempt.save()
    AttemptPart.objects.of(organisation).bulk_create(
        _part(attempt, part, language=language) for part in planned
    )
    carry_over(attempt, now=now)
    to_candidate(
        attempt,
        application=application,
        name="invitation",
        key="invitation",
        reminders=attempt.reminders_promised,
        invites=True,
        now=now,
    )
    tell("attempt.assigned", attempt, by=by, at=now)
    return attempt


def _part(attempt: Attempt, planned: AssessmentPart, *, language: str) -> AttemptPart:
    part = AttemptPart(
        organisation_id=attempt.organisation_id,
        attempt=attempt,
        part=planned,
        order=planned.order,
        version=version_for(planned, language=language),
        form=planned.form,
        seconds=planned.minutes * 60 if planned.minutes is not None else None,
    )
    part.items = count_of(part)
    return part
