from typing import Any

from greenhouse_sandbox.acts import applications, progress
from greenhouse_sandbox.acts.feed import add_note
from greenhouse_sandbox.acts.progress import current_stage
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.commands.wanted import Wanted
from greenhouse_sandbox.store.applications import Application


def move(wanted: Wanted) -> dict[str, Any]:
    one = wanted.application()
    stage = wanted.stage(one.job_id)
    progress.move(wanted.store, one, stage, actor_id=wanted.actor_id, now=wanted.now)
    return _summary(wanted, one)


def advance(wanted: Wanted) -> dict[str, Any]:
    one = wanted.application()
    stage = progress.next_stage(wanted.store, one)
    progress.move(wanted.store, one, stage, actor_id=wanted.actor_id, now=wanted.now)
    return _summary(wanted, one)


def transfer(wanted: Wanted) -> dict[str, Any]:
    one, job = wanted.application(), wanted.job("to_job")
    stage_id = wanted.stage(job.id).id if "stage" in wanted.members else None
    applications.transfer(
        wanted.store, one, job_id=job.id, stage_id=stage_id, actor_id=wanted.actor_id, now=wanted.now
    )
    return _summary(wanted, one)


def convert(wanted: Wanted) -> dict[str, Any]:
    which = {name: value for name, value in wanted.members.items() if name != "job"}
    one, job = Wanted(wanted.store, which).application(), wanted.job()
    stage_id = wanted.stage(job.id).id if "stage" in wanted.members else None
    made = applications.convert_prospect(
        wanted.store, one, job_id=job.id, stage_id=stage_id, actor_id=wanted.actor_id, now=wanted.now
    )
    return _summary(wanted, made) | {"converted_id": one.id}


def reject(wanted: Wanted) -> dict[str, Any]:
    one, store = wanted.application(), wanted.store
    reason = None
    if "reason" in wanted.members:
        reason = wanted.named(store.rejection_reasons.rising(), "reason", "name").id
    notes = wanted.text("notes") or ""
    progress.reject(store, one, reason_id=reason, notes=notes, actor_id=wanted.actor_id, now=wanted.now)
    return _summary(wanted, one)


def unreject(wanted: Wanted) -> dict[str, Any]:
    one = wanted.application()
    progress.unreject(wanted.store, one, actor_id=wanted.actor_id, now=wanted.now)
    return _summary(wanted, one)


def hire(wanted: Wanted) -> dict[str, Any]:
    one = wanted.application()
    progress.hire(wanted.store, one, actor_id=wanted.actor_id, now=wanted.now)
    return _summary(wanted, one)


def unhire(wanted: Wanted) -> dict[str, Any]:
    one = wanted.application()
    progress.unhire(wanted.store, one, actor_id=wanted.actor_id, now=wanted.now)
    return _summary(wanted, one)


def edit(wanted: Wanted) -> dict[str, Any]:
    one, store, members = wanted.application(), wanted.store, wanted.members
    changes: dict[str, int | None] = {}
    for name in ("recruiter", "coordinator", "credited_to"):
        if name in members:
            changes[f"{name}_id"] = wanted.user(name).id if members[name] is not None else None
    if "source" in members:
        known = members["source"] is not None
        changes["source_id"] = wanted.named(store.sources.rising(), "source", "name").id if known else None
    fields = members.get("custom_fields")
    if fields is not None and not isinstance(fields, dict):
        raise RefusedError("custom_fields", "takes an object")
    if fields:
        applications.edit_custom_fields(store, one, fields, actor_id=wanted.actor_id, now=wanted.now)
    if changes or not fields:
        applications.edit_application(store, one, actor_id=wanted.actor_id, now=wanted.now, **changes)
    return _summary(wanted, one)


def delete(wanted: Wanted) -> dict[str, Any]:
    one = wanted.application()
    applications.delete_application(wanted.store, one)
    return {"application_id": one.id, "candidate_id": one.candidate_id}


def note(wanted: Wanted) -> dict[str, Any]:
    one = wanted.application()
    row = add_note(
        wanted.store,
        candidate_id=one.candidate_id,
        application_id=one.id,
        body=wanted.needed("body"),
        user_id=wanted.actor_id,
        visibility=wanted.text("visibility") or "public",
        now=wanted.now,
    )
    return {"note_id": row.id, "application_id": one.id, "candidate_id": one.candidate_id}


def _summary(wanted: Wanted, one: Application) -> dict[str, Any]:
    stage = current_stage(wanted.store, one)
    return {
        "application_id": one.id,
        "candidate_id": one.candidate_id,
        "job_id": one.job_id,
        "status": one.status,
        "stage_id": stage.id if stage else None,
        "stage": stage.name if stage else None,
    }
