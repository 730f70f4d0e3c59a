from typing import Any

from greenhouse_sandbox.acts import jobs, organisation
from greenhouse_sandbox.acts.progress import pipeline as stages_of
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.commands.wanted import Wanted
from greenhouse_sandbox.store.jobs import JobStage

OWNERS = ("recruiter", "coordinator", "sourcer")


def create(wanted: Wanted) -> dict[str, Any]:
    stages = wanted.members.get("stages", list(jobs.STAGES))
    if not isinstance(stages, list):
        raise RefusedError("stages", "takes a list of names")
    job = jobs.create_job(
        wanted.store,
        name=wanted.needed("name"),
        requisition_id=wanted.text("requisition_id"),
        stages=[str(stage) for stage in stages],
        recruiter_id=_user(wanted, "recruiter"),
        coordinator_id=_user(wanted, "coordinator"),
        hiring_manager_id=_user(wanted, "hiring_manager"),
        now=wanted.now,
        **_places(wanted),
    )
    stage_rows = stages_of(wanted.store, job.id)
    return {
        "job_id": job.id,
        "stages": [{"id": stage_row.id, "name": stage_row.name} for stage_row in stage_rows],
    }


def edit(wanted: Wanted) -> dict[str, Any]:
    """Change fields of the job, or its owners."""
    job = wanted.job()
    owners = {kind: _user(wanted, kind) for kind in OWNERS if kind in wanted.members}
    changes = wanted.given("name", "requisition_id", "notes", "confidential") | _places(wanted)
    for kind, user_id in owners.items():
        jobs.set_owner(wanted.store, job, kind=kind, user_id=user_id, now=wanted.now)
    if changes or not owners:
        jobs.update_job(wanted.store, job, now=wanted.now, **changes)
    return {"job_id": job.id}


def close(wanted: Wanted) -> dict[str, Any]:
    """Close the job. With a reason, active candidates are rejected."""
    job, reason = wanted.job(), None
    if "reject_for" in wanted.members:
        reason = wanted.named(wanted.store.rejection_reasons.rising(), "reject_for", "name").id
    jobs.close_job(wanted.store, job, actor_id=wanted.actor_id, reject_for_id=reason, now=wanted.now)
    return {"job_id": job.id, "status": job.status}


def reopen(wanted: Wanted) -> dict[str, Any]:
    job = wanted.job()
    jobs.reopen_job(wanted.store, job, now=wanted.now)
    return {"job_id": job.id, "status": job.status}


def delete(wanted: Wanted) -> dict[str, Any]:
    job = wanted.job()
    jobs.delete_job(wanted.store, job, now=wanted.now)
    return {"job_id": job.id}


def add_stage(wanted: Wanted) -> dict[str, Any]:
    job, name = wanted.job(), wanted.needed("name")
    stage = jobs.add_stage(wanted.store, job, name=name, place=wanted.number("place"), now=wanted.now)
    return _summary(stage)


def rename_stage(wanted: Wanted) -> dict[str, Any]:
    stage = _stage(wanted)
    jobs.rename_stage(wanted.store, stage, name=wanted.needed("name"), now=wanted.now)
    return _summary(stage)


def place_stage(wanted: Wanted) -> dict[str, Any]:
    stage, place = _stage(wanted), wanted.number("place")
    if place is None or place < 0:
        raise RefusedError("place", "must be a whole number from 0")
    jobs.place_stage(wanted.store, stage, place=place, now=wanted.now)
    return _summary(stage)


def delete_stage(wanted: Wanted) -> dict[str, Any]:
    stage, target = _stage(wanted), None
    if "to_stage" in wanted.members:
        target = wanted.stage(stage.job_id, "to_stage").id
    jobs.delete_stage(wanted.store, stage, to_stage_id=target, actor_id=wanted.actor_id, now=wanted.now)
    return _summary(stage)


def create_post(wanted: Wanted) -> dict[str, Any]:
    live = wanted.flag("live")
    post = jobs.create_post(
        wanted.store,
        wanted.job(),
        title=wanted.needed("title"),
        location=wanted.text("location"),
        live=True if live is None else live,
        internal=bool(wanted.flag("internal")),
        now=wanted.now,
    )
    return {"post_id": post.id, "job_id": post.job_id}


def edit_post(wanted: Wanted) -> dict[str, Any]:
    wanted.flag("live")
    post = wanted.row(wanted.store.job_posts, "post_id")
    jobs.update_post(wanted.store, post, now=wanted.now, **wanted.given("title", "location", "live"))
    return {"post_id": post.id, "job_id": post.job_id}


def delete_post(wanted: Wanted) -> dict[str, Any]:
    post = wanted.row(wanted.store.job_posts, "post_id")
    jobs.delete_post(wanted.store, post, now=wanted.now)
    return {"post_id": post.id, "job_id": post.job_id}


def delete_department(wanted: Wanted) -> dict[str, Any]:
    row = wanted.named(wanted.store.departments.rising(), "department", "name")
    organisation.delete_department(wanted.store, row, now=wanted.now)
    return {"department_id": row.id}


def delete_office(wanted: Wanted) -> dict[str, Any]:
    row = wanted.named(wanted.store.offices.rising(), "office", "name")
    organisation.delete_office(wanted.store, row, now=wanted.now)
    return {"office_id": row.id}


def _user(wanted: Wanted, name: str) -> int | None:
    return wanted.user(name).id if wanted.members.get(name) is not None else None


def _stage(wanted: Wanted) -> JobStage:
    """Find a stage by id alone, or by name within `job`."""
    if "job" in wanted.members:
        return wanted.stage(wanted.job().id)
    return wanted.row(wanted.store.job_stages, "stage")


def _places(wanted: Wanted) -> dict[str, Any]:
    """Find department and offices by id or name; null removes them."""
    store, found = wanted.store, dict[str, Any]()
    if "department" in wanted.members:
        known = wanted.members["department"] is not None
        rows = store.departments.rising()
        found["department_id"] = wanted.named(rows, "department", "name").id if known else None
    if "offices" in wanted.members:
        named = wanted.members["offices"] or []
        if not isinstance(named, list):
            raise RefusedError("offices", "takes a list")
        found["office_ids"] = [
            Wanted(store, {"offices": one}).named(store.offices.rising(), "offices", "name").id
            for one in named
        ]
    return found


def _summary(stage: JobStage) -> dict[str, Any]:
    return {
        "stage_id": stage.id,
        "job_id": stage.job_id,
        "name": stage.name,
        "place": stage.sort_order,
        "active": stage.active,
    }
