"""Writing applications, notes, offers and attachments in v3."""

from typing import Any

from flask import Response

from greenhouse_sandbox.acts import progress
from greenhouse_sandbox.acts.applications import (
    apply,
    attach,
    checked_links,
    convert_prospect,
    delete_application,
    edit_application,
    set_links,
    transfer,
)
from greenhouse_sandbox.acts.background import day
from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.acts.feed import VISIBILITIES, add_note
from greenhouse_sandbox.acts.offers import hire_into
from greenhouse_sandbox.acts.progress import current_stage
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.api.answers import json_response, not_found, one
from greenhouse_sandbox.api.v3 import shapes_people
from greenhouse_sandbox.api.v3.filters import check_choice
from greenhouse_sandbox.api.v3.requests import (
    bearer,
    existing,
    invalid,
    json_body,
    optional_int,
    optional_text,
    optional_texts,
    required_int,
    required_text,
    requires,
)
from greenhouse_sandbox.api.v3.shapes_jobs import offer as shape
from greenhouse_sandbox.api.v3.shapes_people import attachment, note, rejection_detail
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import CREATED, Application
from greenhouse_sandbox.store.jobs import JobStage
from greenhouse_sandbox.webhooks.emit import emit
from greenhouse_sandbox.webhooks.job_payloads import offer_payload

EMAIL_MEMBERS = ("email_from", "email_to", "email_cc")
#: names of a transfer's inputs -> their names in the body of a move
TRANSFER = {"job_id": "to_job_id", "stage_id": "to_stage_id"}


@requires("harvest:notes:create")
def create_note() -> Response:
    """Add an entry to the feed, by `user_id` or the token's user. Returns 201 with the record."""
    store = the_store()
    body = json_body()
    candidate_id = required_int(body, "candidate_id")
    text = required_text(body, "body")
    kind = required_text(body, "note_type")
    check_choice("note_type", kind, {name: name for name in ("NOTE", "ACTIVITY", "EMAIL")})
    visibility = required_text(body, "visibility")
    check_choice("visibility", visibility, {name: name for name in VISIBILITIES})
    _check_email(body, kind)
    user_id = optional_int(body, "user_id")
    if user_id is not None and store.users.get(user_id) is None:
        raise invalid("user_id", "does not exist")
    if store.candidates.get(candidate_id) is None:
        if store.switches["note_unknown_candidate"] == 404:
            raise not_found()
        raise invalid("candidate_id", "does not exist")
    row = add_note(
        store,
        candidate_id=candidate_id,
        application_id=optional_int(body, "application_id"),
        body=text,
        subject=optional_text(body, "subject"),
        user_id=user_id if user_id is not None else bearer().user.id,
        visibility=visibility,
        kind=kind,
        email_from=optional_texts(body, "email_from"),
        email_to=optional_texts(body, "email_to"),
        email_cc=optional_texts(body, "email_cc"),
        now=store.clock.now(),
    )
    return json_response(note(store, row), 201)


def _check_email(body: dict[str, Any], kind: str) -> None:
    """An e-mail's own fields are required for e-mails and rejected for anything else."""
    for name in (*EMAIL_MEMBERS, "subject"):
        if kind == "EMAIL" and body.get(name) is None:
            raise invalid(name, "is missing")
        if kind != "EMAIL" and name in EMAIL_MEMBERS and body.get(name) is not None:
            raise invalid(name, "is only allowed for notes of type EMAIL")


@requires("harvest:offers:update")
def update_offer(offer_id: int) -> Response:
    """Change the start date and custom fields of an open offer. Returns 200 with the record."""
    store = the_store()
    row = one(store.offers, offer_id)
    if row.status != CREATED:
        raise invalid("id", f"is {row.status} and cannot be changed")
    body = json_body()
    starts_on = day("starts_on", body.get("starts_on") or body.get("start_date"))
    if body.get("custom_fields") is not None:
        row.custom_fields = with_values(store, "offer", {}, body["custom_fields"])
    row.starts_on = starts_on or row.starts_on
    store.offers.changed(row, store.clock.now())
    emit(store, "offer_updated", offer_payload(row))
    return json_response(shape(store, row))


@requires("harvest:attachments:create")
def create_attachment() -> Response:
    """Attach a file to `application_id`, given as base64 `content` or as a `url`. Returns 201 with the record."""
    store = the_store()
    body = json_body()
    application = existing(store.applications, body, "application_id")
    row = attach(
        store,
        application,
        filename=required_text(body, "filename"),
        kind=required_text(body, "type"),
        content=optional_text(body, "content"),
        url=optional_text(body, "url"),
        visibility=optional_text(body, "visibility"),
        now=store.clock.now(),
    )
    return json_response(attachment(store, row), 201)


@requires("harvest:applications:move")
def move_application(application_id: int) -> Response:
    """Move to `to_stage_id`, to `to_job_id` (there to the first stage), or if neither is given, to the next stage."""
    store = the_store()
    application = one(store.applications, application_id)
    body = json_body()
    from_stage_id = required_int(body, "from_stage_id")
    if from_stage_id not in _stage_ids(store, application):
        raise invalid("from_stage_id", "is not the current stage of the application")
    to_stage_id, to_job_id = optional_int(body, "to_stage_id"), optional_int(body, "to_job_id")
    actor_id, now = bearer().user.id, store.clock.now()
    if to_job_id is not None and to_job_id != application.job_id:
        try:
            transfer(store, application, job_id=to_job_id, stage_id=to_stage_id, actor_id=actor_id, now=now)
        except RefusedError as refusal:
            member = TRANSFER.get(refusal.field, refusal.field)
            raise invalid(member, refusal.sentence) from refusal
    else:
        stage = _target(store, application, to_stage_id)
        progress.move(store, application, stage, actor_id=actor_id, now=now)
    return Response(status=204)


@requires("harvest:applications:reject")
def reject_application(application_id: int) -> Response:
    """Reject. `rejection_reason_id` is required; `notes` and `custom_fields` are optional."""
    store = the_store()
    application = one(store.applications, application_id)
    body = json_body()
    reason_id = required_int(body, "rejection_reason_id")
    fields = with_values(store, "rejection_question", {}, body.get("custom_fields") or [])
    progress.reject(
        store,
        application,
        reason_id=reason_id,
        notes=str(body.get("notes") or ""),
        actor_id=bearer().user.id,
        now=store.clock.now(),
    )
    for detail in store.rejection_details.by("application_id", application.id):
        detail.custom_fields = fields
    return Response(status=204)


@requires("harvest:applications:unreject")
def unreject_application(application_id: int) -> Response:
    store = the_store()
    application = one(store.applications, application_id)
    progress.unreject(store, application, actor_id=bearer().user.id, now=store.clock.now())
    return Response(status=204)


@requires("harvest:applications:hire")
def hire_application(application_id: int) -> Response:
    """Hire into `opening_id`, or the first open one, from `start_date`, with `close_reason_id`."""
    store = the_store()
    application = one(store.applications, application_id)
    body = json_body()
    hire_into(
        store,
        application,
        start_date=body.get("start_date"),
        opening_id=optional_int(body, "opening_id"),
        close_reason_id=optional_int(body, "close_reason_id"),
        actor_id=bearer().user.id,
        now=store.clock.now(),
    )
    return Response(status=204)


@requires("harvest:rejection_details:update")
def update_rejection(detail_id: int) -> Response:
    """Change a rejection's `rejection_reason_id` and `custom_fields`. Returns 200 with the record."""
    store = the_store()
    detail = one(store.rejection_details, detail_id)
    body = json_body()
    reason_id = optional_int(body, "rejection_reason_id")
    if reason_id is not None and store.rejection_reasons.get(reason_id) is None:
        raise invalid("rejection_reason_id", "does not exist")
    if body.get("custom_fields") is not None:
        detail.custom_fields = with_values(store, "rejection_question", {}, body["custom_fields"])
    now = store.clock.now()
    if reason_id is not None:
        application = store.applications[detail.application_id]
        detail.rejection_reason_id = application.rejection_reason_id = reason_id
        store.applications.changed(application, now)
    store.rejection_details.changed(detail, now)
    return json_response(rejection_detail(store, detail))


def _stage_ids(store: Store, application: Application) -> set[int | None]:
    """All ids by which a client might name the current stage. Which one is right isn't documented."""
    stage = current_stage(store, application)
    either = {"application_stage": application.stage_id, "job_interview_stage": stage.id if stage else None}
    wanted = store.switches["move_from_stage"]
    return set(either.values()) if wanted == "either" else {either[wanted]}


def _target(store: Store, application: Application, to_stage_id: int | None) -> JobStage:
    if to_stage_id is None:
        return progress.next_stage(store, application)
    stage = store.job_stages.get(to_stage_id)
    if stage is None or stage.job_id != application.job_id or not stage.active:
        raise invalid("to_stage_id", "is not a stage of the job")
    return stage


@requires("harvest:applications:create")
def create_application() -> Response:
    """Create an application of an existing candidate, or if `prospect`, a prospect. Returns 201 with the record."""
    store = the_store()
    body = json_body()
    candidate = store.candidates.get(required_int(body, "candidate_id"))
    if candidate is None:
        raise not_found()
    made = apply(store, candidate, body, actor_id=bearer().user.id, now=store.clock.now())
    return json_response(shapes_people.application(store, made), 201)


@requires("harvest:applications:update")
def update_application(application_id: int) -> Response:
    """Change an application's links and custom fields; the given custom fields replace all existing ones. Returns 200,
    or 204 by switch."""
    store = the_store()
    application = one(store.applications, application_id)
    body = json_body()
    links = checked_links(store, body)
    fields = None
    if body.get("custom_fields") is not None:
        fields = with_values(store, "application", {}, body["custom_fields"])
    set_links(store, application, links)
    if fields is not None:
        application.custom_fields = fields
    edit_application(store, application, actor_id=bearer().user.id, now=store.clock.now())
    if store.switches["application_update"] == 204:
        return Response(status=204)
    return json_response(shapes_people.application(store, application))


@requires("harvest:applications:destroy")
def destroy_application(application_id: int) -> Response:
    """Remove a candidate from a job. Prospects can't be deleted like this. Returns 204."""
    store = the_store()
    application = one(store.applications, application_id)
    if application.prospect:
        raise invalid("id", "is a prospect and cannot be deleted")
    delete_application(store, application)
    return Response(status=204)


@requires("harvest:applications:convert_to_candidate")
def convert_application(application_id: int) -> Response:
    """Make a prospect a candidate of `job_id`. Returns 201 with the new application; the old one is `converted`."""
    store = the_store()
    application = one(store.applications, application_id)
    body = json_body()
    made = convert_prospect(
        store,
        application,
        job_id=required_int(body, "job_id"),
        stage_id=optional_int(body, "to_job_interview_stage_id") or optional_int(body, "initial_stage_id"),
        actor_id=bearer().user.id,
        now=store.clock.now(),
    )
    return json_response(shapes_people.application(store, made), 201)
