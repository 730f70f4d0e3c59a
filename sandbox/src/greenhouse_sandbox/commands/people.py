"""Commands about candidates and users."""

from typing import Any

from greenhouse_sandbox.acts import applications, candidates, organisation
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.commands.wanted import Wanted
from greenhouse_sandbox.store.people import Candidate


def apply(wanted: Wanted) -> dict[str, Any]:
    store, job = wanted.store, wanted.job()
    if job.status != "open" or job.is_template:
        raise RefusedError("job", "is not open")
    stage_id = wanted.stage(job.id).id if "stage" in wanted.members else None
    source_id = post_id = None
    if "source" in wanted.members:
        source_id = wanted.named(store.sources.rising(), "source", "name").id
    if "post" in wanted.members:
        post_id = wanted.named(store.job_posts.by("job_id", job.id), "post", "title").id
    candidate = _who(wanted)
    made = applications.apply_to_job(
        store,
        candidate,
        job_id=job.id,
        stage_id=stage_id,
        source_id=source_id,
        job_post_id=post_id,
        actor_id=None,
        now=wanted.now,
    )
    return {"application_id": made.id, "candidate_id": candidate.id, "job_id": job.id}


def add_prospect(wanted: Wanted) -> dict[str, Any]:
    named = wanted.members.get("jobs") or []
    if not isinstance(named, list):
        raise RefusedError("jobs", "takes a list")
    job_ids = [Wanted(wanted.store, {"jobs": one}).job("jobs").id for one in named]
    candidate = _who(wanted)
    made = applications.add_prospect(
        wanted.store, candidate, job_ids=job_ids, actor_id=wanted.actor_id, now=wanted.now
    )
    return {"application_id": made.id, "candidate_id": candidate.id}


def update(wanted: Wanted) -> dict[str, Any]:
    one = wanted.candidate()
    candidates.update_candidate(
        wanted.store,
        one,
        first_name=wanted.text("first_name"),
        last_name=wanted.text("last_name"),
        email=wanted.text("email"),
        private=wanted.flag("private"),
        now=wanted.now,
    )
    return {"candidate_id": one.id}


def merge(wanted: Wanted) -> dict[str, Any]:
    """Merge `candidate` into `into`, which stays."""
    loser, winner = wanted.candidate(), wanted.candidate("into")
    candidates.merge_candidates(wanted.store, loser, winner, now=wanted.now)
    return {"candidate_id": winner.id, "merged_id": loser.id}


def anonymise(wanted: Wanted) -> dict[str, Any]:
    one = wanted.candidate()
    candidates.anonymise_candidate(wanted.store, one, now=wanted.now)
    return {"candidate_id": one.id}


def delete(wanted: Wanted) -> dict[str, Any]:
    one = wanted.candidate()
    candidates.delete_candidate(wanted.store, one)
    return {"candidate_id": one.id}


def change_user(wanted: Wanted) -> dict[str, Any]:
    one = wanted.user("who")
    organisation.change_user(
        wanted.store,
        one,
        site_admin=wanted.flag("site_admin"),
        deactivated=wanted.flag("deactivated"),
        now=wanted.now,
    )
    return {"user_id": one.id, "site_admin": one.site_admin, "deactivated": one.deactivated}


def _who(wanted: Wanted) -> Candidate:
    """An existing person, or a new one with this name."""
    if wanted.members.keys() & {"candidate", "candidate_id"}:
        return wanted.candidate()
    return applications.add_candidate(
        wanted.store,
        first_name=wanted.needed("first_name"),
        last_name=wanted.needed("last_name"),
        email=wanted.text("email"),
        phone=wanted.text("phone"),
        private=bool(wanted.flag("private")),
        now=wanted.now,
    )
