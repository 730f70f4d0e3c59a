"""Jobs of Harvest v3 and what belongs to them. A part of the adapter."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from goodword.greenhouse.client.parse import Record
from goodword.greenhouse.client.permissions import (
    DEPARTMENTS,
    JOB_OWNERS,
    JOB_POSTS,
    JOB_STAGES,
    JOBS,
    OFFICES,
    Permission,
)
from goodword.greenhouse.client.session import Session
from goodword.greenhouse.client.types import Job, JobOwner, JobPost, JobStage, JobStatus
from goodword.greenhouse.client.v3 import lists, read


class Jobs:
    """The reads of `HarvestApi` that have to do with jobs. Names of departments and offices are kept."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def job(self, job_id: int) -> Job | None:
        """See `HarvestApi.job`."""
        return next(self._named(self._by_id("/jobs", JOBS, [job_id])), None)

    def jobs(self, status: JobStatus | None = None) -> Iterator[Job]:
        """See `HarvestApi.jobs`."""
        params = {"status": status.value} if status is not None else {}
        return self._named(lists.rows(self._session, "/jobs", JOBS, params))

    def jobs_by_id(self, job_ids: Iterable[int]) -> Iterator[Job]:
        """See `HarvestApi.jobs_by_id`."""
        for record in self._by_id("/jobs", JOBS, job_ids):
            yield read.job_of(record, departments={}, offices={})

    def job_posts(self, job_ids: Iterable[int] | None = None) -> Iterator[JobPost]:
        """See `HarvestApi.job_posts`. Greenhouse leaves deleted posts out."""
        return map(read.post_of, self._of_jobs("/job_posts", JOB_POSTS, job_ids))

    def job_stages(self, job_ids: Iterable[int]) -> Iterator[JobStage]:
        """See `HarvestApi.job_stages`. Inactive ones are among them."""
        return map(read.stage_of, self._of_jobs("/job_interview_stages", JOB_STAGES, job_ids))

    def job_owners(self, job_ids: Iterable[int]) -> Iterator[JobOwner]:
        """See `HarvestApi.job_owners`."""
        return map(read.owner_of, self._of_jobs("/job_owners", JOB_OWNERS, job_ids))

    def _named(self, records: Iterator[Record]) -> Iterator[Job]:
        """Jobs with the names that hang on them, read once and only if a job has any."""
        for record in records:
            departments = self._departments if record.id_or_none("department_id") else {}
            offices = self._offices if record.ids("office_ids") else {}
            yield read.job_of(record, departments=departments, offices=offices)

    @cached_property
    def _departments(self) -> dict[int, str]:
        return lists.names(self._session, "/departments", DEPARTMENTS)

    @cached_property
    def _offices(self) -> dict[int, str]:
        return lists.names(self._session, "/offices", OFFICES)

    def _by_id(
        self,
        path: str,
        permission: Permission,
        ids: Iterable[int],
        params: Mapping[str, str] | None = None,
    ) -> Iterator[Record]:
        """The rows with these ids and no others, whatever a proxy makes of the filter."""
        wanted = dict.fromkeys(ids)
        found = lists.rows_of(self._session, path, permission, by="ids", ids=wanted, params=params)
        return (row for row in found if row.id() in wanted)

    def _of_jobs(self, path: str, permission: Permission, job_ids: Iterable[int] | None) -> Iterator[Record]:
        if job_ids is None:
            return lists.rows(self._session, path, permission)
        return lists.rows_of(self._session, path, permission, by="job_ids", ids=job_ids)
