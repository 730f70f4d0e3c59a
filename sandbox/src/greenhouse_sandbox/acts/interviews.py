"""Interviews are booked and cancelled, scorecards written and deleted."""

from datetime import datetime, timedelta

from greenhouse_sandbox.acts.feed import log_activity
from greenhouse_sandbox.acts.progress import must_be_active
from greenhouse_sandbox.acts.stages import current_stage
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.offers import Interview, Scorecard
from greenhouse_sandbox.webhooks.emit import emit
from greenhouse_sandbox.webhooks.offers import interview_payload, scorecard_payload


def schedule_interview(
    store: Store,
    application: Application,
    *,
    actor_id: int | None,
    now: datetime,
    starts_at: datetime | None = None,
) -> Interview:
    """Book an interview of the present stage, by default for the next day. No web hook."""
    must_be_active(application)
    stage = current_stage(store, application)
    interview = store.interviews.insert(
        Interview(
            id=store.interviews.new_id(),
            created_at=now,
            updated_at=now,
            application_id=application.id,
            candidate_id=application.candidate_id,
            job_stage_id=stage.id if stage else None,
            starts_at=starts_at or now + timedelta(days=1),
            organiser_id=actor_id,
        )
    )
    log_activity(store, application, "Interview scheduled", actor_id=actor_id, now=now)
    return interview


def cancel_interview(store: Store, interview: Interview, *, actor_id: int | None, now: datetime) -> None:
    """Cancel a booked interview. Fires the web hook."""
    store.interviews.delete(interview.id)
    application = store.applications.get(interview.application_id)
    if application is not None:
        log_activity(store, application, "Interview cancelled", actor_id=actor_id, now=now)
    emit(store, "interview_deleted", interview_payload(interview))


def write_scorecard(
    store: Store,
    application: Application,
    *,
    actor_id: int | None,
    now: datetime,
    rating: str = "yes",
) -> Scorecard:
    """Somebody says what they think of a candidate. No web hook."""
    interviews = store.interviews.by("application_id", application.id)
    return store.scorecards.insert(
        Scorecard(
            id=store.scorecards.new_id(),
            created_at=now,
            updated_at=now,
            application_id=application.id,
            candidate_id=application.candidate_id,
            interview_id=interviews[-1].id if interviews else None,
            submitted_by_id=actor_id,
            interviewed_at=now,
            rating=rating,
        )
    )


def delete_scorecard(store: Store, card: Scorecard) -> None:
    """Remove a scorecard. Fires the web hook."""
    store.scorecards.delete(card.id)
    emit(store, "scorecard_deleted", scorecard_payload(card))
