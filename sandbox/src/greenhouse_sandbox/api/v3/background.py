"""Writing a candidate's schools, employers and tags."""

from flask import Response

from greenhouse_sandbox.acts import background, tags
from greenhouse_sandbox.api.answers import json_response, not_found
from greenhouse_sandbox.api.v3 import shapes_account, shapes_background
from greenhouse_sandbox.api.v3.body import json_body, optional_int, optional_text, required_int, required_text
from greenhouse_sandbox.api.v3.derived import applied_tags
from greenhouse_sandbox.api.v3.errors import invalid
from greenhouse_sandbox.api.v3.guard import requires
from greenhouse_sandbox.api.v3.one import one
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store.people import Candidate


@requires("harvest:candidate_educations:create")
def create_education() -> Response:
    """A school of `candidate_id`. 201 with the record."""
    store = the_store()
    body = json_body()
    row = background.add_education(
        store,
        _candidate(body),
        school_id=optional_int(body, "school_name_custom_field_option_id"),
        degree_id=optional_int(body, "degree_custom_field_option_id"),
        discipline_id=optional_int(body, "discipline_custom_field_option_id"),
        start_date=optional_text(body, "start_date"),
        end_date=optional_text(body, "end_date"),
        now=store.clock.now(),
    )
    return json_response(shapes_background.education(store, row), 201)


@requires("harvest:candidate_educations:destroy")
def destroy_education(row_id: int) -> Response:
    """204."""
    store = the_store()
    background.delete_background(store, one(store.educations, row_id), now=store.clock.now())
    return Response(status=204)


@requires("harvest:candidate_employments:create")
def create_employment() -> Response:
    """An employer of `candidate_id`. 201 with the record."""
    store = the_store()
    body = json_body()
    row = background.add_employment(
        store,
        _candidate(body),
        company_name=required_text(body, "company_name"),
        title=required_text(body, "title"),
        start_date=required_text(body, "start_date"),
        end_date=optional_text(body, "end_date"),
        now=store.clock.now(),
    )
    return json_response(shapes_background.employment(store, row), 201)


@requires("harvest:candidate_employments:destroy")
def destroy_employment(row_id: int) -> Response:
    """204."""
    store = the_store()
    background.delete_background(store, one(store.employments, row_id), now=store.clock.now())
    return Response(status=204)


@requires("harvest:candidate_tags:create")
def create_tag() -> Response:
    """A tag of that `name`. 201 with the record."""
    store = the_store()
    return json_response(
        shapes_account.candidate_tag(store, tags.tag(store, required_text(json_body(), "name"))), 201
    )


@requires("harvest:candidate_tags:destroy")
def destroy_tag(row_id: int) -> Response:
    """Remove a tag from the account and from everybody. 204."""
    store = the_store()
    tags.delete_tag(store, one(store.candidate_tags, row_id), now=store.clock.now())
    return Response(status=204)


@requires("harvest:applied_candidate_tags:create")
def create_applied_tag() -> Response:
    """Put `candidate_tag_id` on `candidate_id`. 201 with the record."""
    store = the_store()
    body = json_body()
    candidate = _candidate(body)
    row = store.candidate_tags.get(required_int(body, "candidate_tag_id"))
    if row is None:
        raise invalid("candidate_tag_id", "does not exist")
    tags.apply_tag(store, candidate, row, now=store.clock.now())
    made = applied_tags(store).by("candidate_id", candidate.id)[-1]
    return json_response(shapes_background.applied_tag(store, made), 201)


@requires("harvest:applied_candidate_tags:destroy")
def destroy_applied_tag(row_id: int) -> Response:
    """Take a tag off a candidate. 204."""
    store = the_store()
    found = applied_tags(store).get(row_id)
    if found is None:
        raise not_found()
    row = store.candidate_tags[found.candidate_tag_id]
    tags.take_tag_off(store, store.candidates[found.candidate_id], row, now=store.clock.now())
    return Response(status=204)


def _candidate(body: dict[str, object]) -> Candidate:
    candidate = the_store().candidates.get(required_int(body, "candidate_id"))
    if candidate is None:
        raise invalid("candidate_id", "does not exist")
    return candidate
