"""Carries out the faults that are ordered for deliveries."""

import random
import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.hook_faults import HookFault
from greenhouse_sandbox.store.webhooks import DROPPED, HELD, PENDING, Delivery


def strike(store: Store, delivery: Delivery, now: datetime) -> None:
    """Do to a new delivery what was ordered for it, if anything."""
    fault = store.hook_faults.take(delivery.action, delivery.webhook_id)
    if fault is None:
        return
    delivery.fault = fault.kind
    match fault.kind:
        case "drop":
            delivery.state, delivery.next_attempt_at = DROPPED, None
        case "duplicate":
            _duplicate(store, delivery, fault)
        case "delay":
            delivery.state = PENDING
            delivery.next_attempt_at = now + timedelta(seconds=fault.seconds)
        case "reorder":
            _collect(store, delivery, fault, now)
        case "corrupt_signature":
            delivery.corrupt_attempts = fault.attempts
        case "garble":
            delivery.body = delivery.body[: len(delivery.body) // 2]
    store.deliveries.changed(delivery, now)


def let_go(store: Store, delivery_ids: list[int], now: datetime) -> None:
    """Send deliveries that were collected, one after the other in this order."""
    before: int | None = None
    for delivery_id in delivery_ids:
        delivery = store.deliveries.get(delivery_id)
        if delivery is None or delivery.state != HELD:
            continue
        delivery.after_id, before = before, delivery.id
        if not store.hold_deliveries:
            delivery.state, delivery.next_attempt_at = PENDING, now
        store.deliveries.changed(delivery, now)


def _duplicate(store: Store, delivery: Delivery, fault: HookFault) -> None:
    for _ in range(int(fault.copies)):
        store.deliveries.insert(
            replace(
                delivery,
                id=store.deliveries.new_id(),
                event_id=str(uuid.uuid4()) if fault.new_event_id else delivery.event_id,
                attempts=[],
                copy_of_id=delivery.id,
            )
        )


def _collect(store: Store, delivery: Delivery, fault: HookFault, now: datetime) -> None:
    delivery.state, delivery.next_attempt_at = HELD, None
    store.deliveries.changed(delivery, now)
    fault.collected.append(delivery.id)
    if fault.times <= 0:
        order = list(fault.collected)
        random.Random(fault.random).shuffle(order)  # noqa: S311  (a shuffle that can be repeated, no secret)
        let_go(store, order, now)
