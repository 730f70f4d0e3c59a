"""The control plane under `/_sandbox`: JSON in, JSON out, for tests and demos; from this machine only."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request

from greenhouse_sandbox.api.answers import ApiError, error_response, json_response
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.context import sandbox, the_store, unlocked
from greenhouse_sandbox.control_acts import act, list_acts, list_scenarios, scenario
from greenhouse_sandbox.control_deliveries import deliveries, hold, redeliver, release, retry
from greenhouse_sandbox.control_faults import (
    add_fault,
    add_hook_fault,
    clear_faults,
    clear_hook_faults,
    show_faults,
    show_hook_faults,
)
from greenhouse_sandbox.loopback import refuse_strangers
from greenhouse_sandbox.store.switches import CHOICES, NUMBERS, checked_switches, default_switches


def make_blueprint() -> Blueprint:
    """All routes of the control plane."""
    blueprint = Blueprint("control", __name__)
    routes: list[tuple[str, str, Callable[..., Response]]] = [
        ("GET", "/health", health),
        ("POST", "/reset", reset),
        ("GET", "/clock", show_clock),
        ("POST", "/clock", move_clock),
        ("GET", "/switches", show_switches),
        ("POST", "/switches", set_switches),
        ("GET", "/faults", show_faults),
        ("POST", "/faults", add_fault),
        ("DELETE", "/faults", clear_faults),
        ("GET", "/webhook-faults", show_hook_faults),
        ("POST", "/webhook-faults", add_hook_fault),
        ("DELETE", "/webhook-faults", clear_hook_faults),
        ("GET", "/acts", list_acts),
        ("POST", "/act", act),
        ("GET", "/scenarios", list_scenarios),
        ("POST", "/scenario", scenario),
        ("GET", "/calls", show_calls),
        ("POST", "/wait-until-idle", wait_until_idle),
        ("GET", "/deliveries", deliveries),
        ("POST", "/deliveries/hold", hold),
        ("POST", "/deliveries/release", release),
        ("POST", "/deliveries/<int:delivery_id>/redeliver", redeliver),
        ("POST", "/deliveries/<int:delivery_id>/retry", retry),
    ]
    for method, path, view in routes:
        blueprint.add_url_rule(path, f"{method} {path}".replace(".", ""), view, methods=[method])
    blueprint.before_request(refuse_strangers)
    blueprint.register_error_handler(ApiError, error_response)
    return blueprint


def health() -> Response:
    """That it runs, and how much it holds."""
    store = the_store()
    return json_response({"ok": True, "rows": {name: len(table) for name, table in store.tables().items()}})


def reset() -> Response:
    """Start again: `{"seed": "demo" | "empty"}`, or `{"seed": "sized", "applications": n, "random": n}`.

    Clock, switches, faults, credentials, web hooks and counts go back too.
    """
    body = _body()
    world, chance = str(body.get("seed", "demo")), body.get("random", 0)
    if isinstance(chance, bool) or not isinstance(chance, int):
        raise _wrong("The member random takes a whole number.")
    try:
        sandbox().restart(world, applications=body.get("applications"), random=chance)
    except ValueError as error:
        raise _wrong(str(error)) from error
    return json_response({"seed": world, "applications": len(the_store().applications)})


def show_clock() -> Response:
    """The sandbox's time."""
    return json_response({"now": milliseconds(the_store().clock.now())})


def move_clock() -> Response:
    """`{"set": "<ISO 8601>"}`, `{"advance_seconds": n}`, or `{"to_next_attempt": true}` for the retries."""
    body, clock = _body(), the_store().clock
    try:
        if body.get("to_next_attempt"):
            due = sandbox().deliverer.next_attempt_at()
            if due is not None and due > clock.now():
                clock.set(due)
        elif "set" in body:
            moment = datetime.fromisoformat(body["set"])
            if moment.tzinfo is None:
                raise ValueError("the moment has no time zone")
            clock.set(moment)
        else:
            clock.advance(timedelta(seconds=float(body["advance_seconds"])))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _wrong(
            f"Give `set` (ISO 8601 with a zone), `advance_seconds` (a number) or `to_next_attempt`: {error}."
        ) from error
    return show_clock()


def show_switches() -> Response:
    """All switches, their values and what they can be."""
    choices = {name: list(values) for name, values in CHOICES.items()}
    return json_response({"values": the_store().switches, "choices": choices, "numbers": list(NUMBERS)})


def set_switches() -> Response:
    """Set the named switches; an empty object sets all to their defaults."""
    body = _body()
    try:
        the_store().switches.update(checked_switches(body) or default_switches())
    except ValueError as error:
        raise _wrong(str(error)) from error
    return show_switches()


def show_calls() -> Response:
    """The last API calls, oldest first; `?path=/v3/notes` for those under a path."""
    return json_response(sandbox().calls.list(request.args.get("path", "")))


@unlocked
def wait_until_idle() -> Response:
    """Wait at most `timeout_seconds` (default 10) until no delivery is due or under way: `{"idle": bool}`."""
    seconds = float(_body().get("timeout_seconds", 10))
    return json_response({"idle": sandbox().deliverer.wait_until_idle(seconds)})


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True) if request.get_data() else {}
    if not isinstance(body, dict):
        raise _wrong("The body must be a JSON object, sent as application/json.")
    return body


def _wrong(sentence: str) -> ApiError:
    return ApiError(422, {"message": sentence})
