"""People are changed, merged, anonymised and deleted."""

from datetime import datetime

from greenhouse_sandbox.acts.belongings import forget_background, hand_over_belongings
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.acts.remove import delete_application, forget_application
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.people import Candidate
from greenhouse_sandbox.webhooks.emit import (
    emit_candidate_anonymized,
    emit_candidate_deleted,
    emit_candidate_merged,
    emit_candidate_updated,
)


def update_candidate(
    store: Store,
    candidate: Candidate,
    *,
    now: datetime,
    first_name: str | None = None,
    last_name: str | None = None,
    email: str | None = None,
    private: bool | None = None,
) -> None:
    """Change what is given: name, first e-mail address (empty: take it away), privacy. Fires the web hook."""
    if first_name is not None:
        candidate.first_name = first_name
    if last_name is not None:
        candidate.last_name = last_name
    if email is not None:
        rest = candidate.email_addresses[1:]
        candidate.email_addresses = ([{"value": email, "type": "personal"}] if email else []) + rest
    if private is not None:
        candidate.private = private
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
    applications = store.applications.by("candidate_id", candidate.id)
    for note in store.notes.by("candidate_id", candidate.id):
        store.notes.delete(note.id)
    for application in applications:
        forget_application(store, application)
    forget_background(store, candidate)
    store.candidates.delete(candidate.id)
    emit_candidate_deleted(store, candidate, applications)


def merge_candidates(store: Store, loser: Candidate, winner: Candidate, *, now: datetime) -> None:
    """Give the loser's applications and feed to the winner and remove the loser. Fires the web hook."""
    if loser.id == winner.id:
        raise RefusedError("candidate_id", "cannot be merged with itself")
    theirs = store.applications.by("candidate_id", loser.id)
    known_jobs = {one.job_id for one in store.applications.by("candidate_id", winner.id) if one.job_id}
    for application in theirs:
        if application.job_id in known_jobs and store.switches["merge_same_job"] == "delete":
            delete_application(store, application)
            continue
        application.candidate_id = winner.id
        store.applications.changed(application, now)
    _hand_over(store, loser, winner, now)
    hand_over_belongings(store, loser, winner, now=now)
    for note in store.notes.by("candidate_id", loser.id):
        note.candidate_id = winner.id
        store.notes.changed(note, now)
    store.candidates.delete(loser.id)
    store.candidates.changed(winner, now)
    emit_candidate_merged(store, loser, theirs[-1] if theirs else None, winner.id)


def _hand_over(store: Store, loser: Candidate, winner: Candidate, now: datetime) -> None:
    """What hangs on applications names its candidate too."""
    for offer in store.offers.by("candidate_id", loser.id):
        offer.candidate_id = winner.id
        store.offers.changed(offer, now)
    for interview in [one for one in store.interviews.rising() if one.candidate_id == loser.id]:
        interview.candidate_id = winner.id
        store.interviews.changed(interview, now)
    for card in [one for one in store.scorecards.rising() if one.candidate_id == loser.id]:
        card.candidate_id = winner.id
        store.scorecards.changed(card, now)
