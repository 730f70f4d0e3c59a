"""All v1 endpoints under `/v1`."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g

from greenhouse_sandbox.api.answers import ApiError, error_response, json_response, not_found
from greenhouse_sandbox.api.v1 import reads, shapes_jobs, shapes_people, writes
from greenhouse_sandbox.api.v1.guard import requires
from greenhouse_sandbox.api.v1.listing import list_page
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.table import Table

type Shape = Callable[[Store, Any], dict[str, Any]]

READS: dict[str, Callable[..., Response]] = {
    "/jobs": reads.jobs,
    "/job_posts": reads.job_posts,
    "/jobs/<int:job_id>/job_posts": reads.job_posts_of,
    "/job_stages": reads.job_stages,
    "/jobs/<int:job_id>/stages": reads.job_stages_of,
    "/applications": reads.applications,
    "/candidates": reads.candidates,
    "/candidates/<int:candidate_id>/activity_feed": reads.activity_feed,
    "/rejection_reasons": reads.rejection_reasons,
    "/users": reads.users,
}

WRITES: dict[str, Callable[..., Response]] = {
    "/candidates/<int:candidate_id>/activity_feed/notes": writes.create_note,
    "/applications/<int:application_id>/advance": writes.advance,
    "/applications/<int:application_id>/move": writes.move,
    "/applications/<int:application_id>/transfer_to_job": writes.transfer,
    "/applications/<int:application_id>/reject": writes.reject,
    "/applications/<int:application_id>/unreject": writes.unreject,
    "/applications/<int:application_id>/hire": writes.hire,
}

ONE: dict[str, tuple[Callable[[Store], Table[Any]], Shape]] = {
    "jobs": (lambda store: store.jobs, shapes_jobs.job),
    "job_posts": (lambda store: store.job_posts, shapes_jobs.job_post),
    "job_stages": (lambda store: store.job_stages, shapes_jobs.job_stage),
    "applications": (lambda store: store.applications, shapes_people.application),
    "candidates": (lambda store: store.candidates, shapes_people.candidate),
    "users": (lambda store: store.users, shapes_jobs.user),
    "departments": (lambda store: store.departments, shapes_jobs.department),
    "offices": (lambda store: store.offices, shapes_jobs.office),
}
"""What can be read one by one, under the permission `<name>.get`."""

PLAIN: dict[str, tuple[Callable[[Store], Table[Any]], Shape]] = {
    "departments": (lambda store: store.departments, shapes_jobs.department),
    "offices": (lambda store: store.offices, shapes_jobs.office),
    "sources": (lambda store: store.sources, shapes_jobs.source),
}
"""Lists without filters."""


def make_blueprint() -> Blueprint:
    """Routes, errors and the rate headers of v1."""
    blueprint = Blueprint("v1", __name__)
    for path, view in READS.items():
        blueprint.add_url_rule(path, view.__name__, view)
    for path, view in WRITES.items():
        blueprint.add_url_rule(path, f"write_{view.__name__}", view, methods=["POST"])
    for name, (table, shape) in ONE.items():
        blueprint.add_url_rule(f"/{name}/<int:row_id>", f"one_{name}", _one(name, table, shape))
    for name, (table, shape) in PLAIN.items():
        blueprint.add_url_rule(f"/{name}", f"list_{name}", _list(name, table, shape))
    blueprint.register_error_handler(ApiError, error_response)
    blueprint.after_request(_with_rate_headers)
    return blueprint


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
        return list_page(table(store).rising(), lambda row: shape(store, row))

    return view


def _with_rate_headers(response: Response) -> Response:
    response.headers.extend(g.get("rate_headers", {}))
    return response
