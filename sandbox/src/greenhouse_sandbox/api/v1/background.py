"""Adding and removing schools, employers and e-mails of a candidate in v1."""

from flask import Response

from greenhouse_sandbox.acts import background
from greenhouse_sandbox.acts.feed import add_note
from greenhouse_sandbox.api.answers import json_response, not_found
from greenhouse_sandbox.api.v1 import shapes_people
from greenhouse_sandbox.api.v1.body import json_body, one, optional_whole, required, text, whole
from greenhouse_sandbox.api.v1.guard import on_behalf_of, requires
from greenhouse_sandbox.context import the_store


@requires("candidates.add_education")
def add_education(candidate_id: int) -> Response:
    """A school. 201 with the record."""
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
    """Take a school away."""
    store = the_store()
    on_behalf_of()
    row = one(store.educations, row_id)
    if row.candidate_id != candidate_id:
        raise not_found()
    background.delete_background(store, row, now=store.clock.now())
    return json_response({"success": True, "message": f"Education ID {row_id} destroyed."})


@requires("candidates.add_employment")
def add_employment(candidate_id: int) -> Response:
    """An employer. 201 with the record."""
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
    """Take an employer away."""
    store = the_store()
    on_behalf_of()
    row = one(store.employments, row_id)
    if row.candidate_id != candidate_id:
        raise not_found()
    background.delete_background(store, row, now=store.clock.now())
    return json_response({"success": True, "message": f"Employment ID {row_id} destroyed."})


@requires("candidates.add_email")
def add_email(candidate_id: int) -> Response:
    """An e-mail on the feed. 200 with the record."""
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
