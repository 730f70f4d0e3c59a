"""Open a check and invite the candidate."""

from datetime import datetime

from goodword.core.models import Event
from goodword.core.workdays import end_of_working_day
from goodword.references.domain.mails import to_candidate
from goodword.references.domain.tell import tell
from goodword.references.domain.template import language_of, languages_for, version_for
from goodword.references.models import Check, Slot
from goodword.roles.models import Step
from goodword.roles.slots import slots_of
from goodword.steps.domain.automation import still_wanted
from goodword.steps.domain.reuse import offer_earlier
from goodword.steps.domain.standing import held
from goodword.steps.models import StepRequest
from goodword.steps.states import UNFINISHED


def on_step_requested(event: Event) -> None:
    """Open a requested reference check, once, unless it is no longer needed or an earlier one may be reused.

    A concurrent rejection either waits for the application's lock, and then closes the new check, or has already
    committed, and none is opened.
    """
    if event.data["kind"] != Step.Kind.REFERENCE_CHECK:
        return
    found = held(event.data["step_request_id"])
    if found is None or Check.objects.of(found[0].organisation).filter(step_request=found[0]).exists():
        return
    step_request, application = found
    by_hand = bool(event.data.get("by_hand"))
    if not still_wanted(step_request, application, at=event.occurred_at, by_hand=by_hand):
        return
    if not by_hand and offer_earlier(Check, step_request, application=application, at=event.occurred_at):
        return
    open_check(step_request=step_request, now=event.occurred_at, by=event.actor)


def open_check(*, step_request: StepRequest, now: datetime, by: str) -> Check:
    """Open a check under this start and queue the candidate's invitation, in the caller's transaction.

    An unfinished one is returned without sending anything. Once the mail server accepts the invitation, the deadline
    restarts and reminders begin (invited.py).
    """
    held = (
        StepRequest.objects.of(step_request.organisation)
        .select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "step__organisation")
        .get(pk=step_request.pk)
    )
    unfinished = (
        Check.objects.of(held.organisation).filter(step_request=held, progress__in=UNFINISHED).first()
    )
    if unfinished is not None:
        return unfinished
    step = held.step
    asked = [one for slot in slots_of(step.slots) for one in [slot] * slot.count]
    version = version_for(step, now=now)
    languages = languages_for(step, version)
    check = Check(
        organisation=held.organisation,
        step_request=held,
        version=version,
        wanted=len(asked),
        least=min(step.least or len(asked), len(asked)),
        language=language_of(
            step_request.application.candidate.chosen_language or step_request.application.candidate.language,
            languages,
            otherwise=held.organisation.language,
        ),
        languages=languages,
        self_reference=step.self_reference,
        candidate_may_see=step.candidate_may_see,
        opened_at=now,
        deadline_at=end_of_working_day(now, step.deadline_days, calendar=held.organisation.calendar),
        reminders_promised=len(step.reminder_days),
    )
    check.save()
    Slot.objects.across_organisations().bulk_create(
        Slot(
            organisation=held.organisation,
            check_run=check,
            number=number,
            relationship=slot.relationship,
            needed=slot.needed,
            hint=slot.hint,
        )
        for number, slot in enumerate(asked, start=1)
    )
    to_candidate(
        check,
        name="invitation",
        key="invitation",
        reminders=check.reminders_promised,
        days=step.deadline_days,
        now=now,
    )
    tell("check.opened", check, by=by, at=now)
    return check
