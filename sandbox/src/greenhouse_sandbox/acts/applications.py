"""Candidates apply; applications are edited, transferred, converted and deleted."""

import base64
import binascii
import mimetypes
from collections.abc import Callable
from datetime import datetime
from typing import Any

from greenhouse_sandbox.acts.background import credit, referrer, referrer_of
from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.acts.feed import VISIBILITIES, log_activity
from greenhouse_sandbox.acts.progress import enter_stage, move, must_be_active, must_have_stages, pipeline
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.reading import whole_number
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import CONVERTED, TYPES, Application, Attachment
from greenhouse_sandbox.store.people import Candidate
from greenhouse_sandbox.webhooks.emit import emit, emit_application
from greenhouse_sandbox.webhooks.payloads import deleted_application_payload

ONE_OF_ITS_KIND = ("resume", "cover_letter")
BLOCKED = (".exe", ".bat", ".cmd", ".com", ".msi", ".scr", ".js", ".vbs", ".jar", ".sh", ".ps1", ".dll")
#: Editable field -> the table whose ids it holds. None removes the link.
EDITABLE: dict[str, str] = {
    "recruiter_id": "users",
    "coordinator_id": "users",
    "credited_to_id": "users",
    "source_id": "sources",
}
#: Field that links an application to a record -> the record's table.
LINKS: dict[str, str] = {
    "source_id": "sources",
    "recruiter_id": "users",
    "coordinator_id": "users",
    "referrer_id": "referrers",
    "prospect_pool_id": "prospect_pools",
    "prospect_pool_stage_id": "prospect_pool_stages",
    "prospect_owner_id": "users",
    "prospective_department_id": "departments",
    "prospective_office_id": "offices",
}


type Completion = Callable[[Application], None]


def forget_files(store: Store, application_id: int, *, now: datetime) -> None:
    """Delete an application's files. An opening that it filled stays closed, but is no longer filled by anyone."""
    store.attachments.delete_by("application_id", application_id)
    for opening in store.openings.by("application_id", application_id):
        opening.application_id = None
        store.openings.changed(opening, now)


def forget_background(store: Store, candidate: Candidate) -> None:
    store.educations.delete_by("candidate_id", candidate.id)
    store.employments.delete_by("candidate_id", candidate.id)


def attach(
    store: Store,
    application: Application,
    *,
    filename: str,
    kind: str,
    now: datetime,
    content: str | None = None,
    url: str | None = None,
    content_type: str | None = None,
    visibility: str | None = None,
) -> Attachment:
    """Attach a file, given as base64 `content` or as a `url`. A new résumé or cover letter turns the previous one into
    `other`."""
    if kind not in TYPES:
        raise RefusedError("type", f"must be one of: {', '.join(TYPES)}")
    if filename.lower().endswith(BLOCKED):
        raise RefusedError("filename", "has an extension that is not allowed")
    if (content is None) == (url is None):
        raise RefusedError("content", "give either content or url")
    if visibility is not None and visibility not in VISIBILITIES:
        raise RefusedError("visibility", f"must be one of: {', '.join(VISIBILITIES)}")
    if url is not None and not url.startswith(("https://", "http://")):
        raise RefusedError("url", "must be a web address")
    if content is not None:
        try:
            base64.b64decode(content, validate=False)
        except (binascii.Error, ValueError) as error:
            raise RefusedError("content", "is not base64") from error
    if kind in ONE_OF_ITS_KIND:
        for former in store.attachments.by("application_id", application.id):
            if former.type == kind:
                former.type = "other"
                store.attachments.changed(former, now)
    return store.attachments.insert(
        Attachment(
            id=store.attachments.new_id(),
            created_at=now,
            updated_at=now,
            application_id=application.id,
            candidate_id=application.candidate_id,
            filename=filename,
            type=kind,
            content=content,
            source_url=url,
            content_type=content_type or mimetypes.guess_type(filename)[0] or "application/octet-stream",
            visibility=visibility or ("admin_only" if kind == "other" else "public"),
        )
    )


def edit_application(
    store: Store, application: Application, *, actor_id: int | None, now: datetime, **changes: int | None
) -> None:
    """Change recruiter, coordinator, source or credited user. Fires the webhook."""
    tables = store.tables()
    for name, value in changes.items():
        if name not in EDITABLE:
            raise RefusedError(name, "cannot be edited")
        if value is not None and tables[EDITABLE[name]].get(value) is None:
            raise RefusedError(name, "does not exist")
    for name, value in changes.items():
        setattr(application, name, value)
    if "credited_to_id" in changes:
        user = store.users.get(changes["credited_to_id"])
        credit(application, referrer_of(store, user) if user else None)
    log_activity(store, application, "Application edited", actor_id=actor_id, now=now)
    emit_application(store, "application_updated", application)


def edit_custom_fields(
    store: Store,
    application: Application,
    fields: dict[str, Any],
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Set custom fields: name key to `{"name", "type", "value"}`. Fires the webhook."""
    application.custom_fields = {**application.custom_fields, **fields}
    log_activity(store, application, "Application edited", actor_id=actor_id, now=now)
    emit_application(store, "application_updated", application)


def transfer(
    store: Store,
    application: Application,
    *,
    job_id: int,
    actor_id: int | None,
    now: datetime,
    stage_id: int | None = None,
) -> None:
    """Move to another open job, at `stage_id` or its first stage. The id stays. Fires the webhook of a stage change."""
    must_be_active(application)
    must_have_stages(application)
    job = store.jobs.get(job_id)
    if job is None:
        raise RefusedError("job_id", "names a job that does not exist")
    if job.id == application.job_id:
        raise RefusedError("job_id", "is already on that job")
    if job.status != "open" or job.is_template:
        raise RefusedError("job_id", "cannot go to a job that is not open")
    stages = pipeline(store, job_id)
    stage = next((job_stage for job_stage in stages if stage_id is None or job_stage.id == stage_id), None)
    if stage is None:
        raise RefusedError("stage_id", "has no such stage")
    application.job_post_id = None
    application.recruiter_id = responsible(store, job_id, "recruiter") or application.recruiter_id
    application.coordinator_id = responsible(store, job_id, "coordinator") or application.coordinator_id
    move(store, application, stage, actor_id=actor_id, now=now)


def convert_prospect(
    store: Store,
    application: Application,
    *,
    job_id: int,
    actor_id: int | None,
    now: datetime,
    stage_id: int | None = None,
) -> Application:
    """Create an application for `job_id`; the prospect's own becomes `converted`. Fires the webhook of a new
    application."""
    must_be_active(application)
    if not application.prospect:
        raise RefusedError("id", "is not a prospect")
    made = apply_to_job(
        store,
        store.candidates[application.candidate_id],
        job_id=job_id,
        stage_id=stage_id,
        source_id=application.source_id,
        actor_id=actor_id,
        now=now,
    )
    application.status = CONVERTED
    log_activity(store, application, "Converted to a candidate", actor_id=actor_id, now=now)
    return made


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
    complete: Completion | None = None,
) -> Application:
    """Create an application to an open job, at `stage_id` or the first stage, and call `complete` on it. Fires the
    webhook."""
    job = store.jobs.get(job_id)
    if job is None:
        raise RefusedError("job_id", "does not exist")
    if job.status != "open" or job.is_template:
        raise RefusedError("job_id", "is not an open job")
    stages = pipeline(store, job_id)
    stage = (
        next((job_stage for job_stage in stages if job_stage.id == stage_id), None) if stage_id else stages[0]
    )
    if stage is None:
        raise RefusedError("initial_stage_id", "is not a stage of the job")
    application = _new_application(store, candidate, job_id=job_id, prospect=False, now=now)
    application.job_post_id = job_post_id
    application.source_id = source_id
    application.recruiter_id = responsible(store, job_id, "recruiter")
    application.coordinator_id = responsible(store, job_id, "coordinator")
    enter_stage(store, application, stage, now)
    _complete(store, application, complete)
    log_activity(store, application, f"{candidate.name} applied to {job.name}", actor_id=actor_id, now=now)
    emit_application(store, "new_candidate_application", application)
    return application


def add_prospect(
    store: Store,
    candidate: Candidate,
    *,
    job_ids: list[int],
    actor_id: int | None,
    now: datetime,
    complete: Completion | None = None,
) -> Application:
    """Create a prospect for no job, one or several, and call `complete` on it. Fires the webhook."""
    if any(store.jobs.get(job_id) is None for job_id in job_ids):
        raise RefusedError("job_ids", "contains a job that does not exist")
    application = _new_application(store, candidate, job_id=None, prospect=True, now=now)
    application.prospective_job_ids = job_ids
    _complete(store, application, complete)
    log_activity(store, application, f"{candidate.name} was added as a prospect", actor_id=actor_id, now=now)
    emit_application(store, "new_prospect_application", application)
    return application


def _complete(store: Store, application: Application, complete: Completion | None) -> None:
    """Complete a new application; if that is refused, remove it."""
    try:
        if complete is not None:
            complete(application)
    except Exception:  # whatever the reason, a refused write must change nothing
        forget_application(store, application)
        raise


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
    """The job's responsible recruiter or coordinator (`kind`), if any."""
    owners = (
        job_owner
        for job_owner in store.job_owners.by("job_id", job_id)
        if job_owner.type == kind and job_owner.responsible
    )
    owner = next(owners, None)
    return owner.user_id if owner else None


def apply(
    store: Store,
    candidate: Candidate,
    wanted: dict[str, Any],
    *,
    actor_id: int | None,
    now: datetime,
    complete: Completion | None = None,
) -> Application:
    """Create an application to `job_id`, or if `prospect`, a prospect for `job_ids`, and call `complete` on it. Fires
    the webhook."""
    links, fields = checked_links(store, wanted), {}
    if wanted.get("custom_fields"):
        fields = with_values(store, "application", {}, wanted["custom_fields"])

    def finish(application: Application) -> None:
        set_links(store, application, links)
        application.custom_fields = {**application.custom_fields, **fields}
        if complete is not None:
            complete(application)

    if str(wanted.get("prospect", "")).lower() == "true":
        job_ids = wanted.get("job_ids") or []
        if not isinstance(job_ids, list):
            raise RefusedError("job_ids", "is not an array")
        jobs = [_id("job_ids", one) for one in job_ids]
        return add_prospect(store, candidate, job_ids=jobs, actor_id=actor_id, now=now, complete=finish)
    if wanted.get("job_id") is None:
        raise RefusedError("job_id", "is missing")
    stage = wanted.get("initial_stage_id")
    return apply_to_job(
        store,
        candidate,
        job_id=_id("job_id", wanted["job_id"]),
        stage_id=_id("initial_stage_id", stage) if stage is not None else None,
        actor_id=actor_id,
        now=now,
        complete=finish,
    )


def checked_links(store: Store, wanted: dict[str, Any]) -> dict[str, int | None]:
    """The links in `wanted`. Raises RefusedError if a record doesn't exist, or a stage belongs to another pool."""
    tables = store.tables()
    links: dict[str, int | None] = {}
    for name, table in LINKS.items():
        if name in wanted:
            value = wanted[name]
            links[name] = None if value is None else _id(name, value)
            if value is not None and tables[table].get(links[name]) is None:
                raise RefusedError(name, "does not exist")
    stage = store.prospect_pool_stages.get(links.get("prospect_pool_stage_id"))
    if stage is not None and stage.prospect_pool_id != links.get("prospect_pool_id", stage.prospect_pool_id):
        raise RefusedError("prospect_pool_stage_id", "is not a stage of the pool")
    return links


def set_links(store: Store, application: Application, links: dict[str, int | None]) -> None:
    for name, value in links.items():
        if name == "referrer_id":
            credit(application, referrer(store, value) if value is not None else None)
        else:
            setattr(application, name, value)


def _id(name: str, value: object) -> int:
    found = whole_number(value)
    if found is None:
        raise RefusedError(name, f"`{value}` is not an integer")
    return found


def delete_application(store: Store, application: Application) -> None:
    """Remove a candidate from a job; the person and the feed stay. Fires the webhook."""
    payload = deleted_application_payload(store, application)
    forget_application(store, application)
    emit(store, "delete_application", payload)


def forget_application(store: Store, application: Application) -> None:
    """Remove an application and everything that belongs to it. Fires no webhook."""
    for table in (
        store.application_stages,
        store.rejection_details,
        store.offers,
        store.interviews,
        store.scorecards,
    ):
        table.delete_by("application_id", application.id)
    forget_files(store, application.id, now=store.clock.now())
    store.applications.delete(application.id)
