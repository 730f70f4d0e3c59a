"""Stories to play by name: bursts, missing webhooks, and sequences of events that integrations easily misinterpret."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from greenhouse_sandbox.acts import progress
from greenhouse_sandbox.acts.applications import add_candidate, apply_to_job, transfer
from greenhouse_sandbox.acts.candidates import merge_candidates
from greenhouse_sandbox.acts.jobs import delete_stage, place_stage, rename_stage
from greenhouse_sandbox.acts.progress import current_stage, hire, move, pipeline, reject, unhire
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.commands.wanted import Wanted
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import IN_PROCESS, Application
from greenhouse_sandbox.store.jobs import Job, JobStage

STAGE = "Assessment"
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


def size(wanted: Wanted, default: int) -> int:
    number = wanted.number("n")
    if number is not None and number < 1:
        raise RefusedError("n", "must be a whole number from 1")
    return number or default


def job_of(wanted: Wanted) -> Job:
    """`job`, or the first open one."""
    if "job" in wanted.members:
        return wanted.job()
    job = next((one for one in wanted.store.jobs.rising() if one.status == "open"), None)
    if job is None:
        raise RefusedError("job", "is missing, and no job is open")
    return job


def stage_of(wanted: Wanted, job: Job) -> JobStage:
    """`stage`, by default Assessment."""
    order = {"stage": wanted.members.get("stage", STAGE)}
    return Wanted(wanted.store, order).stage(job.id)


def candidates_before(
    store: Store, job: Job, stage: JobStage, number: int, now: datetime
) -> list[Application]:
    """Active applications of the job that aren't at `stage`; creates missing ones."""
    found = []
    for application in store.applications.by("job_id", job.id):
        at = current_stage(store, application)
        if application.status == IN_PROCESS and at is not None and at.id != stage.id:
            found.append(application)
        if len(found) == number:
            return found
    while len(found) < number:
        place = len(store.candidates) + 1
        person = add_candidate(
            store,
            first_name="Extra",
            last_name=f"Number {place}",
            email=f"extra{place}@people.example",
            now=now,
        )
        found.append(apply_to_job(store, person, job_id=job.id, actor_id=None, now=now))
    return found


def burst(wanted: Wanted) -> dict[str, Any]:
    """Make many stage moves at once. Missing candidates are created first, without a webhook."""
    job = job_of(wanted)
    stage = stage_of(wanted, job)
    people = _gather(wanted, size(wanted, 500))
    for person in people:
        move(wanted.store, person, stage, actor_id=wanted.actor_id, now=wanted.now)
    return {"moved": len(people), "stage_id": stage.id, "application_ids": [person.id for person in people]}


def bulk_reject(wanted: Wanted) -> dict[str, Any]:
    job, store, number, reason = job_of(wanted), wanted.store, size(wanted, 50), None
    if "reason" in wanted.members:
        reason = wanted.named(store.rejection_reasons.rising(), "reason", "name").id
    active = [
        application
        for application in store.applications.by("job_id", job.id)
        if application.status == IN_PROCESS
    ][:number]
    for application in active:
        reject(store, application, reason_id=reason, notes="", actor_id=wanted.actor_id, now=wanted.now)
    return {"rejected": len(active), "application_ids": [application.id for application in active]}


def day_without_webhooks(wanted: Wanted) -> dict[str, Any]:
    """Make moves during the last hours, and mark their deliveries as dropped."""
    hours = wanted.number("hours")
    if hours is not None and hours < 1:
        raise RefusedError("hours", "must be a whole number from 1")
    job, now = job_of(wanted), wanted.now
    stage = stage_of(wanted, job)
    number, start = size(wanted, 30), now - timedelta(hours=hours or 24)
    with silence(wanted.store):
        people = candidates_before(wanted.store, job, stage, number, start)
        for place, one in enumerate(people):
            when = start + (now - start) * place / number
            move(wanted.store, one, stage, actor_id=wanted.actor_id, now=when)
    return {"moved": len(people), "stage_id": stage.id, "application_ids": [person.id for person in people]}


def lost_and_shuffled(wanted: Wanted) -> dict[str, Any]:
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
    for person in people:
        move(store, person, stage, actor_id=wanted.actor_id, now=wanted.now)
    return {"moved": len(people), "stage_id": stage.id, "application_ids": [person.id for person in people]}


@contextmanager
def silence(store: Store) -> Iterator[None]:
    """Deliveries created within the block are dropped, and logged as such."""
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


def merge_looks_like_delete(wanted: Wanted) -> dict[str, Any]:
    """Merge candidates with merge webhooks disabled, so that the deletion webhook fires."""
    store = wanted.store
    if wanted.members.keys() & {"candidate", "candidate_id"}:
        loser = wanted.candidate()
    else:
        loser = next(
            candidate
            for candidate in store.candidates.falling()
            if store.applications.by("candidate_id", candidate.id)
        )
    if "into" in wanted.members:
        winner = wanted.candidate("into")
    else:
        winner = next(candidate for candidate in store.candidates.rising() if candidate.id != loser.id)
    muted = [hook for hook in store.webhooks.rising() if hook.active and hook.action == "merge_candidate"]
    for hook in muted:
        hook.active = False
    try:
        merge_candidates(store, loser, winner, now=wanted.now)
    finally:
        for hook in muted:
            hook.active = True
    return {"merged_id": loser.id, "candidate_id": winner.id}


def there_and_back(wanted: Wanted) -> dict[str, Any]:
    store, one = wanted.store, _somebody(wanted)
    home = current_stage(store, one)
    others = [stage for stage in pipeline(store, one.job_id) if home and stage.id != home.id]
    if home is None or not others:
        raise RefusedError("application_id", "has no other stage to go to")
    away = wanted.stage(one.job_id) if "stage" in wanted.members else others[0]
    times = wanted.number("times") or 2
    for _ in range(times):
        for stage in (away, home):
            move(store, one, stage, actor_id=wanted.actor_id, now=wanted.now)
    return {"application_id": one.id, "moved": 2 * times, "stage_id": home.id}


def hired_and_back(wanted: Wanted) -> dict[str, Any]:
    one = _somebody(wanted)
    hire(wanted.store, one, actor_id=wanted.actor_id, now=wanted.now)
    unhire(wanted.store, one, actor_id=wanted.actor_id, now=wanted.now)
    return {"application_id": one.id, "status": one.status}


def pipeline_rebuilt(wanted: Wanted) -> dict[str, Any]:
    """Rename and reorder stages, and remove one. Only the removal has a webhook."""
    job, store, now = job_of(wanted), wanted.store, wanted.now
    stages = pipeline(store, job.id)
    gone = Wanted(store, {"stage": wanted.members.get("stage", STAGE)}).stage(job.id)
    left = [stage for stage in stages if stage.id != gone.id]
    if not left:
        raise RefusedError("stage", "is the only stage of its job")
    target = wanted.stage(job.id, "to_stage") if "to_stage" in wanted.members else left[0]
    for stage in stages:
        rename_stage(store, stage, name=f"{stage.name} (new)", now=now)
    for stage in stages:
        place_stage(store, stage, place=0, now=now)
    delete_stage(store, gone, to_stage_id=target.id, actor_id=wanted.actor_id, now=now)
    return {"job_id": job.id, "removed_id": gone.id, "to_stage_id": target.id}


def _somebody(wanted: Wanted) -> Application:
    """The named candidate, or the job's first active one."""
    if wanted.members.keys() & {"application_id", "candidate", "candidate_id"}:
        return wanted.application()
    job = job_of(wanted)
    active = (
        application
        for application in wanted.store.applications.by("job_id", job.id)
        if application.status == IN_PROCESS
    )
    one = next(active, None)
    if one is None:
        raise RefusedError("job", "has no active candidate")
    return one


def history(wanted: Wanted) -> dict[str, Any]:
    """Perform random acts on candidates of `job` or of all open jobs. Refused acts are skipped."""
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
    "unreject": lambda store, application, _, who, now: progress.unreject(
        store, application, actor_id=who, now=now
    ),
    "hire": lambda store, application, _, who, now: progress.hire(store, application, actor_id=who, now=now),
    "unhire": lambda store, application, _, who, now: progress.unhire(
        store, application, actor_id=who, now=now
    ),
    "transfer": _transfer,
}


def _open_jobs(store: Store) -> list[int]:
    return [job.id for job in store.jobs.rising() if job.status == "open" and not job.is_template]
