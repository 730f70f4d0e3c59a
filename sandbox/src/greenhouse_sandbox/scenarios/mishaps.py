"""What is easily misunderstood from outside."""

from typing import Any

from greenhouse_sandbox.acts.persons import merge_candidates
from greenhouse_sandbox.acts.pipeline import delete_stage, place_stage, rename_stage
from greenhouse_sandbox.acts.progress import hire, move, unhire
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.acts.stages import current_stage, pipeline
from greenhouse_sandbox.commands.wanted import Wanted
from greenhouse_sandbox.scenarios.cast import STAGE, job_of
from greenhouse_sandbox.store.applications import IN_PROCESS, Application


def merge_looks_like_delete(wanted: Wanted) -> dict[str, Any]:
    """The web hooks for merges stay silent, so that the one for deletions speaks."""
    store = wanted.store
    if wanted.members.keys() & {"candidate", "candidate_id"}:
        loser = wanted.candidate()
    else:
        loser = next(
            one for one in store.candidates.falling() if store.applications.by("candidate_id", one.id)
        )
    if "into" in wanted.members:
        winner = wanted.candidate("into")
    else:
        winner = next(one for one in store.candidates.rising() if one.id != loser.id)
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
    """Between the present stage and another."""
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
    """Hired by mistake."""
    one = _somebody(wanted)
    hire(wanted.store, one, actor_id=wanted.actor_id, now=wanted.now)
    unhire(wanted.store, one, actor_id=wanted.actor_id, now=wanted.now)
    return {"application_id": one.id, "status": one.status}


def pipeline_rebuilt(wanted: Wanted) -> dict[str, Any]:
    """Stages under other names, in another order, and one less; only the removal has a web hook."""
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
    """Whom the order names, else the first active candidate of the job."""
    if wanted.members.keys() & {"application_id", "candidate", "candidate_id"}:
        return wanted.application()
    job = job_of(wanted)
    active = (one for one in wanted.store.applications.by("job_id", job.id) if one.status == IN_PROCESS)
    one = next(active, None)
    if one is None:
        raise RefusedError("job", "has no active candidate")
    return one
