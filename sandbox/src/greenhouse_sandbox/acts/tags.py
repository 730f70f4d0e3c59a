"""Tags of candidates: a list of names, and a record for each name."""

from datetime import datetime

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.background import CandidateTag
from greenhouse_sandbox.store.people import Candidate
from greenhouse_sandbox.webhooks.emit import emit_candidate_updated


def tag(store: Store, name: str) -> CandidateTag:
    """The record of the tag of that name, made if there is none."""
    known = store.candidate_tags.by("name", name)
    if known:
        return known[0]
    now = store.clock.now()
    return store.candidate_tags.insert(
        CandidateTag(id=store.candidate_tags.new_id(), created_at=now, updated_at=now, name=name)
    )


def apply_tag(store: Store, candidate: Candidate, row: CandidateTag, *, now: datetime) -> None:
    """Put a tag on a candidate. Fires the web hook."""
    if row.name in candidate.tags:
        raise RefusedError("candidate_tag_id", "is on the candidate already")
    candidate.tags = [*candidate.tags, row.name]
    store.candidates.changed(candidate, now)
    emit_candidate_updated(store, candidate)


def take_tag_off(store: Store, candidate: Candidate, row: CandidateTag, *, now: datetime) -> None:
    """Take a tag off a candidate. Fires the web hook."""
    candidate.tags = [name for name in candidate.tags if name != row.name]
    store.candidates.changed(candidate, now)
    emit_candidate_updated(store, candidate)


def delete_tag(store: Store, row: CandidateTag, *, now: datetime) -> None:
    """Remove a tag from the account and from everybody."""
    for candidate in store.candidates.by("tagged", row.name):
        take_tag_off(store, candidate, row, now=now)
    store.candidate_tags.delete(row.id)
