from datetime import date, datetime, timedelta

from greenhouse_sandbox.acts.background import day
from greenhouse_sandbox.acts.feed import log_activity
from greenhouse_sandbox.acts.openings import fill_opening, find_opening
from greenhouse_sandbox.acts.progress import current_stage, hire, must_be_active
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import (
    ACCEPTED,
    CREATED,
    DECLINED,
    DEPRECATED,
    Application,
    Interview,
    Offer,
    Scorecard,
)
from greenhouse_sandbox.webhooks.emit import emit
from greenhouse_sandbox.webhooks.job_payloads import (
    deleted_offer_payload,
    interview_payload,
    offer_payload,
    scorecard_payload,
)


def open_offer(store: Store, application: Application) -> Offer | None:
    rows = store.offers.by("application_id", application.id)
    return next((row for row in rows if row.status == CREATED), None)


def create_offer(
    store: Store,
    application: Application,
    *,
    actor_id: int | None,
    now: datetime,
    starts_on: str | None = None,
    notes: str | None = None,
) -> Offer:
    """Create an offer, or a new version of the current one, which is then deprecated. Fires the webhooks."""
    must_be_active(application)
    if application.prospect:
        raise RefusedError("id", "is a prospect and gets no offer")
    try:
        first_day = date.fromisoformat(starts_on).isoformat() if starts_on else None
    except ValueError as error:
        raise RefusedError("starts_on", "must be a date such as 2026-12-01") from error
    rows = store.offers.by("application_id", application.id)
    former = open_offer(store, application)
    if former is not None:
        _resolve(store, former, DEPRECATED, now)
    offer = store.offers.insert(
        Offer(
            id=store.offers.new_id(),
            created_at=now,
            updated_at=now,
            application_id=application.id,
            job_id=application.job_id,
            candidate_id=application.candidate_id,
            version=len(rows) + 1,
            user_id=actor_id,
            sent_on=now.date().isoformat(),
            starts_on=first_day,
            notes=notes,
        )
    )
    log_activity(store, application, f"Offer {offer.version} created", actor_id=actor_id, now=now)
    emit(store, "offer_created", offer_payload(offer))
    return offer


def approve_offer(store: Store, offer: Offer, *, actor_id: int | None, now: datetime) -> None:
    """Approve an offer. Fires the webhook."""
    _must_be_open(offer)
    offer.approved_at = now
    store.offers.changed(offer, now)
    log_activity(
        store, store.applications[offer.application_id], "Offer approved", actor_id=actor_id, now=now
    )
    emit(store, "offer_approved", offer_payload(offer))


def accept_offer(store: Store, offer: Offer, *, actor_id: int | None, now: datetime) -> None:
    """Accept an offer, which hires the candidate. Fires the webhooks of offer and hire."""
    _must_be_open(offer)
    application = store.applications[offer.application_id]
    must_be_active(application)
    _resolve(store, offer, ACCEPTED, now)
    hire(store, application, actor_id=actor_id, now=now)


def decline_offer(store: Store, offer: Offer, *, actor_id: int | None, now: datetime) -> None:
    """The candidate stays active. Fires the webhook."""
    _must_be_open(offer)
    _resolve(store, offer, DECLINED, now)
    log_activity(
        store, store.applications[offer.application_id], "Offer rejected", actor_id=actor_id, now=now
    )


def delete_offer(store: Store, offer: Offer) -> None:
    """Delete one version of an offer. Fires the webhook."""
    store.offers.delete(offer.id)
    emit(store, "offer_deleted", deleted_offer_payload(offer))


def _resolve(store: Store, offer: Offer, status: str, now: datetime) -> None:
    offer.status, offer.resolved_at = status, now
    store.offers.changed(offer, now)
    emit(store, "offer_updated", offer_payload(offer))


def _must_be_open(offer: Offer) -> None:
    if offer.status != CREATED:
        raise RefusedError("offer_id", f"has an offer that is already {offer.status.lower()}")


def schedule_interview(
    store: Store,
    application: Application,
    *,
    actor_id: int | None,
    now: datetime,
    starts_at: datetime | None = None,
) -> Interview:
    """Schedule an interview in the current stage, by default for the next day. Greenhouse has no webhook for this."""
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
    """Cancel an interview. Fires the webhook."""
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
    store.scorecards.delete(card.id)
    emit(store, "scorecard_deleted", scorecard_payload(card))


def hire_into(
    store: Store,
    application: Application,
    *,
    start_date: object,
    opening_id: int | None,
    close_reason_id: int | None,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Hire into `opening_id`, or the job's first open opening. Fires the webhooks."""
    must_be_active(application)
    starts_on = day("start_date", start_date)
    if close_reason_id is not None and store.close_reasons.get(close_reason_id) is None:
        raise RefusedError("close_reason_id", "does not exist")
    opening = find_opening(store, application, opening_id)
    offer = open_offer(store, application)
    if offer is None:
        hire(store, application, actor_id=actor_id, now=now)
    else:
        offer.starts_on = starts_on or offer.starts_on
        offer.opening_id = opening.id if opening else None
        accept_offer(store, offer, actor_id=actor_id, now=now)
    if opening is not None:
        fill_opening(store, opening, application, close_reason_id=close_reason_id, now=now)
