"""People are changed, merged, anonymised and deleted."""

from datetime import datetime

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.people import Candidate
from greenhouse_sandbox.webhooks.emit import (
    emit_candidate_anonymized,
    emit_candidate_deleted,
    emit_candidate_merged,
    emit_candidate_updated,
)


def update_candidate(
    store: Store, candidate: Candidate, *, first_name: str, last_name: str, email: str, now: datetime
) -> None:
    """Change name and first e-mail address. Fires the web hook."""
    candidate.first_name, candidate.last_name = first_name, last_name
    rest = candidate.email_addresses[1:]
    candidate.email_addresses = ([{"value": email, "type": "personal"}] if email else []) + rest
    store.candidates.changed(candidate, now)
    emit_candidate_updated(store, candidate)


def anonymise_candidate(store: Store, candidate: Candidate, *, now: datetime) -> None:
    """Blank a person's name, addresses and numbers; the id and the applications stay. Fires the web hook."""
    candidate.first_name, candidate.last_name = "", ""
    candidate.email_addresses, candidate.phone_numbers = [], []
    candidate.addresses, candidate.website_addresses, candidate.social_media_addresses = [], [], []
    store.candidates.changed(candidate, now)
    emit_candidate_anonymized(store, candidate, ["full_name", "emails", "phone_numbers", "addresses"])


def delete_candidate(store: Store, candidate: Candidate) -> None:
    """Remove a person with applications and feed; no trace stays in any list. Fires the web hook."""
    applications = [one.id for one in store.applications.by("candidate_id", candidate.id)]
    for note in store.notes.by("candidate_id", candidate.id):
        store.notes.delete(note.id)
    for application_id in applications:
        for row in store.application_stages.by("application_id", application_id):
            store.application_stages.delete(row.id)
        for detail in store.rejection_details.by("application_id", application_id):
            store.rejection_details.delete(detail.id)
        store.applications.delete(application_id)
    store.candidates.delete(candidate.id)
    emit_candidate_deleted(store, candidate, applications)


def merge_candidates(store: Store, loser: Candidate, winner: Candidate, *, now: datetime) -> None:
    """Give the loser's applications and feed to the winner and remove the loser. Fires the web hook."""
    if loser.id == winner.id:
        raise RefusedError("candidate_id", "cannot be merged with itself")
    for application in store.applications.by("candidate_id", loser.id):
        application.candidate_id = winner.id
        store.applications.changed(application, now)
    for note in store.notes.by("candidate_id", loser.id):
        note.candidate_id = winner.id
        store.notes.changed(note, now)
    store.candidates.delete(loser.id)
    store.candidates.changed(winner, now)
    emit_candidate_merged(store, loser, winner.id)
