"""Turns what happened into deliveries."""

import uuid
from typing import Any

from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.people import Candidate
from greenhouse_sandbox.store.webhooks import HELD, PENDING, Delivery
from greenhouse_sandbox.webhooks import payloads
from greenhouse_sandbox.webhooks.signer import body_text


def emit_application(store: Store, action: str, application: Application) -> None:
    """An event about an application, to every enabled web hook for it."""
    _emit(store, action, payloads.application_payload(store, action, application))


def emit_candidate_updated(store: Store, candidate: Candidate) -> None:
    """A person was changed."""
    _emit(store, "update_candidate", payloads.candidate_payload(store, candidate))


def emit_candidate_deleted(store: Store, candidate: Candidate, application_ids: list[int]) -> None:
    """A person was deleted, with these applications."""
    _emit(store, "delete_candidate", payloads.deleted_payload(candidate, application_ids))


def emit_candidate_merged(store: Store, candidate: Candidate, new_candidate_id: int) -> None:
    """A person was merged away. Where only the deletion has a web hook, it fires instead."""
    hooked = any(hook.active and hook.action == "merge_candidate" for hook in store.webhooks.rising())
    if hooked:
        _emit(store, "merge_candidate", payloads.merged_payload(candidate, new_candidate_id))
    else:
        _emit(store, "delete_candidate", payloads.deleted_payload(candidate, []))


def emit_candidate_anonymized(store: Store, candidate: Candidate, fields: list[str]) -> None:
    """A person's details were blanked."""
    _emit(store, "candidate_anonymized", {"candidate_id": candidate.id, "anonymized_fields": fields})


def _emit(store: Store, action: str, payload: dict[str, Any]) -> None:
    now = store.clock.now()
    body = body_text(action, payload)
    for hook in store.webhooks.rising():
        if hook.active and hook.action == action:
            store.deliveries.insert(
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
