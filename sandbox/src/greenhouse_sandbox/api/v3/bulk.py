"""`{"data": [...]}` in, a `bulk_action_uuid` out. Greenhouse processes these later, the sandbox at once."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Response, request

from greenhouse_sandbox.acts.custom_fields import edit_option
from greenhouse_sandbox.acts.openings import delete_opening
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.api.answers import ApiError, json_response, not_found, one
from greenhouse_sandbox.api.v3 import account, jobs
from greenhouse_sandbox.api.v3.requests import (
    bearer,
    invalid,
    json_body,
    optional_text,
    required_int,
    requires,
)
from greenhouse_sandbox.api.v3.shapes_account import bulk_request
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store.account import BulkRequest

MOST = 500

type Doer = Callable[[Any], int]


@requires("harvest:openings:create")
def create_openings() -> Response:
    return _work_off(lambda entry: jobs.make(_object(entry)).id)


@requires("harvest:openings:update")
def update_openings() -> Response:
    def change(entry: Any) -> int:
        row = one(the_store().openings, required_int(_object(entry), "id"))
        jobs.change(row, entry)
        return row.id

    return _work_off(change)


@requires("harvest:openings:destroy")
def destroy_openings() -> Response:
    def destroy(entry: Any) -> int:
        row = one(the_store().openings, _id(entry))
        delete_opening(the_store(), row)
        return row.id

    return _work_off(destroy)


@requires("harvest:custom_field_options:create")
def create_options() -> Response:
    return _work_off(lambda entry: account.make_option(_object(entry)).id)


@requires("harvest:custom_field_options:update")
def update_options() -> Response:
    def change(entry: Any) -> int:
        store = the_store()
        row = one(store.custom_field_options, required_int(_object(entry), "id"))
        return edit_option(store, row, entry, now=store.clock.now()).id

    return _work_off(change)


@requires("harvest:custom_field_options:destroy")
def destroy_options() -> Response:
    def destroy(entry: Any) -> int:
        store = the_store()
        row = one(store.custom_field_options, _id(entry))
        return edit_option(store, row, {"active": False}, now=store.clock.now()).id

    return _work_off(destroy)


@requires("harvest:bulk_requests:list")
def show_bulk_request(bulk_action_uuid: str) -> Response:
    store = the_store()
    rows = store.bulk_requests.by("bulk_action_uuid", bulk_action_uuid)
    if not rows:
        raise not_found()
    return json_response(bulk_request(store, rows[0]) | {"results": rows[0].results})


def _work_off(do: Doer) -> Response:
    store = the_store()
    body = json_body()
    data = body.get("data")
    if not isinstance(data, list) or not data:
        raise invalid("data", "is missing")
    if len(data) > MOST:
        raise invalid("data", f"array size is greater than: {MOST}")
    results = [_result(do, place, entry) for place, entry in enumerate(data)]
    failed = sum(result["error"] is not None for result in results)
    now = store.clock.now()
    row = store.bulk_requests.insert(
        BulkRequest(
            id=store.bulk_requests.new_id(),
            created_at=now,
            updated_at=now,
            bulk_action_uuid=str(uuid.uuid4()),
            requested_by_user_id=bearer().user.id,
            api_endpoint=f"{request.method} {request.path}",
            record_count=len(results),
            success_count=len(results) - failed,
            failure_count=failed,
            callback_url=optional_text(body, "callback_url"),
            completed_at=now,
            results=results,
        )
    )
    return json_response({"bulk_action_uuid": row.bulk_action_uuid, "status": row.status}, 202)


def _result(do: Doer, place: int, entry: Any) -> dict[str, Any]:
    try:
        return {"index": place, "id": do(entry), "error": None}
    except RefusedError as refusal:
        return {"index": place, "id": None, "error": {refusal.field: refusal.sentence}}
    except ApiError as error:
        return {"index": place, "id": None, "error": error.body}


def _object(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise invalid("data", "is not an array of objects")
    return entry


def _id(entry: Any) -> int:
    if not isinstance(entry, int) or isinstance(entry, bool):
        raise invalid("data", f"`{entry}` is not an integer")
    return entry
