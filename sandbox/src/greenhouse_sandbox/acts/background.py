from datetime import date, datetime

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.people import Candidate, CandidateTag, Education, Employment, Referrer, User
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
    announce: bool = True,
) -> Education:
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
    if announce:
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
    announce: bool = True,
) -> Employment:
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
    if announce:
        _tell(store, candidate, now)
    return row


def delete_background(store: Store, row: Education | Employment, *, now: datetime) -> None:
    if isinstance(row, Education):
        store.educations.delete(row.id)
    else:
        store.employments.delete(row.id)
    _tell(store, store.candidates[row.candidate_id], now)


def day(member: str, text: object) -> str | None:
    """Parse an ISO date, or the date of an ISO date and time."""
    if text in {None, ""}:
        return None
    try:
        return date.fromisoformat(str(text)[:10]).isoformat()
    except ValueError as error:
        raise RefusedError(member, f"`{text}` is not a valid date") from error


def _tell(store: Store, candidate: Candidate, now: datetime) -> None:
    store.candidates.changed(candidate, now)
    emit_candidate_updated(store, candidate)


def tag(store: Store, name: str) -> CandidateTag:
    known = store.candidate_tags.by("name", name)
    if known:
        return known[0]
    now = store.clock.now()
    return store.candidate_tags.insert(
        CandidateTag(id=store.candidate_tags.new_id(), created_at=now, updated_at=now, name=name)
    )


def apply_tag(store: Store, candidate: Candidate, row: CandidateTag, *, now: datetime) -> None:
    """Tag a candidate. Fires the webhook."""
    if row.name in candidate.tags:
        raise RefusedError("candidate_tag_id", "is already on the candidate")
    candidate.tags = [*candidate.tags, row.name]
    store.candidates.changed(candidate, now)
    emit_candidate_updated(store, candidate)


def remove_tag(store: Store, candidate: Candidate, row: CandidateTag, *, now: datetime) -> None:
    """Remove a tag from a candidate. Fires the webhook."""
    candidate.tags = [name for name in candidate.tags if name != row.name]
    store.candidates.changed(candidate, now)
    emit_candidate_updated(store, candidate)


def delete_tag(store: Store, row: CandidateTag, *, now: datetime) -> None:
    """Delete a tag, from all candidates too."""
    for candidate in store.candidates.by("tagged", row.name):
        remove_tag(store, candidate, row, now=now)
    store.candidate_tags.delete(row.id)


def referrer_of(store: Store, user: User) -> Referrer:
    """Return a user's referrer record, which is created if there is none."""
    known = store.referrers.by("user_id", user.id)
    return known[0] if known else _new(store, user.name, user.id)


def outside_referrer(store: Store, name: str) -> Referrer:
    known = (one for one in store.referrers.by("user_id", None) if one.name == name)
    return next(known, None) or _new(store, name, None)


def referrer(store: Store, referrer_id: int) -> Referrer:
    found = store.referrers.get(referrer_id)
    if found is None:
        raise RefusedError("referrer_id", "does not exist")
    return found


def credit(application: Application, row: Referrer | None) -> None:
    """Credit somebody, or nobody. The caller fires the application's webhook."""
    application.referrer_id = row.id if row else None
    application.credited_to_id = row.user_id if row else None


def _new(store: Store, name: str, user_id: int | None) -> Referrer:
    now = store.clock.now()
    return store.referrers.insert(
        Referrer(id=store.referrers.new_id(), created_at=now, updated_at=now, name=name, user_id=user_id)
    )
