"""Compare all applications of the linked jobs, now and then, and find those of ours that no list shows any more."""

from itertools import batched

from goodword.candidates.models import Application
from goodword.greenhouse.client import HarvestApi
from goodword.greenhouse.models import Connection, Finding
from goodword.greenhouse.reconciliation.compare import Found
from goodword.greenhouse.reconciliation.examine import examine
from goodword.greenhouse.reconciliation.ground import mapping_of
from goodword.greenhouse.reconciliation.progress import Pass
from goodword.greenhouse.reconciliation.recent import PAGE, compare_people
from goodword.greenhouse.sync.session import harvest

#: ids that are asked for at once
IDS = 50

#: jobs read together: as many as v3 accepts in one call (v1 accepts one)
JOBS = 50

NOTHING_SHOWN = (
    "Greenhouse showed no application at all, although there were some before: a permission may have been "
    "withdrawn. Nothing was marked. Check the permissions of the credential, and whether it acts as a Site Admin."
)


def compare_everything(work: Pass) -> None:
    """Compare every application of the linked jobs, page by page, and every candidate who changed in the window.

    Raises HarvestError, passes.Lost, stopping.Stopped.
    """
    linked = mapping_of(work.connection).linked
    if not linked:
        return
    if work.unseen is None:
        work.unseen = _known(work)
        work.expect(len(work.unseen))
    together = 1 if work.connection.api == Connection.Api.V1 else JOBS
    with harvest(work.connection) as api:
        for job_ids in batched(sorted(linked.keys() - work.read_jobs), together):
            _read_jobs(api, job_ids, work=work, unseen=work.unseen)
        if work.unseen and not work.shown and next(api.applications(), None) is None:
            work.remarks.append(NOTHING_SHOWN)
            work.unfinished = True
            return
        for batch in batched(sorted(work.unseen), IDS):
            _ask_for(api, batch, work=work)
            work.unseen.difference_update(batch)
        compare_people(api, work)


def _read_jobs(api: HarvestApi, job_ids: tuple[int, ...], *, work: Pass, unseen: set[int]) -> None:
    """Compare all applications of some jobs with ours. After an interruption, it starts over for these jobs."""
    for page in batched(api.applications(job_ids=job_ids), PAGE):
        work.shown += len(page)
        unseen.difference_update(one.id for one in page)
        found, missed = examine(api, page, connection=work.connection, until=work.until, now=work.tick())
        work.missed |= {one.remote_id: one for one in missed}
        work.step(len(page))
        work.bring_over(found)
    work.read_jobs.update(job_ids)


def _known(work: Pass) -> set[int]:
    """Greenhouse's ids of the applications that we have and that were visible so far."""
    rows = Application.objects.across_organisations().filter(
        connection_id=work.connection.pk,
        remote_id__isnull=False,
        not_visible_since=None,
        deleted_at=None,
        erased_at=None,
    )
    return {
        one for one in rows.values_list("remote_id", flat=True).iterator(chunk_size=5000) if one is not None
    }


def _ask_for(api: HarvestApi, ids: tuple[int, ...], *, work: Pass) -> None:
    """Ask for those that no list showed: they may belong to another job by now. Who is not told of here either is
    asked for once more, alone, before they are marked."""
    told = list(api.applications_by_id(ids))
    found, missed = examine(api, told, connection=work.connection, until=work.until, now=work.tick())
    work.missed |= {one.remote_id: one for one in missed}
    there = {one.id for one in told}
    found += [
        Found(
            remote_id=one,
            kind=Finding.Kind.NOT_VISIBLE,
            sentence="Not visible in Greenhouse any more. Nothing was erased.",
        )
        for one in ids
        if one not in there
    ]
    work.bring_over(found)
    work.step()
