"""The control plane's way to act: every act by name, and whole stories."""

from typing import Any

from flask import Response, request

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.api.answers import ApiError, json_response
from greenhouse_sandbox.commands.catalogue import ALWAYS, COMMANDS, carry_out
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.scenarios.catalogue import SCENARIOS, play


def list_acts() -> Response:
    """Every act with its members."""
    return json_response(
        {
            name: {"does": one.text, "members": [*one.members.split(), *sorted(ALWAYS - {"act"})]}
            for name, one in COMMANDS.items()
        }
    )


def act() -> Response:
    """`{"act": "move", "application_id": 1, "stage": "Offer"}`, or `{"acts": [...]}` for several in turn.

    Several stop at the first that is refused; those before it are done.
    """
    body = _body()
    if "acts" not in body:
        return json_response(_done(body, None))
    orders = body["acts"]
    if not isinstance(orders, list) or not all(isinstance(one, dict) for one in orders):
        raise ApiError(422, {"message": "acts takes a list of objects."})
    return json_response({"done": [_done(order, place) for place, order in enumerate(orders)]})


def list_scenarios() -> Response:
    """Every story with its members."""
    return json_response(
        {name: {"does": one.text, "members": one.members.split()} for name, one in SCENARIOS.items()}
    )


def scenario() -> Response:
    """`{"scenario": "burst", "n": 500}`."""
    try:
        return json_response(play(the_store(), _body()))
    except RefusedError as refusal:
        raise _refused(refusal, None) from refusal


def _done(order: dict[str, Any], place: int | None) -> dict[str, Any]:
    try:
        return {"act": order.get("act")} | carry_out(the_store(), order)
    except RefusedError as refusal:
        raise _refused(refusal, place) from refusal


def _refused(refusal: RefusedError, place: int | None) -> ApiError:
    where = "Nothing was done" if place is None else f"Act {place} of the list was not done"
    return ApiError(
        422,
        {"message": f"{where}: {refusal.field} {refusal.sentence}.", "field": refusal.field, "done": place},
    )
