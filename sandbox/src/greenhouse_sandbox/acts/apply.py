"""Candidates and prospects come in."""

from datetime import datetime

from greenhouse_sandbox.acts.feed import log_activity
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.acts.stages import enter_stage, pipeline
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.people import Candidate
from greenhouse_sandbox.webhooks.emit import emit_application


def add_candidate(
    store: Store,
    *,
    first_name: str,
    last_name: str,
    email: str | None,
    now: datetime,
    phone: str | None = None,
    company: str | None = None,
    title: str | None = None,
    private: bool = False,
    tags: list[str] | None = None,
) -> Candidate:
    """Keep a new person."""
    return store.candidates.insert(
        Candidate(
            id=store.candidates.new_id(),
            created_at=now,
            updated_at=now,
            first_name=first_name,
            last_name=last_name,
            company=company,
            title=title,
            private=private,
            last_activity_at=now,
            tags=tags or [],
            email_addresses=[{"value": email, "type": "personal"}] if email else [],
            phone_numbers=[{"value": phone, "type": "mobile"}] if phone else [],
        )
    )


def apply_to_job(
    store: Store,
    candidate: Candidate,
    *,
    job_id: int,
    actor_id: int | None,
    now: datetime,
    job_post_id: int | None = None,
    source_id: int | None = None,
    stage_id: int | None = None,
) -> Application:
    """An application of `candidate` to an open job, at `stage_id` or the first stage. Fires the web hook."""
    job = store.jobs.get(job_id)
    if job is None:
        raise RefusedError("job_id", "does not exist")
    if job.status != "open" or job.is_template:
        raise RefusedError("job_id", "is not an open job")
    stages = pipeline(store, job_id)
    stage = next((one for one in stages if one.id == stage_id), None) if stage_id else stages[0]
    if stage is None:
        raise RefusedError("initial_stage_id", "is not a stage of the job")
    application = _new_application(store, candidate, job_id=job_id, prospect=False, now=now)
    application.job_post_id = job_post_id
    application.source_id = source_id
    application.recruiter_id = responsible(store, job_id, "recruiter")
    application.coordinator_id = responsible(store, job_id, "coordinator")
    enter_stage(store, application, stage, now)
    log_activity(store, application, f"{candidate.name} applied to {job.name}", actor_id=actor_id, now=now)
    emit_application(store, "new_candidate_application", application)
    return application


def add_prospect(
    store: Store, candidate: Candidate, *, job_ids: list[int], actor_id: int | None, now: datetime
) -> Application:
    """A prospect application of `candidate` for no job, one or several. Fires the web hook."""
    if any(store.jobs.get(job_id) is None for job_id in job_ids):
        raise RefusedError("job_ids", "contains a job that does not exist")
    application = _new_application(store, candidate, job_id=None, prospect=True, now=now)
    application.prospective_job_ids = job_ids
    log_activity(store, application, f"{candidate.name} was added as a prospect", actor_id=actor_id, now=now)
    emit_application(store, "new_prospect_application", application)
    return application


def _new_application(
    store: Store, candidate: Candidate, *, job_id: int | None, prospect: bool, now: datetime
) -> Application:
    return store.applications.insert(
        Application(
            id=store.applications.new_id(),
            created_at=now,
            updated_at=now,
            candidate_id=candidate.id,
            job_id=job_id,
            prospect=prospect,
        )
    )


def responsible(store: Store, job_id: int, kind: str) -> int | None:
    """The user who answers for the job as its `kind` (recruiter, coordinator), if any."""
    owners = (one for one in store.job_owners.by("job_id", job_id) if one.type == kind and one.responsible)
    owner = next(owners, None)
    return owner.user_id if owner else None
