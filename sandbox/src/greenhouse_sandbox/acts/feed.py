from datetime import datetime

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application, Note

VISIBILITIES = ("public", "private", "admin_only")


def add_note(
    store: Store,
    *,
    candidate_id: int,
    body: str | None,
    user_id: int | None,
    visibility: str,
    now: datetime,
    kind: str = "NOTE",
    application_id: int | None = None,
    subject: str | None = None,
    email_from: list[str] | None = None,
    email_to: list[str] | None = None,
    email_cc: list[str] | None = None,
) -> Note:
    """Add an entry to the feed of an existing candidate. `visibility` is spelled as in writing."""
    if visibility not in VISIBILITIES:
        raise RefusedError("visibility", f"must be one of: {', '.join(VISIBILITIES)}")
    application = store.applications.get(application_id)
    if application_id is not None and (application is None or application.candidate_id != candidate_id):
        raise RefusedError("application_id", "does not belong to the candidate")
    note = store.notes.insert(
        Note(
            id=store.notes.new_id(),
            created_at=now,
            updated_at=now,
            candidate_id=candidate_id,
            application_id=application_id,
            body=body,
            subject=subject,
            type=kind,
            user_id=user_id,
            visibility=visibility,
            email_from=email_from,
            email_to=email_to,
            email_cc=email_cc,
        )
    )
    candidate = store.candidates[candidate_id]
    candidate.last_activity_at = now
    store.candidates.changed(candidate, now)
    return note


def log_activity(
    store: Store, application: Application, subject: str, *, actor_id: int | None, now: datetime
) -> None:
    """Record an action on an application on the feed."""
    application.last_activity_at = now
    store.applications.changed(application, now)
    add_note(
        store,
        candidate_id=application.candidate_id,
        application_id=application.id,
        body=None,
        subject=subject,
        user_id=actor_id,
        visibility="public",
        kind="ACTIVITY",
        now=now,
    )
