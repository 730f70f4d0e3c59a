"""All v1 endpoints under `/v1`."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.api.answers import ApiError, error_response, json_response, not_found
from greenhouse_sandbox.api.v1 import shapes_jobs, shapes_openings, shapes_people
from greenhouse_sandbox.api.v1.guard import requires, validation_error
from greenhouse_sandbox.api.v1.listing import list_page
from greenhouse_sandbox.api.v1.routes import READS, WRITES
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.table import Table

type Shape = Callable[[Store, Any], dict[str, Any]]

ONE: dict[str, tuple[Callable[[Store], Table[Any]], Shape]] = {
    "jobs": (lambda store: store.jobs, shapes_jobs.job),
    "job_posts": (lambda store: store.job_posts, shapes_jobs.job_post),
    "job_stages": (lambda store: store.job_stages, shapes_jobs.job_stage),
    "applications": (lambda store: store.applications, shapes_people.application),
    "candidates": (lambda store: store.candidates, shapes_people.candidate),
    "users": (lambda store: store.users, shapes_jobs.user),
    "offers": (lambda store: store.offers, shapes_openings.offer),
}
"""What can be read one by one, under the permission `<name>.get`."""

PLAIN: dict[str, tuple[Callable[[Store], Table[Any]], Shape]] = {
    "sources": (lambda store: store.sources, shapes_jobs.source),
}
"""Lists without filters."""


def make_blueprint() -> Blueprint:
    """Routes, errors and the rate headers of v1."""
    blueprint = Blueprint("v1", __name__)
    for path, view in READS.items():
        blueprint.add_url_rule(path, _endpoint("GET", path), view)
    for (method, path), view in WRITES.items():
        blueprint.add_url_rule(path, _endpoint(method, path), view, methods=[method])
    for name, (table, shape) in ONE.items():
        blueprint.add_url_rule(f"/{name}/<int:row_id>", f"one_{name}", _one(name, table, shape))
    for name, (table, shape) in PLAIN.items():
        blueprint.add_url_rule(f"/{name}", f"list_{name}", _list(name, table, shape))
    blueprint.register_error_handler(ApiError, error_response)
    blueprint.register_error_handler(RefusedError, _refused)
    blueprint.after_request(_with_rate_headers)
    return blueprint


def _endpoint(method: str, path: str) -> str:
    return f"{method} {path}"


def _refused(refusal: RefusedError) -> Response:
    return error_response(validation_error(refusal.field, refusal.sentence))


def _one(name: str, table: Callable[[Store], Table[Any]], shape: Shape) -> Callable[[int], Response]:
    @requires(f"{name}.get")
    def view(row_id: int) -> Response:
        store = the_store()
        row = table(store).get(row_id)
        if row is None:
            raise not_found()
        return json_response(shape(store, row))

    return view


def _list(name: str, table: Callable[[Store], Table[Any]], shape: Shape) -> Callable[[], Response]:
    @requires(f"{name}.list")
    def view() -> Response:
        store = the_store()
        return list_page(table(store), lambda row: shape(store, row))

    return view


def _with_rate_headers(response: Response) -> Response:
    response.headers.extend(g.get("rate_headers", {}))
    return response
