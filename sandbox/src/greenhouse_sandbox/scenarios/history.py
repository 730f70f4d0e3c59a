"""A history of acts by chance, the same for the same seed and world."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from greenhouse_sandbox.acts import progress
from greenhouse_sandbox.acts.applications import transfer
from greenhouse_sandbox.acts.apply import add_candidate, apply_to_job
from greenhouse_sandbox.acts.persons import merge_candidates
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.acts.stages import pipeline
from greenhouse_sandbox.commands.wanted import Wanted
from greenhouse_sandbox.scenarios.cast import size
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application

WEIGHTS = {
    "apply": 3,
    "move": 12,
    "reject": 3,
    "unreject": 2,
    "hire": 2,
    "unhire": 1,
    "transfer": 2,
    "merge": 1,
}


def history(wanted: Wanted) -> dict[str, Any]:
    """Acts on candidates of `job`, or of all open jobs; what cannot be done is left out."""
    chance = random.Random(wanted.number("random") or 0)  # noqa: S311  (to be repeated, no secret)
    number, now = size(wanted, 100), wanted.now
    jobs = [wanted.job().id] if "job" in wanted.members else _open_jobs(wanted.store)
    if not jobs:
        raise RefusedError("job", "is missing, and no job is open")
    done: Counter[str] = Counter()
    for _ in range(number * 20):
        if done.total() == number:
            break
        act = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        try:
            if _do(wanted, act, jobs, chance, now):
                done[act] += 1
        except RefusedError:
            continue
    return {"acts": dict(sorted(done.items()))}


def _do(wanted: Wanted, act: str, jobs: list[int], chance: random.Random, now: datetime) -> bool:
    store, actor_id = wanted.store, wanted.actor_id
    if act == "apply":
        place = len(store.candidates) + 1
        person = add_candidate(
            store,
            first_name="Guest",
            last_name=f"Number {place}",
            email=f"guest{place}@people.example",
            now=now,
        )
        apply_to_job(store, person, job_id=chance.choice(jobs), actor_id=None, now=now)
        return True
    rows = store.applications.by("job_id", chance.choice(jobs))
    others = store.applications.by("job_id", chance.choice(jobs))
    if not rows or not others:
        return False
    one = chance.choice(rows)
    if act == "merge":
        other = store.candidates[chance.choice(others).candidate_id]
        merge_candidates(store, store.candidates[one.candidate_id], other, now=now)
        return True
    _APPLICATION_ACTS[act](store, one, chance, actor_id, now)
    return True


def _move(store: Store, one: Application, chance: random.Random, actor_id: int, now: datetime) -> None:
    stage = chance.choice(pipeline(store, one.job_id))
    progress.move(store, one, stage, actor_id=actor_id, now=now)


def _reject(store: Store, one: Application, chance: random.Random, actor_id: int, now: datetime) -> None:
    reasons = [reason.id for reason in store.rejection_reasons.rising()]
    reason_id = chance.choice(reasons) if reasons else None
    progress.reject(store, one, reason_id=reason_id, notes="", actor_id=actor_id, now=now)


def _transfer(store: Store, one: Application, chance: random.Random, actor_id: int, now: datetime) -> None:
    transfer(store, one, job_id=chance.choice(_open_jobs(store)), actor_id=actor_id, now=now)


_APPLICATION_ACTS: dict[str, Callable[[Store, Application, random.Random, int, datetime], None]] = {
    "move": _move,
    "reject": _reject,
    "unreject": lambda store, one, _, who, now: progress.unreject(store, one, actor_id=who, now=now),
    "hire": lambda store, one, _, who, now: progress.hire(store, one, actor_id=who, now=now),
    "unhire": lambda store, one, _, who, now: progress.unhire(store, one, actor_id=who, now=now),
    "transfer": _transfer,
}


def _open_jobs(store: Store) -> list[int]:
    return [job.id for job in store.jobs.rising() if job.status == "open" and not job.is_template]
