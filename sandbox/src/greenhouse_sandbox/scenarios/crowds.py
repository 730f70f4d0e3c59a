"""Many things at once, and many things unsaid."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from greenhouse_sandbox.acts.progress import move, reject
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.commands.wanted import Wanted
from greenhouse_sandbox.scenarios.cast import candidates_before, job_of, size, stage_of
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import IN_PROCESS, Application


def burst(wanted: Wanted) -> dict[str, Any]:
    """Many stage moves in one moment. Missing candidates are made first, in silence."""
    job = job_of(wanted)
    stage = stage_of(wanted, job)
    people = _gather(wanted, size(wanted, 500))
    for one in people:
        move(wanted.store, one, stage, actor_id=wanted.actor_id, now=wanted.now)
    return {"moved": len(people), "stage_id": stage.id, "application_ids": [one.id for one in people]}


def bulk_reject(wanted: Wanted) -> dict[str, Any]:
    """One rejection each."""
    job, store, number, reason = job_of(wanted), wanted.store, size(wanted, 50), None
    if "reason" in wanted.members:
        reason = wanted.named(store.rejection_reasons.rising(), "reason", "name").id
    active = [one for one in store.applications.by("job_id", job.id) if one.status == IN_PROCESS][:number]
    for one in active:
        reject(store, one, reason_id=reason, notes="", actor_id=wanted.actor_id, now=wanted.now)
    return {"rejected": len(active), "application_ids": [one.id for one in active]}


def day_without_webhooks(wanted: Wanted) -> dict[str, Any]:
    """Moves that are spread over the last hours; what would have been sent is marked as dropped."""
    hours = wanted.number("hours")
    if hours is not None and hours < 1:
        raise RefusedError("hours", "takes a whole number from 1")
    job, now = job_of(wanted), wanted.now
    stage = stage_of(wanted, job)
    number, start = size(wanted, 30), now - timedelta(hours=hours or 24)
    with silence(wanted.store):
        people = candidates_before(wanted.store, job, stage, number, start)
        for place, one in enumerate(people):
            when = start + (now - start) * place / number
            move(wanted.store, one, stage, actor_id=wanted.actor_id, now=when)
    return {"moved": len(people), "stage_id": stage.id, "application_ids": [one.id for one in people]}


def lost_and_shuffled(wanted: Wanted) -> dict[str, Any]:
    """A burst on a bad line."""
    job, store = job_of(wanted), wanted.store
    stage, number, seed = stage_of(wanted, job), size(wanted, 60), wanted.number("random") or 0
    people = _gather(wanted, number)
    share = max(1, number // 6)
    for order in (
        {"kind": "drop"},
        {"kind": "duplicate", "copies": 2},
        {"kind": "duplicate", "new_event_id": True},
        {"kind": "delay", "seconds": 90},
        {"kind": "corrupt_signature"},
    ):
        store.hook_faults.add({"action": "candidate_stage_change", "times": share, **order})
    rest = number - 5 * share
    if rest > 0:
        store.hook_faults.add(
            {"kind": "reorder", "action": "candidate_stage_change", "times": rest, "random": seed}
        )
    for one in people:
        move(store, one, stage, actor_id=wanted.actor_id, now=wanted.now)
    return {"moved": len(people), "stage_id": stage.id, "application_ids": [one.id for one in people]}


@contextmanager
def silence(store: Store) -> Iterator[None]:
    """Nothing is sent of what happens inside; it stays in the log as dropped."""
    former, store.hook_faults = store.hook_faults, type(store.hook_faults)()
    store.hook_faults.add({"kind": "drop", "times": 10**9})
    try:
        yield
    finally:
        store.hook_faults = former


def _gather(wanted: Wanted, number: int) -> list[Application]:
    job = job_of(wanted)
    with silence(wanted.store):
        return candidates_before(wanted.store, job, stage_of(wanted, job), number, wanted.now)
