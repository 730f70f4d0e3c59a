"""Bring what we know of linked jobs and their stages to what Harvest says now. The one way in, as for applications."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from django.db import transaction

from goodword.greenhouse.client import Forbidden, HarvestApi, JobStatus
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.application import READINGS, TooBusy
from goodword.greenhouse.sync.session import BRIEFLY, harvest
from goodword.roles.domain.follow import JobNow, Overtaken, StageNow, follow
from goodword.roles.models import Automation


def sync_jobs(
    connection: Connection,
    job_ids: Iterable[int],
    *,
    now: datetime,
    settle: Callable[[dict[int, list[str]]], None] = lambda _: None,
) -> dict[int, list[str]]:
    """Look at those of these jobs that are linked to a role; returns what changed, sentences by job's id.

    Two reads for fifty jobs in v3, and a third where a job post was chosen. A job that Greenhouse does not show
    is *gone*: a notice, nothing else. `settle` is called inside the transaction that writes. Raises HarvestError
    with nothing written, and TooBusy.
    """
    wanted = sorted(set(job_ids))
    for _ in range(READINGS):
        linked = _linked(connection, wanted)
        seen: dict[int, JobNow] = {}
        if linked:
            with harvest(connection, retry=BRIEFLY) as api:
                seen = dict(_look(api, linked))
        try:
            with transaction.atomic():
                told = {row.job_id: follow(row, job=seen.get(row.job_id), now=now) for row in linked}
                settle(told)
        except Overtaken:
            continue
        return told
    raise TooBusy(f"{READINGS} looks at jobs {wanted} were overtaken.")


def _linked(connection: Connection, job_ids: Iterable[int]) -> list[Automation]:
    """In one order for all, so that two workers do not wait for each other."""
    rows = Automation.objects.across_organisations().filter(connection_id=connection.pk, job_id__in=job_ids)
    return list(rows.order_by("pk"))


def _look(api: HarvestApi, linked: list[Automation]) -> Iterator[tuple[int, JobNow]]:
    jobs = {job.id: job for job in api.jobs_by_id([row.job_id for row in linked])}
    stages: dict[int, list[tuple[int, StageNow]]] = {}
    for stage in api.job_stages(jobs):
        now = StageNow(id=stage.id, name=stage.name, in_use=stage.active)
        stages.setdefault(stage.job_id, []).append((stage.order, now))
    chosen = {row.job_id: row.job_post_id for row in linked if row.job_post_id and row.job_id in jobs}
    titles = _titles(api, chosen)
    for job_id, job in jobs.items():
        ordered = sorted(stages.get(job_id, []), key=lambda one: (one[0], one[1].id))
        yield (
            job_id,
            JobNow(
                name=job.name,
                requisition_id=job.requisition_id or "",
                status="" if job.status is JobStatus.UNKNOWN else job.status.value,
                confidential=job.confidential,
                stages=tuple(stage for _, stage in ordered),
                post_title=titles.get(job_id),
            ),
        )


def _titles(api: HarvestApi, chosen: Mapping[int, int | None]) -> dict[int, str]:
    """The titles of the chosen posts, by job. A post that is not there any more leaves the title as it was."""
    try:
        posts = list(api.job_posts(chosen)) if chosen else []
    except Forbidden:
        return {}
    return {
        post.job_id: post.title
        for post in posts
        if post.job_id is not None and chosen.get(post.job_id) == post.id
    }
