"""Schools and employers of a candidate."""

from datetime import date, datetime

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.background import Education, Employment
from greenhouse_sandbox.store.people import Candidate
from greenhouse_sandbox.webhooks.emit import emit_candidate_updated


def add_education(
    store: Store,
    candidate: Candidate,
    *,
    school_id: int | None,
    degree_id: int | None,
    discipline_id: int | None,
    start_date: str | None,
    end_date: str | None,
    now: datetime,
) -> Education:
    """A school; school, degree and discipline are options of the standard fields. Fires the web hook."""
    for name, option_id in (("school", school_id), ("degree", degree_id), ("discipline", discipline_id)):
        if option_id is not None and store.custom_field_options.get(option_id) is None:
            raise RefusedError(f"{name}_id", "does not exist")
    row = Education(
        id=store.educations.new_id(),
        created_at=now,
        updated_at=now,
        candidate_id=candidate.id,
        school_id=school_id,
        degree_id=degree_id,
        discipline_id=discipline_id,
        start_on=day("start_date", start_date),
        end_on=day("end_date", end_date),
    )
    store.educations.insert(row)
    _tell(store, candidate, now)
    return row


def add_employment(
    store: Store,
    candidate: Candidate,
    *,
    company_name: str,
    title: str,
    start_date: str | None,
    end_date: str | None,
    now: datetime,
) -> Employment:
    """An employer. Fires the web hook."""
    row = Employment(
        id=store.employments.new_id(),
        created_at=now,
        updated_at=now,
        candidate_id=candidate.id,
        company_name=company_name,
        title=title,
        start_on=day("start_date", start_date),
        end_on=day("end_date", end_date),
    )
    store.employments.insert(row)
    _tell(store, candidate, now)
    return row


def delete_background(store: Store, row: Education | Employment, *, now: datetime) -> None:
    """Take away a school or an employer. Fires the web hook."""
    if isinstance(row, Education):
        store.educations.delete(row.id)
    else:
        store.employments.delete(row.id)
    _tell(store, store.candidates[row.candidate_id], now)


def day(member: str, text: object) -> str | None:
    """An ISO date, also out of an ISO date-time."""
    if text in {None, ""}:
        return None
    try:
        return date.fromisoformat(str(text)[:10]).isoformat()
    except ValueError as error:
        raise RefusedError(member, f"`{text}` is not a valid date") from error


def _tell(store: Store, candidate: Candidate, now: datetime) -> None:
    store.candidates.changed(candidate, now)
    emit_candidate_updated(store, candidate)
