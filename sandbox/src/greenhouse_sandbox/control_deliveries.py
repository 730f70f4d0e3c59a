"""Deliveries under control: list, hold, release in a chosen order, send again."""

import uuid
from dataclasses import replace
from typing import Any

from flask import Response, request

from greenhouse_sandbox.api.answers import ApiError, json_response
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.context import sandbox, the_store, unlocked
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.webhooks import HELD, PENDING, Delivery


def deliveries() -> Response:
    """All deliveries, oldest first; `?action=`, `?state=` and `?webhook_id=` narrow the list."""
    store = the_store()
    rows = list(store.deliveries.rising())
    for name in ("action", "state", "webhook_id"):
        if name in request.args:
            rows = [row for row in rows if str(getattr(row, name)) == request.args[name]]
    return json_response([_shown(store, row) for row in rows])


def hold() -> Response:
    """Keep back what is made from now on."""
    the_store().hold_deliveries = True
    return json_response({"holding": True})


@unlocked
def release() -> Response:
    """Send what is held, one after the other, before answering.

    `{"order": "oldest" | "newest"}`, or `{"ids": [...]}` for chosen ones in that order;
    `{"keep_holding": true}` goes on holding what comes next.
    """
    store = the_store()
    body = request.get_json(silent=True) or {}
    with store.lock:
        held = [row.id for row in store.deliveries.by("state", HELD)]
        chosen = [int(one) for one in body.get("ids", held) if int(one) in held]
        if body.get("order") == "newest":
            chosen.reverse()
        store.hold_deliveries = bool(body.get("keep_holding", False))
    for delivery_id in chosen:
        sandbox().deliverer.deliver_now(delivery_id)
    with store.lock:
        return json_response([_shown(store, store.deliveries[one]) for one in chosen])


@unlocked
def redeliver(delivery_id: int) -> Response:
    """Send the same body `times` more (default 1), with the same event id unless `new_event_id` is true."""
    store = the_store()
    body = request.get_json(silent=True) or {}
    copies = []
    with store.lock:
        original = _delivery(store, delivery_id)
        now = store.clock.now()
        for _ in range(int(body.get("times", 1))):
            copy = replace(
                original,
                id=store.deliveries.new_id(),
                created_at=now,
                updated_at=now,
                event_id=str(uuid.uuid4()) if body.get("new_event_id") else original.event_id,
                # Held, so that the background does not send it too.
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
    """Make an undelivered one due now."""
    store = the_store()
    delivery = _delivery(store, delivery_id)
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
