"""What hangs on a person or an application beyond the pipeline and the feed."""

from datetime import datetime

from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.people import Candidate


def forget_files(store: Store, application_id: int, *, now: datetime) -> None:
    """Remove an application's files; an opening that it had filled stays closed, filled by nobody."""
    for row in store.attachments.by("application_id", application_id):
        store.attachments.delete(row.id)
    for opening in store.openings.by("application_id", application_id):
        opening.application_id = None
        store.openings.changed(opening, now)


def forget_background(store: Store, candidate: Candidate) -> None:
    """Remove a person's schools and employers."""
    for school in store.educations.by("candidate_id", candidate.id):
        store.educations.delete(school.id)
    for employer in store.employments.by("candidate_id", candidate.id):
        store.employments.delete(employer.id)


def hand_over_belongings(store: Store, loser: Candidate, winner: Candidate, *, now: datetime) -> None:
    """Give files, schools, employers and tags of one person to another."""
    for file in store.attachments.by("candidate_id", loser.id):
        file.candidate_id = winner.id
        store.attachments.changed(file, now)
    for school in store.educations.by("candidate_id", loser.id):
        school.candidate_id = winner.id
        store.educations.changed(school, now)
    for employer in store.employments.by("candidate_id", loser.id):
        employer.candidate_id = winner.id
        store.employments.changed(employer, now)
    winner.tags = list(dict.fromkeys([*winner.tags, *loser.tags]))


def free_openings(store: Store, application: Application, *, now: datetime) -> None:
    """A hire was taken back: what it had filled is open again."""
    for opening in store.openings.by("application_id", application.id):
        opening.application_id = opening.closed_at = opening.close_reason_id = None
        store.openings.changed(opening, now)
