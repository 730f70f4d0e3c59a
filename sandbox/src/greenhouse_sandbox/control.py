"""The control plane under `/_sandbox`: JSON in, JSON out, for tests and demos. Local requests only."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.api.answers import ApiError, error_response, json_response
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.commands.catalogue import ALWAYS, COMMANDS, carry_out
from greenhouse_sandbox.context import sandbox, the_store, unlocked
from greenhouse_sandbox.faults import KINDS
from greenhouse_sandbox.loopback import refuse_strangers
from greenhouse_sandbox.reading import read_json, whole_number
from greenhouse_sandbox.scenarios.catalogue import SCENARIOS, play
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.store import CHOICES, NUMBERS, checked_switches, default_switches
from greenhouse_sandbox.store.webhooks import DELIVERED, EVENTS, HELD, PENDING, Delivery
from greenhouse_sandbox.store.webhooks import KINDS as HOOK_KINDS
from greenhouse_sandbox.webhooks.delivery import send_collected

#: of one delivery, in one call
MOST_COPIES = 1000


def list_acts() -> Response:
    return json_response(
        {
            name: {"does": one.text, "members": [*one.members.split(), *sorted(ALWAYS - {"act"})]}
            for name, one in COMMANDS.items()
        }
    )


def act() -> Response:
    """`{"act": "move", "application_id": 1, "stage": "Offer"}`, or `{"acts": [...]}`, up to the first refusal."""
    body = _body()
    if "acts" not in body:
        return json_response(_done(body, None))
    orders = body["acts"]
    if not isinstance(orders, list) or not all(isinstance(order, dict) for order in orders):
        raise ApiError(422, {"message": "acts takes a list of objects."})
    return json_response({"done": [_done(order, place) for place, order in enumerate(orders)]})


def list_scenarios() -> Response:
    return json_response(
        {name: {"does": one.text, "members": one.members.split()} for name, one in SCENARIOS.items()}
    )


def scenario() -> Response:
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


def deliveries() -> Response:
    """Oldest first; `?action=`, `?state=` and `?webhook_id=` narrow the list."""
    store = the_store()
    rows = list(store.deliveries.rising())
    for name in ("action", "state", "webhook_id"):
        if name in request.args:
            rows = [row for row in rows if str(getattr(row, name)) == request.args[name]]
    return json_response([_shown(store, row) for row in rows])


def hold() -> Response:
    the_store().hold_deliveries = True
    return json_response({"holding": True})


@unlocked
def release() -> Response:
    """Send held deliveries one by one: `{"order": "oldest" | "newest"}`, `{"ids": [...]}`, `{"keep_holding": true}`."""
    store = the_store()
    body = _body()
    with store.lock:
        held = [row.id for row in store.deliveries.by("state", HELD)]
        wanted = body.get("ids", held)
        if not isinstance(wanted, list):
            raise _wrong("ids must be a list of ids of deliveries.")
        chosen = [one for one in map(whole_number, wanted) if one is not None and one in held]
        if body.get("order") == "newest":
            chosen.reverse()
        store.hold_deliveries = bool(body.get("keep_holding", False))
    for delivery_id in chosen:
        sandbox().deliverer.deliver_now(delivery_id)
    with store.lock:
        return json_response([_shown(store, store.deliveries[one]) for one in chosen])


@unlocked
def redeliver(delivery_id: int) -> Response:
    """Send the same body again, `times` times (default 1), with the same event id unless `new_event_id` is true."""
    store = the_store()
    body = _body()
    times = whole_number(body.get("times", 1))
    if times is None or not 1 <= times <= MOST_COPIES:
        raise _wrong(f"times must be a whole number from 1 to {MOST_COPIES}.")
    copies = []
    with store.lock:
        original = _delivery(store, delivery_id)
        now = store.clock.now()
        for _ in range(times):
            copy = replace(
                original,
                id=store.deliveries.new_id(),
                created_at=now,
                updated_at=now,
                event_id=str(uuid.uuid4()) if body.get("new_event_id") else original.event_id,
                # Held, so that the background thread doesn't send it as well.
                state=HELD,
                next_attempt_at=None,
                attempts=[],
                copy_of_id=original.id,
            )
            copies.append(store.deliveries.insert(copy).id)
    for copy_id in copies:
        sandbox().deliverer.deliver_now(copy_id)
    with store.lock:
        return json_response([_shown(store, store.deliveries[one]) for one in copies])


def retry(delivery_id: int) -> Response:
    store = the_store()
    delivery = _delivery(store, delivery_id)
    if delivery.state == DELIVERED:
        raise _wrong("It was delivered; redeliver sends it again.")
    now = store.clock.now()
    delivery.state, delivery.next_attempt_at = PENDING, now
    store.deliveries.changed(delivery, now)
    return json_response(_shown(store, delivery))


def _delivery(store: Store, delivery_id: int) -> Delivery:
    delivery = store.deliveries.get(delivery_id)
    if delivery is None:
        raise ApiError(404, {"message": f"There is no delivery {delivery_id}."})
    return delivery


def _shown(store: Store, row: Delivery) -> dict[str, Any]:
    hook = store.webhooks.get(row.webhook_id)
    return {
        "id": row.id,
        "webhook_id": row.webhook_id,
        "webhook": hook.name if hook else None,
        "action": row.action,
        "event_id": row.event_id,
        "state": row.state,
        "created_at": milliseconds(row.created_at),
        "next_attempt_at": milliseconds(row.next_attempt_at),
        "attempts": row.attempts,
        "copy_of_id": row.copy_of_id,
        "fault": row.fault,
        "body": row.body,
    }


def show_faults() -> Response:
    """Faults that wait for a call, and the kinds of fault."""
    return json_response(
        {"open": sandbox().faults.list(), "kinds": {name: text for name, (_, text) in KINDS.items()}}
    )


def add_fault() -> Response:
    """Inject a fault: `{"kind": "fail", "method": "POST", "path": "/v3/notes", "status": 503, "times": 2}`."""
    try:
        fault = sandbox().faults.add(_body())
    except ValueError as error:
        raise ApiError(422, {"message": str(error)}) from error
    return json_response(vars(fault), 201)


def clear_faults() -> Response:
    sandbox().faults.clear()
    return json_response({"open": []})


def show_hook_faults() -> Response:
    """Faults that wait for a delivery, and the kinds of fault."""
    return json_response({"open": the_store().hook_faults.orders(), "kinds": HOOK_KINDS})


def add_hook_fault() -> Response:
    """Inject a fault: `{"kind": "drop", "action": "candidate_stage_change", "times": 3}`."""
    body = _body()
    action = body.get("action", "")
    if action and str(action) not in EVENTS:
        raise ApiError(422, {"message": f"There is no action {action!r}. Known: {', '.join(EVENTS)}."})
    try:
        fault = the_store().hook_faults.add(body)
    except ValueError as error:
        raise ApiError(422, {"message": str(error)}) from error
    return json_response(vars(fault), 201)


def clear_hook_faults() -> Response:
    """Drop all faults that wait. Deliveries collected for a shuffle are sent."""
    store = the_store()
    send_collected(store, store.hook_faults.clear(), store.clock.now())
    return json_response({"open": []})


def make_blueprint() -> Blueprint:
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
    store = the_store()
    return json_response({"ok": True, "rows": {name: len(table) for name, table in store.tables().items()}})


def reset() -> Response:
    """`{"seed": "demo" | "empty"}`, or `{"seed": "sized", "applications": n, "random": n}`. Resets everything."""
    body = _body()
    world, chance = str(body.get("seed", "demo")), body.get("random", 0)
    if isinstance(chance, bool) or not isinstance(chance, int):
        raise _wrong("random must be a whole number.")
    try:
        sandbox().restart(world, applications=body.get("applications"), random=chance)
    except ValueError as error:
        raise _wrong(str(error)) from error
    return json_response({"seed": world, "applications": len(the_store().applications)})


def show_clock() -> Response:
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
    choices = {name: list(values) for name, values in CHOICES.items()}
    return json_response({"values": the_store().switches, "choices": choices, "numbers": list(NUMBERS)})


def set_switches() -> Response:
    """Set the named switches. An empty object resets all."""
    body = _body()
    try:
        the_store().switches.update(checked_switches(body) or default_switches())
    except ValueError as error:
        raise _wrong(str(error)) from error
    return show_switches()


def show_calls() -> Response:
    """The last API calls, oldest first; `?path=/v3/notes` narrows them to a path."""
    return json_response(sandbox().calls.list(request.args.get("path", "")))


@unlocked
def wait_until_idle() -> Response:
    """Wait until no delivery is due or in progress, at most `timeout_seconds` (default 10): `{"idle": bool}`."""
    seconds = _body().get("timeout_seconds", 10)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise _wrong("timeout_seconds must be a number.")
    return json_response({"idle": sandbox().deliverer.wait_until_idle(seconds)})


def _body() -> dict[str, Any]:
    raw = request.get_data()
    if not raw:
        return {}
    try:
        body = read_json(raw) if request.is_json else None
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _wrong("The body must be a JSON object, sent as application/json.")
    return body


def _wrong(sentence: str) -> ApiError:
    return ApiError(422, {"message": sentence})
