from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from django.db import transaction

from goodword.greenhouse.client import Forbidden, HarvestApi, JobStatus
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.applications import READINGS, TooBusy
from goodword.greenhouse.sync.harvest import BRIEFLY, harvest
from goodword.roles.domain.job_changes import JobNow, Outdated, StageNow, update_job
from goodword.roles.models import Automation


def sync_jobs(
    connection: Connection,
    job_ids: Iterable[int],
    *,
    now: datetime,
    settle: Callable[[dict[int, list[str]]], None] = lambda _: None,
) -> dict[int, list[str]]:
    """Sync linked jobs. Returns the changes by job id, as sentences. `settle` is called in the writing transaction.
    Raises HarvestError with nothing written, TooBusy."""
    wanted = sorted(set(job_ids))
    for _ in range(READINGS):
        linked = _linked(connection, wanted)
        jobs: dict[int, JobNow | None] = {}
        if linked:
            with harvest(connection, retry=BRIEFLY) as api:
                jobs = dict(_read(api, linked))
        try:
            with transaction.atomic():
                sentences = {
                    row.job_id: update_job(row, job=jobs[row.job_id], now=now) if row.job_id in jobs else []
                    for row in linked
                }
                settle(sentences)
        except Outdated:
            continue
        return sentences
    raise TooBusy(f"{READINGS} readings of jobs {wanted} became outdated.")


def _linked(connection: Connection, job_ids: Iterable[int]) -> list[Automation]:
    rows = Automation.objects.across_organisations().filter(connection_id=connection.pk, job_id__in=job_ids)
    return list(rows.order_by("pk"))


def _read(api: HarvestApi, linked: list[Automation]) -> Iterator[tuple[int, JobNow | None]]:
    """Yield the jobs, or None for those that Greenhouse doesn't show. If a record couldn't be read, the jobs or stages
    that may be missing because of it are left out."""
    jobs = {job.id: job for job in api.jobs_by_id([row.job_id for row in linked])}
    left_out = api.left_out
    if not left_out:
        yield from ((row.job_id, None) for row in linked if row.job_id not in jobs)
    stages: dict[int, list[tuple[int, StageNow]]] = {}
    for stage in api.job_stages(jobs):
        now = StageNow(id=stage.id, name=stage.name, in_use=stage.active)
        stages.setdefault(stage.job_id, []).append((stage.order, now))
    if api.left_out > left_out:
        stages = {}
    chosen = {row.job_id: row.job_post_id for row in linked if row.job_post_id and row.job_id in jobs}
    titles = _post_titles(api, chosen)
    for job_id, job in jobs.items():
        ordered = sorted(stages.get(job_id, []), key=lambda pair: (pair[0], pair[1].id))
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


def _post_titles(api: HarvestApi, chosen: Mapping[int, int | None]) -> dict[int, str]:
    try:
        return {
            post.job_id: post.title
            for post in (api.job_posts(chosen) if chosen else ())
            if post.job_id is not None and chosen.get(post.job_id) == post.id
        }
    except Forbidden:
        return {}
