"""What shall go wrong with calls and with web hooks, ordered through the control plane."""

from typing import Any

from flask import Response, request

from greenhouse_sandbox.api.answers import ApiError, json_response
from greenhouse_sandbox.context import sandbox, the_store
from greenhouse_sandbox.faults import KINDS
from greenhouse_sandbox.store.hook_faults import KINDS as HOOK_KINDS
from greenhouse_sandbox.webhooks.events import EVENTS
from greenhouse_sandbox.webhooks.misfortune import let_go


def show_faults() -> Response:
    """The open orders, and the kinds there are."""
    return json_response(
        {"open": sandbox().faults.list(), "kinds": {name: text for name, (_, text) in KINDS.items()}}
    )


def add_fault() -> Response:
    """Order a fault: `{"kind": "fail", "method": "POST", "path": "/v3/notes", "status": 503, "times": 2}`."""
    try:
        fault = sandbox().faults.add(_body())
    except ValueError as error:
        raise ApiError(422, {"message": str(error)}) from error
    return json_response(vars(fault), 201)


def clear_faults() -> Response:
    """Drop all open orders."""
    sandbox().faults.clear()
    return json_response({"open": []})


def show_hook_faults() -> Response:
    """The open orders for web hooks, and the kinds there are."""
    return json_response({"open": the_store().hook_faults.orders(), "kinds": HOOK_KINDS})


def add_hook_fault() -> Response:
    """Order one: `{"kind": "drop", "action": "candidate_stage_change", "times": 3}`."""
    body = _body()
    action = body.get("action", "")
    if action and action not in EVENTS:
        raise ApiError(422, {"message": f"There is no action {action!r}. Known: {', '.join(EVENTS)}."})
    try:
        fault = the_store().hook_faults.add(body)
    except ValueError as error:
        raise ApiError(422, {"message": str(error)}) from error
    return json_response(vars(fault), 201)


def clear_hook_faults() -> Response:
    """Drop all open orders; what was being collected for a shuffle is sent."""
    store = the_store()
    let_go(store, store.hook_faults.clear(), store.clock.now())
    return json_response({"open": []})
