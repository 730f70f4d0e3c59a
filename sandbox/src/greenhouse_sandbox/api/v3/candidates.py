"""Writing candidates: `POST /v3/candidates`, `PATCH`, `DELETE`, merge and anonymize."""

from flask import Response

from greenhouse_sandbox.acts.anonymise import anonymise_fields
from greenhouse_sandbox.acts.apply import add_candidate
from greenhouse_sandbox.acts.incoming import apply
from greenhouse_sandbox.acts.persons import delete_candidate, merge_candidates
from greenhouse_sandbox.acts.profile import checked_profile, edit_profile, set_profile
from greenhouse_sandbox.api.answers import json_response
from greenhouse_sandbox.api.v3 import shapes_people
from greenhouse_sandbox.api.v3.body import json_body, optional_texts, required_int, required_text
from greenhouse_sandbox.api.v3.errors import invalid
from greenhouse_sandbox.api.v3.guard import bearer, requires
from greenhouse_sandbox.api.v3.one import one
from greenhouse_sandbox.context import the_store


@requires("harvest:candidates:create")
def create_candidate() -> Response:
    """A person and, if `application` is given, their application. 201 with both."""
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
    """Change what is given; a collection that is given replaces the whole collection. 200 with the record."""
    store = the_store()
    candidate = one(store.candidates, candidate_id)
    changes = checked_profile(store, json_body())
    edit_profile(store, candidate, changes, now=store.clock.now())
    return json_response(shapes_people.candidate(store, candidate))


@requires("harvest:candidates:destroy")
def destroy_candidate(candidate_id: int) -> Response:
    """Delete a person with all applications. 204."""
    store = the_store()
    delete_candidate(store, one(store.candidates, candidate_id))
    return Response(status=204)


@requires("harvest:candidates:merge")
def merge_candidate(candidate_id: int) -> Response:
    """Merge `secondary_candidate_id` into this one. 200 with the record that stays."""
    store = the_store()
    winner = one(store.candidates, candidate_id)
    loser = store.candidates.get(required_int(json_body(), "secondary_candidate_id"))
    if loser is None:
        raise invalid("secondary_candidate_id", "does not exist")
    merge_candidates(store, loser, winner, now=store.clock.now())
    return json_response(shapes_people.candidate(store, winner))


@requires("harvest:candidates:anonymize")
def anonymize_candidate(candidate_id: int) -> Response:
    """Blank the data groups in `fields`. 200 with the record."""
    store = the_store()
    candidate = one(store.candidates, candidate_id)
    fields = optional_texts(json_body(), "fields") or []
    anonymise_fields(store, candidate, fields, now=store.clock.now())
    return json_response(shapes_people.candidate(store, candidate))
