from typing import Any

from flask import Response, request

from greenhouse_sandbox.acts import background
from greenhouse_sandbox.acts.applications import add_candidate
from greenhouse_sandbox.acts.candidates import (
    anonymise_fields,
    checked_profile,
    delete_candidate,
    edit_profile,
    forget_candidate,
    merge_candidates,
    set_profile,
)
from greenhouse_sandbox.acts.feed import add_note
from greenhouse_sandbox.api.answers import json_response, not_found, one
from greenhouse_sandbox.api.v1 import shapes_people
from greenhouse_sandbox.api.v1.applications import add_application, user_named
from greenhouse_sandbox.api.v1.requests import (
    entries,
    json_body,
    on_behalf_of,
    optional_whole,
    required,
    requires,
    text,
    validation_error,
    whole,
)
from greenhouse_sandbox.api.v1.shapes_people import candidate as shape
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.people import Candidate


@requires("candidates.add_education")
def add_education(candidate_id: int) -> Response:
    store = the_store()
    on_behalf_of()
    candidate = one(store.candidates, candidate_id)
    body = json_body()
    row = background.add_education(
        store,
        candidate,
        school_id=optional_whole(body, "school_id"),
        degree_id=optional_whole(body, "degree_id"),
        discipline_id=optional_whole(body, "discipline_id"),
        start_date=text(body, "start_date"),
        end_date=text(body, "end_date"),
        now=store.clock.now(),
    )
    return json_response(shapes_people.education(store, row), 201)


@requires("candidates.delete_education")
def delete_education(candidate_id: int, row_id: int) -> Response:
    store = the_store()
    on_behalf_of()
    row = one(store.educations, row_id)
    if row.candidate_id != candidate_id:
        raise not_found()
    background.delete_background(store, row, now=store.clock.now())
    return json_response({"success": True, "message": f"Education ID {row_id} destroyed."})


@requires("candidates.add_employment")
def add_employment(candidate_id: int) -> Response:
    store = the_store()
    on_behalf_of()
    candidate = one(store.candidates, candidate_id)
    body = json_body()
    row = background.add_employment(
        store,
        candidate,
        company_name=str(required(body, "company_name")),
        title=str(required(body, "title")),
        start_date=str(required(body, "start_date")),
        end_date=text(body, "end_date"),
        now=store.clock.now(),
    )
    return json_response(shapes_people.employment(row), 201)


@requires("candidates.delete_employment")
def delete_employment(candidate_id: int, row_id: int) -> Response:
    store = the_store()
    on_behalf_of()
    row = one(store.employments, row_id)
    if row.candidate_id != candidate_id:
        raise not_found()
    background.delete_background(store, row, now=store.clock.now())
    return json_response({"success": True, "message": f"Employment ID {row_id} destroyed."})


@requires("candidates.add_email")
def add_email(candidate_id: int) -> Response:
    store = the_store()
    on_behalf_of()
    candidate = one(store.candidates, candidate_id)
    body = json_body()
    author = one(store.users, whole(body, "user_id"))
    copies = body.get("cc") or []
    row = add_note(
        store,
        candidate_id=candidate.id,
        body=str(required(body, "body")),
        subject=str(required(body, "subject")),
        user_id=author.id,
        visibility="public",
        kind="EMAIL",
        email_from=[str(required(body, "from"))],
        email_to=[str(required(body, "to"))],
        email_cc=copies if isinstance(copies, list) else [str(copies)],
        now=store.clock.now(),
    )
    return json_response(shapes_people.email(store, row) | {"cc": row.email_cc or []})


@requires("candidates.create")
def create_candidate() -> Response:
    """Create a person with at least one application. Returns 201 with the record."""
    body = json_body()
    required(body, "applications")
    return _create(body, entries(body, "applications"))


@requires("candidates.create_prospect")
def create_prospect() -> Response:
    """Create a prospect for `application[job_ids]`, or for no job. Returns 201 with the record."""
    body = json_body()
    wanted = body.get("application") or {}
    if not isinstance(wanted, dict):
        raise validation_error("application", "Must be an object")
    return _create(body, [{**wanted, "prospect": "true"}])


@requires("candidates.update")
def update_candidate(candidate_id: int) -> Response:
    """Change the fields that are given. A given collection replaces the whole one. Returns 200 with the record."""
    store = the_store()
    on_behalf_of()
    candidate = one(store.candidates, candidate_id)
    body = json_body()
    changes = checked_profile(store, _renamed(body), kept_fields=candidate.custom_fields)
    _assign(store, candidate, _assigned(store, body))
    edit_profile(store, candidate, changes, now=store.clock.now())
    return json_response(shape(store, candidate))


@requires("candidates.delete")
def destroy_candidate(candidate_id: int) -> Response:
    store = the_store()
    on_behalf_of()
    delete_candidate(store, one(store.candidates, candidate_id))
    return json_response({"message": f"Person {candidate_id} has been deleted."})


@requires("candidates.merge")
def merge() -> Response:
    """Merge `duplicate_candidate_id` into `primary_candidate_id`. Returns 200 with the remaining record."""
    store = the_store()
    on_behalf_of()
    body = json_body()
    winner = one(store.candidates, whole(body, "primary_candidate_id"))
    loser = one(store.candidates, whole(body, "duplicate_candidate_id"))
    merge_candidates(store, loser, winner, now=store.clock.now())
    return json_response(shape(store, winner))


@requires("candidates.anonymize")
def anonymize(candidate_id: int) -> Response:
    """Blank the data groups in `fields`, a comma-separated query parameter. Returns 200 with the record."""
    store = the_store()
    on_behalf_of()
    candidate = one(store.candidates, candidate_id)
    fields = [name for name in request.args.get("fields", "").split(",") if name]
    anonymise_fields(store, candidate, fields, now=store.clock.now())
    return json_response(shape(store, candidate))


def _create(body: dict[str, Any], applications: list[dict[str, Any]]) -> Response:
    store = the_store()
    actor_id, now = on_behalf_of(), store.clock.now()
    for name in ("first_name", "last_name"):
        required(body, name)
    profile = checked_profile(store, _renamed(body))
    assigned = _assigned(store, body)
    candidate = add_candidate(
        store, first_name=body["first_name"], last_name=body["last_name"], email=None, now=now
    )
    set_profile(store, candidate, profile, now=now)
    try:
        _hang_on(store, candidate, body, actor_id)
        for wanted in applications:
            add_application(candidate, wanted | assigned, actor_id)
    except Exception:
        forget_candidate(store, candidate)
        raise
    return json_response(shape(store, candidate), 201)


def _hang_on(store: Store, candidate: Candidate, body: dict[str, Any], actor_id: int) -> None:
    """Add the schools, employers and notes of a new person. Fires no webhook."""
    now = store.clock.now()
    for entry in entries(body, "educations"):
        background.add_education(
            store,
            candidate,
            school_id=optional_whole(entry, "school_id"),
            degree_id=optional_whole(entry, "degree_id"),
            discipline_id=optional_whole(entry, "discipline_id"),
            start_date=text(entry, "start_date"),
            end_date=text(entry, "end_date"),
            now=now,
            announce=False,
        )
    for entry in entries(body, "employments"):
        background.add_employment(
            store,
            candidate,
            company_name=required(entry, "company_name"),
            title=required(entry, "title"),
            start_date=text(entry, "start_date"),
            end_date=text(entry, "end_date"),
            now=now,
            announce=False,
        )
    for entry in entries(body, "activity_feed_notes"):
        add_note(
            store,
            candidate_id=candidate.id,
            body=str(required(entry, "body")),
            user_id=optional_whole(entry, "user_id") or actor_id,
            visibility=str(entry.get("visibility") or "admin_only"),
            now=now,
        )


def _assigned(store: Store, body: dict[str, Any]) -> dict[str, int]:
    """The recruiter and coordinator that a candidate's body names, as fields of applications."""
    kinds = [kind for kind in ("recruiter", "coordinator") if body.get(kind) is not None]
    return {f"{kind}_id": user_named(store, kind, body[kind]).id for kind in kinds}


def _assign(store: Store, candidate: Candidate, assigned: dict[str, int]) -> None:
    """Set the recruiter and coordinator of all of the candidate's applications, as v1 does."""
    for application in store.applications.by("candidate_id", candidate.id) if assigned else []:
        for name, user_id in assigned.items():
            setattr(application, name, user_id)
        store.applications.changed(application, store.clock.now())


def _renamed(body: dict[str, Any]) -> dict[str, Any]:
    return {"private" if name == "is_private" else name: value for name, value in body.items()}
