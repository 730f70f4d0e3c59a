"""Jobs of Harvest v1 and what belongs to them. A part of the adapter."""

from collections.abc import Iterable, Iterator

from goodword.greenhouse.client.errors import NotFound
from goodword.greenhouse.client.paging import pages
from goodword.greenhouse.client.parse import Record, record_of
from goodword.greenhouse.client.permissions import JOB_POSTS, JOB_STAGES, JOBS, Permission
from goodword.greenhouse.client.session import Session
from goodword.greenhouse.client.types import Job, JobOwner, JobPost, JobStage, JobStatus
from goodword.greenhouse.client.v1 import read


class Jobs:
    """The reads of `HarvestApi` that have to do with jobs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def job(self, job_id: int) -> Job | None:
        """See `HarvestApi.job`."""
        record = self._one(f"/jobs/{job_id}", JOBS)
        return read.job_of(record) if record else None

    def jobs(self, status: JobStatus | None = None) -> Iterator[Job]:
        """See `HarvestApi.jobs`."""
        params = {"status": status.value} if status is not None else {}
        for record in self._rows("/jobs", JOBS, params):
            yield read.job_of(record)

    def jobs_by_id(self, job_ids: Iterable[int]) -> Iterator[Job]:
        """See `HarvestApi.jobs_by_id`."""
        for job_id in dict.fromkeys(job_ids):
            if record := self._one(f"/jobs/{job_id}", JOBS):
                yield read.job_of(record)

    def job_posts(self, job_ids: Iterable[int] | None = None) -> Iterator[JobPost]:
        """See `HarvestApi.job_posts`."""
        if job_ids is None:
            paths = ["/job_posts"]
        else:
            paths = [f"/jobs/{job_id}/job_posts" for job_id in dict.fromkeys(job_ids)]
        for path in paths:
            for record in self._visible_rows(path, JOB_POSTS):
                yield read.post_of(record)

    def job_stages(self, job_ids: Iterable[int]) -> Iterator[JobStage]:
        """See `HarvestApi.job_stages`."""
        for job_id in dict.fromkeys(job_ids):
            for record in self._visible_rows(f"/jobs/{job_id}/stages", JOB_STAGES):
                yield read.stage_of(record, job_id=job_id)

    def job_owners(self, job_ids: Iterable[int]) -> Iterator[JobOwner]:
        """See `HarvestApi.job_owners`. v1 keeps them inside the job."""
        for job_id in dict.fromkeys(job_ids):
            if job := self._one(f"/jobs/{job_id}", JOBS):
                yield from read.owners_of(job)

    def _one(self, path: str, permission: Permission) -> Record | None:
        """One record; None for 404. A 410 says that v1 itself is gone, which is no record's absence."""
        try:
            return record_of(self._session.get(path, permission=permission))
        except NotFound as error:
            if error.status == 404:
                return None
            raise

    def _rows(self, path: str, permission: Permission, params: dict[str, str]) -> Iterator[Record]:
        """All rows of a list, without asking Greenhouse to count them first."""
        chosen = {**params, "skip_count": "true"}
        for page in pages(self._session, path, permission=permission, params=chosen):
            yield from page

    def _visible_rows(self, path: str, permission: Permission) -> Iterator[Record]:
        """The rows below a record, none if the record cannot be seen."""
        try:
            yield from self._rows(path, permission, {})
        except NotFound as error:
            if error.status != 404:
                raise
