"""What changed since the last pass: a handful of calls when nothing did."""

from itertools import batched

from goodword.greenhouse.client import HarvestApi
from goodword.greenhouse.models import Connection
from goodword.greenhouse.reconciliation.examine import examine
from goodword.greenhouse.reconciliation.ground import mapping_of
from goodword.greenhouse.reconciliation.people import changed_people
from goodword.greenhouse.reconciliation.progress import Pass
from goodword.greenhouse.sync.session import harvest

#: rows that are held against ours at once
PAGE = 500


def compare_recent(work: Pass) -> None:
    """Applications and candidates that changed in the window of this pass. Raises HarvestError, passes.Lost."""
    linked = mapping_of(work.connection).linked
    if not linked:
        return
    with harvest(work.connection) as api:
        # v1 takes one job a call: it is asked for all of them at once, and others are left out here
        jobs = None if work.connection.api == Connection.Api.V1 else sorted(linked)
        rows = api.applications(job_ids=jobs, updated_since=work.since, until=work.until)
        ours = (
            one for one in rows if jobs or one.job_id in linked or set(one.prospective_job_ids) & set(linked)
        )
        for page in batched(ours, PAGE):
            work.expect(len(page))
            found, missed = examine(api, page, connection=work.connection, until=work.until, now=work.tick())
            work.missed |= {one.remote_id: one for one in missed}
            work.step(len(page))
            work.bring_over(found)
        compare_people(api, work)


def compare_people(api: HarvestApi, work: Pass) -> None:
    """Candidates who changed in the window, of whatever job."""
    people = api.candidates_changed(since=work.since, until=work.until)
    found, missed = changed_people(people, connection=work.connection)
    work.expect(len(found))
    work.missed |= {one.remote_id: one for one in missed if one.remote_id not in work.missed}
    work.bring_over(found)
    work.step(len(found))
