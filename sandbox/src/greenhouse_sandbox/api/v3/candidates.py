from flask import Response

from greenhouse_sandbox.acts import background
from greenhouse_sandbox.acts.applications import add_candidate, apply
from greenhouse_sandbox.acts.candidates import (
    anonymise_fields,
    checked_profile,
    delete_candidate,
    edit_profile,
    merge_candidates,
    set_profile,
)
from greenhouse_sandbox.api.answers import json_response, not_found, one
from greenhouse_sandbox.api.v3 import shapes_account, shapes_people
from greenhouse_sandbox.api.v3.derived import applied_tags
from greenhouse_sandbox.api.v3.requests import (
    bearer,
    existing,
    invalid,
    json_body,
    optional_int,
    optional_text,
    optional_texts,
    required_text,
    requires,
)
from greenhouse_sandbox.context import the_store


@requires("harvest:candidate_educations:create")
def create_education() -> Response:
    store = the_store()
    body = json_body()
    row = background.add_education(
        store,
        existing(store.candidates, body, "candidate_id"),
        school_id=optional_int(body, "school_name_custom_field_option_id"),
        degree_id=optional_int(body, "degree_custom_field_option_id"),
        discipline_id=optional_int(body, "discipline_custom_field_option_id"),
        start_date=optional_text(body, "start_date"),
        end_date=optional_text(body, "end_date"),
        now=store.clock.now(),
    )
    return json_response(shapes_people.education(store, row), 201)


@requires("harvest:candidate_educations:destroy")
def destroy_education(row_id: int) -> Response:
    store = the_store()
    background.delete_background(store, one(store.educations, row_id), now=store.clock.now())
    return Response(status=204)


@requires("harvest:candidate_employments:create")
def create_employment() -> Response:
    store = the_store()
    body = json_body()
    row = background.add_employment(
        store,
        existing(store.candidates, body, "candidate_id"),
        company_name=required_text(body, "company_name"),
        title=required_text(body, "title"),
        start_date=required_text(body, "start_date"),
        end_date=optional_text(body, "end_date"),
        now=store.clock.now(),
    )
    return json_response(shapes_people.employment(store, row), 201)


@requires("harvest:candidate_employments:destroy")
def destroy_employment(row_id: int) -> Response:
    store = the_store()
    background.delete_background(store, one(store.employments, row_id), now=store.clock.now())
    return Response(status=204)


@requires("harvest:candidate_tags:create")
def create_tag() -> Response:
    store = the_store()
    return json_response(
        shapes_account.candidate_tag(store, background.tag(store, required_text(json_body(), "name"))), 201
    )


@requires("harvest:candidate_tags:destroy")
def destroy_tag(row_id: int) -> Response:
    """Delete a tag, from all candidates too. Returns 204."""
    store = the_store()
    background.delete_tag(store, one(store.candidate_tags, row_id), now=store.clock.now())
    return Response(status=204)


@requires("harvest:applied_candidate_tags:create")
def create_applied_tag() -> Response:
    store = the_store()
    body = json_body()
    candidate = existing(store.candidates, body, "candidate_id")
    row = existing(store.candidate_tags, body, "candidate_tag_id")
    background.apply_tag(store, candidate, row, now=store.clock.now())
    made = applied_tags(store).by("candidate_id", candidate.id)[-1]
    return json_response(shapes_people.applied_tag(store, made), 201)


@requires("harvest:applied_candidate_tags:destroy")
def destroy_applied_tag(row_id: int) -> Response:
    """Remove a tag from a candidate. Returns 204."""
    store = the_store()
    found = applied_tags(store).get(row_id)
    if found is None:
        raise not_found()
    row = store.candidate_tags[found.candidate_tag_id]
    background.remove_tag(store, store.candidates[found.candidate_id], row, now=store.clock.now())
    return Response(status=204)


@requires("harvest:candidates:create")
def create_candidate() -> Response:
    """Create a person and, if `application` is given, their application. Returns 201 with both."""
    store = the_store()
    body = json_body()
    first, last = required_text(body, "first_name"), required_text(body, "last_name")
    profile = checked_profile(store, body)
    wanted = body.get("application")
    if wanted is not None and not isinstance(wanted, dict):
        raise invalid("application", "is not an object")
    now = store.clock.now()
    candidate = add_candidate(store, first_name=first, last_name=last, email=None, now=now)
    set_profile(store, candidate, profile, now=now)
    application = None
    if wanted is not None:
        try:
            application = apply(store, candidate, wanted, actor_id=bearer().user.id, now=now)
        except Exception:
            store.candidates.delete(candidate.id)
            raise
    shown = shapes_people.application(store, application) if application else None
    return json_response({"candidate": shapes_people.candidate(store, candidate), "application": shown}, 201)


@requires("harvest:candidates:update")
def update_candidate(candidate_id: int) -> Response:
    """Change the fields that are given. A given collection replaces the whole one. Returns 200 with the record."""
    store = the_store()
    candidate = one(store.candidates, candidate_id)
    changes = checked_profile(store, json_body())
    edit_profile(store, candidate, changes, now=store.clock.now())
    return json_response(shapes_people.candidate(store, candidate))


@requires("harvest:candidates:destroy")
def destroy_candidate(candidate_id: int) -> Response:
    store = the_store()
    delete_candidate(store, one(store.candidates, candidate_id))
    return Response(status=204)


@requires("harvest:candidates:merge")
def merge_candidate(candidate_id: int) -> Response:
    """Merge `secondary_candidate_id` into this one. Returns 200 with the remaining record."""
    store = the_store()
    winner = one(store.candidates, candidate_id)
    loser = existing(store.candidates, json_body(), "secondary_candidate_id")
    merge_candidates(store, loser, winner, now=store.clock.now())
    return json_response(shapes_people.candidate(store, winner))


@requires("harvest:candidates:anonymize")
def anonymize_candidate(candidate_id: int) -> Response:
    """Blank the data groups in `fields`. Returns 200 with the record."""
    store = the_store()
    candidate = one(store.candidates, candidate_id)
    fields = optional_texts(json_body(), "fields") or []
    anonymise_fields(store, candidate, fields, now=store.clock.now())
    return json_response(shapes_people.candidate(store, candidate))
