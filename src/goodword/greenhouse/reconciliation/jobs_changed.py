"""Linked jobs and their stages: renamed, moved, closed, gone."""

from itertools import batched

from goodword.greenhouse.models import Finding
from goodword.greenhouse.reconciliation.ground import mapping_of
from goodword.greenhouse.reconciliation.progress import Pass
from goodword.greenhouse.sync.applications import TooBusy
from goodword.greenhouse.sync.linked_jobs import sync_jobs
from goodword.greenhouse.sync.session import harvest
from goodword.roles.domain.job_changes import GONE
from goodword.roles.models import Automation

#: jobs that are looked at in one transaction: as many as Harvest takes ids in one call
BATCH = 50

NO_JOB_SHOWN = (
    "Greenhouse showed no job at all, although there were some before: a permission may have been withdrawn. "
    "No role was told that its job is gone."
)


class NoJobShown(Exception):
    """None of the linked jobs is shown any more."""


def follow_jobs(work: Pass) -> None:
    """Look at each linked job once. Raises HarvestError, passes.Lost."""
    job_ids = sorted(mapping_of(work.connection).linked)
    for batch in batched(job_ids, BATCH):
        try:
            _follow(batch, work=work)
        except NoJobShown:
            if _shows_any(work):
                _follow(batch, work=work, sure=True)
            else:
                work.remarks.append(NO_JOB_SHOWN)
                work.unfinished = True
        except TooBusy:  # a delivery does the same just now
            pass
        work.step()


def _follow(job_ids: tuple[int, ...], *, work: Pass, sure: bool = False) -> None:
    now = work.tick()
    linked = Automation.objects.across_organisations().filter(
        connection_id=work.connection.pk, job_id__in=job_ids
    )
    before = set(linked.exclude(job_status=GONE).values_list("job_id", flat=True))

    def keep(told: dict[int, list[str]]) -> None:
        gone = set(linked.filter(job_status=GONE).values_list("job_id", flat=True))
        if not sure and before and gone >= before:
            raise NoJobShown
        Finding.objects.across_organisations().bulk_create(
            Finding(
                organisation_id=work.row.organisation_id,
                connection=work.connection,
                found_in=work.row,
                kind=Finding.Kind.JOB_CHANGED,
                state=Finding.State.SYNCED,
                job_id=job_id,
                sentence=" ".join(sentences),
                found_at=now,
                settled_at=now,
            )
            for job_id, sentences in told.items()
            if sentences
        )

    sync_jobs(work.connection, job_ids, now=now, settle=keep)


def _shows_any(work: Pass) -> bool:
    """Whether Greenhouse shows any job at all: then the linked ones are gone in truth."""
    with harvest(work.connection) as api:
        return next(api.jobs(), None) is not None
