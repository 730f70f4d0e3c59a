"""`POST /v3/candidates` and `POST /v3/applications`."""

from typing import Any

from flask import Response

from greenhouse_sandbox.acts.apply import add_candidate, add_prospect, apply_to_job
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.api.answers import json_response, not_found
from greenhouse_sandbox.api.v3 import shapes_people
from greenhouse_sandbox.api.v3.body import json_body, optional_int, required_int, required_text
from greenhouse_sandbox.api.v3.errors import invalid
from greenhouse_sandbox.api.v3.guard import bearer, requires
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.people import Candidate


@requires("harvest:candidates:create")
def create_candidate() -> Response:
    """A person and, if `application` is given, their application. 201 with both."""
    store = the_store()
    body = json_body()
    first, last = required_text(body, "first_name"), required_text(body, "last_name")
    wanted = body.get("application")
    addresses = body.get("email_addresses") or []
    candidate = add_candidate(store, first_name=first, last_name=last, email=None, now=store.clock.now())
    candidate.email_addresses = [
        {"value": one["value"], "type": one.get("type", "personal")} for one in addresses
    ]
    candidate.private = bool(body.get("private", False))
    candidate.tags = list(body.get("tags") or [])
    application = _apply(store, candidate, wanted) if isinstance(wanted, dict) else None
    shown = shapes_people.application(store, application) if application else None
    return json_response({"candidate": shapes_people.candidate(store, candidate), "application": shown}, 201)


@requires("harvest:applications:create")
def create_application() -> Response:
    """An application or, with `prospect`, a prospect of an existing candidate. 201 with the record."""
    store = the_store()
    body = json_body()
    candidate = store.candidates.get(required_int(body, "candidate_id"))
    if candidate is None:
        raise not_found()
    return json_response(shapes_people.application(store, _apply(store, candidate, body)), 201)


def _apply(store: Store, candidate: Candidate, body: dict[str, Any]) -> Application:
    now, actor_id = store.clock.now(), bearer().user.id
    try:
        if body.get("prospect"):
            jobs = [int(one) for one in body.get("job_ids") or []]
            return add_prospect(store, candidate, job_ids=jobs, actor_id=actor_id, now=now)
        return apply_to_job(
            store,
            candidate,
            job_id=required_int(body, "job_id"),
            stage_id=optional_int(body, "initial_stage_id"),
            source_id=optional_int(body, "source_id"),
            actor_id=actor_id,
            now=now,
        )
    except RefusedError as refusal:
        raise invalid(refusal.field, refusal.sentence) from refusal
