from datetime import date, datetime

from greenhouse_sandbox.acts.jobs import close_job
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.jobs import Job, Opening

MOST_OPEN = 100


def add_opening(
    store: Store,
    job: Job,
    *,
    now: datetime,
    opening_id: str | None = None,
    target_start_on: str | None = None,
) -> Opening:
    """Add an opening. A job can have at most 100 open ones."""
    others = store.openings.by("job_id", job.id)
    if sum(other.open for other in others) >= MOST_OPEN:
        raise RefusedError("job_id", f"already has {MOST_OPEN} open openings")
    return store.openings.insert(
        Opening(
            id=store.openings.new_id(),
            created_at=now,
            updated_at=now,
            job_id=job.id,
            opening_id=opening_id,
            sort_order=len(others),
            opened_at=None if job.status == "draft" else now,
            target_start_on=_day(target_start_on),
        )
    )


def edit_opening(
    store: Store,
    opening: Opening,
    *,
    now: datetime,
    opening_id: str | None = None,
    target_start_on: str | None = None,
    status: str | None = None,
    close_reason_id: int | None = None,
) -> None:
    """Change an opening's number or target start date; open or close it. Only closing has a reason."""
    if status not in {None, "open", "closed"}:
        raise RefusedError("status", "must be one of: open, closed")
    if close_reason_id is not None and (status != "closed" or not store.close_reasons.get(close_reason_id)):
        raise RefusedError("close_reason_id", "can only be given, and exist, when an opening is closed")
    if target_start_on is not None:
        opening.target_start_on = _day(target_start_on)
    if opening_id is not None:
        opening.opening_id = opening_id
    if status == "closed" and opening.open:
        opening.closed_at, opening.close_reason_id = now, close_reason_id
    if status == "open" and not opening.open:
        opening.closed_at = opening.close_reason_id = opening.application_id = None
    store.openings.changed(opening, now)
    _close_job(store, opening, now)


def delete_opening(store: Store, opening: Opening) -> None:
    if opening.open or opening.application_id is not None:
        raise RefusedError("id", "is open or filled and cannot be deleted")
    store.openings.delete(opening.id)


def find_opening(store: Store, application: Application, opening_id: int | None) -> Opening | None:
    """The opening with this id, or the job's first open one. Raises RefusedError if it can't be filled."""
    rows = [opening for opening in store.openings.by("job_id", application.job_id) if opening.open]
    if opening_id is None:
        return rows[0] if rows else None
    found = next((row for row in rows if row.id == opening_id), None)
    if found is None:
        raise RefusedError("opening_id", "is not an open opening of the job")
    return found


def fill_opening(
    store: Store, opening: Opening, application: Application, *, close_reason_id: int | None, now: datetime
) -> None:
    """Close an opening, because `application` was hired into it."""
    opening.application_id, opening.closed_at, opening.close_reason_id = application.id, now, close_reason_id
    store.openings.changed(opening, now)
    _close_job(store, opening, now)


def _close_job(store: Store, opening: Opening, now: datetime) -> None:
    if not store.switches["last_opening_closes_job"]:
        return
    job = store.jobs.get(opening.job_id)
    if job and job.status == "open" and not any(one.open for one in store.openings.by("job_id", job.id)):
        close_job(store, job, actor_id=None, now=now)


def _day(text: str | None) -> str | None:
    try:
        return date.fromisoformat(text).isoformat() if text else None
    except (TypeError, ValueError) as error:
        raise RefusedError("target_start_on", "must be a date such as 2026-12-01") from error
