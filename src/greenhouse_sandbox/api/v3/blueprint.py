"""All v3 endpoints under `/v3`."""

from collections.abc import Callable

from flask import Blueprint, Response, g

from greenhouse_sandbox.api.answers import ApiError, error_response, json_response, not_found
from greenhouse_sandbox.api.v3 import shapes_jobs
from greenhouse_sandbox.api.v3.arrivals import create_application, create_candidate
from greenhouse_sandbox.api.v3.guard import bearer, requires
from greenhouse_sandbox.api.v3.listing import Resource, list_page
from greenhouse_sandbox.api.v3.notes import create_note
from greenhouse_sandbox.api.v3.progress import (
    hire_application,
    move_application,
    reject_application,
    unreject_application,
)
from greenhouse_sandbox.api.v3.resources import RESOURCES
from greenhouse_sandbox.context import the_store

WRITES: dict[str, Callable[..., Response]] = {
    "/notes": create_note,
    "/candidates": create_candidate,
    "/applications": create_application,
    "/applications/<int:application_id>/move": move_application,
    "/applications/<int:application_id>/reject": reject_application,
    "/applications/<int:application_id>/unreject": unreject_application,
    "/applications/<int:application_id>/hire": hire_application,
}


def make_blueprint() -> Blueprint:
    """Routes, errors and the rate headers of v3."""
    blueprint = Blueprint("v3", __name__)
    for resource in RESOURCES:
        blueprint.add_url_rule(f"/{resource.name}", f"list_{resource.name}", _lister(resource))
    for path, view in WRITES.items():
        blueprint.add_url_rule(path, view.__name__, view, methods=["POST"])
    blueprint.add_url_rule("/rejection_reasons/<int:reason_id>", "one_reason", _one_reason)
    blueprint.register_error_handler(ApiError, error_response)
    blueprint.after_request(_with_rate_headers)
    return blueprint


def _lister(resource: Resource) -> Callable[[], Response]:
    @requires(resource.scope)
    def view() -> Response:
        return list_page(resource, the_store(), bearer())

    return view


@requires("harvest:rejection_reasons:list")
def _one_reason(reason_id: int) -> Response:
    store = the_store()
    reason = store.rejection_reasons.get(reason_id)
    if reason is None:
        raise not_found()
    return json_response(shapes_jobs.rejection_reason(store, reason))


def _with_rate_headers(response: Response) -> Response:
    response.headers.extend(g.get("rate_headers", {}))
    return response
