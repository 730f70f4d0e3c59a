"""All v3 endpoints under `/v3`."""

from collections.abc import Callable

from flask import Blueprint, Response, g, request

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.api.answers import ApiError, error_response, json_response, not_found
from greenhouse_sandbox.api.v3 import shapes_jobs
from greenhouse_sandbox.api.v3.bulk import show_bulk_request
from greenhouse_sandbox.api.v3.errors import invalid
from greenhouse_sandbox.api.v3.guard import bearer, requires
from greenhouse_sandbox.api.v3.listing import Resource, list_page
from greenhouse_sandbox.api.v3.resources import RESOURCES
from greenhouse_sandbox.api.v3.writes import WRITES
from greenhouse_sandbox.context import the_store


def make_blueprint() -> Blueprint:
    """Routes, errors and the rate headers of v3."""
    blueprint = Blueprint("v3", __name__)
    for resource in RESOURCES:
        blueprint.add_url_rule(f"/{resource.name}", f"list_{resource.name}", _lister(resource))
    for (method, path), view in WRITES.items():
        blueprint.add_url_rule(path, view.__name__, view, methods=[method])
    blueprint.add_url_rule("/bulk_requests/<bulk_action_uuid>", "one_bulk_request", show_bulk_request)
    blueprint.add_url_rule("/rejection_reasons/<int:reason_id>", "one_reason", _one_reason)
    blueprint.register_error_handler(ApiError, error_response)
    blueprint.register_error_handler(RefusedError, _refused)
    blueprint.after_request(_with_rate_headers)
    return blueprint


def _refused(refusal: RefusedError) -> Response:
    return error_response(invalid(refusal.field, refusal.sentence))


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
    known = request.headers.get("If-None-Match", "") == response.headers.get("ETag")
    if known and response.status_code == 200 and the_store().switches["not_modified"] == "answered":
        response.status_code = 304
        response.set_data(b"")
    return response
