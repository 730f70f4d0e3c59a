import uuid
from typing import Any

from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.people import Candidate
from greenhouse_sandbox.store.webhooks import HELD, PENDING, Delivery
from greenhouse_sandbox.webhooks import payloads, shapes
from greenhouse_sandbox.webhooks.delivery import apply_fault, body_text


def emit(store: Store, action: str, payload: dict[str, Any]) -> None:
    """Create deliveries for every enabled webhook of `action`, with the faults that wait for them."""
    now = store.clock.now()
    body = ""
    for hook in store.webhooks.rising():
        if hook.active and hook.action == action:
            body = body or body_text(action, payload)
            delivery = store.deliveries.insert(
                Delivery(
                    id=store.deliveries.new_id(),
                    created_at=now,
                    updated_at=now,
                    webhook_id=hook.id,
                    event_id=str(uuid.uuid4()),
                    action=action,
                    body=body,
                    state=HELD if store.hold_deliveries else PENDING,
                    next_attempt_at=None if store.hold_deliveries else now,
                )
            )
            apply_fault(store, delivery, now)


def emit_application(store: Store, action: str, application: Application) -> None:
    if hooked(store, action):
        emit(store, action, payloads.application_payload(store, action, application))


def emit_candidate_updated(store: Store, candidate: Candidate) -> None:
    emit(store, "update_candidate", shapes.candidate_payload(store, candidate))


def emit_candidate_deleted(store: Store, candidate: Candidate, applications: list[Application]) -> None:
    """A person was deleted, with these applications, oldest first."""
    newest = applications[-1] if applications else None
    ids = [application.id for application in applications]
    emit(store, "delete_candidate", shapes.deleted_payload(candidate, newest, ids))


def emit_candidate_merged(
    store: Store, candidate: Candidate, newest: Application | None, new_candidate_id: int
) -> None:
    """Emit the event of a merge. If only the deletion has a webhook, that one fires instead."""
    if hooked(store, "merge_candidate"):
        emit(store, "merge_candidate", shapes.merged_payload(candidate, newest, new_candidate_id))
    else:
        emit(store, "delete_candidate", shapes.deleted_payload(candidate, newest, []))


def emit_candidate_anonymized(store: Store, candidate: Candidate, fields: list[str]) -> None:
    emit(store, "candidate_anonymized", {"candidate_id": candidate.id, "anonymized_fields": fields})


def hooked(store: Store, action: str) -> bool:
    return any(hook.active and hook.action == action for hook in store.webhooks.rising())
