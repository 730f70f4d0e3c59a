from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from django.core.cache import cache

from goodword.core.searching import words_of
from goodword.core.text import clean_text, without_accents
from goodword.greenhouse.client import (
    ApplicationStatus,
    Candidate,
    Forbidden,
    HarvestApi,
    JobPost,
    JobStatus,
    Priority,
)
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.fetching import possible_recruiters
from goodword.greenhouse.sync.harvest import BRIEFLY, harvest

#: seconds
CACHE_TIMEOUT = 60

_ORDER = {JobStatus.OPEN: 0, JobStatus.DRAFT: 1, JobStatus.UNKNOWN: 2, JobStatus.CLOSED: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    id: int
    title: str
    live: bool
    internal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkableJob:
    id: int
    name: str
    requisition_id: str
    status: JobStatus
    confidential: bool
    departments: tuple[str, ...]
    offices: tuple[str, ...]
    posts: tuple[Post, ...]

    @property
    def is_open(self) -> bool:
        return self.status is JobStatus.OPEN

    @property
    def details(self) -> list[str]:
        parts = [self.requisition_id, ", ".join(self.departments), ", ".join(self.offices), f"id {self.id}"]
        return [part for part in parts if part]

    def matches(self, words: Iterable[str]) -> bool:
        text = " ".join([self.name, self.requisition_id, str(self.id), *(post.title for post in self.posts)])
        return all(word in without_accents(text) for word in words)

    def post(self, post_id: int | None) -> Post | None:
        return next((post for post in self.posts if post.id == post_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationInStage:
    application_id: int
    candidate_id: int
    stage_id: int


def jobs(connection: Connection, *, fresh: bool = False) -> list[LinkableJob]:
    """Return the jobs, open ones first, then by name, without templates. `fresh` bypasses the cache."""
    key = f"greenhouse.jobs:{connection.uid}"
    known: list[LinkableJob] | None = None if fresh else cache.get(key)
    if known is None:
        with _client(connection) as api:
            known = _read(api)
        cache.set(key, known, CACHE_TIMEOUT)
    return known


def job(connection: Connection, job_id: int) -> LinkableJob | None:
    for fresh in (False, True):
        found = next(
            (linkable_job for linkable_job in jobs(connection, fresh=fresh) if linkable_job.id == job_id),
            None,
        )
        if found is not None:
            return found
    return None


def search(among: Sequence[LinkableJob], query: str) -> list[LinkableJob]:
    words = words_of(query)
    return [linkable_job for linkable_job in among if linkable_job.matches(words)]


def post_contents(connection: Connection, job_id: int) -> dict[int, str]:
    """HTML by post id, without deleted posts."""
    key = f"greenhouse.posts:{connection.uid}:{job_id}"
    known: dict[int, str] | None = cache.get(key)
    if known is None:
        with _client(connection) as api:
            known = {post.id: post.content for post in api.job_posts([job_id]) if post.active or post.live}
        cache.set(key, known, CACHE_TIMEOUT)
    return known


def stages(connection: Connection, job_id: int) -> list[Stage]:
    with _client(connection) as api:
        rows = sorted(api.job_stages([job_id]), key=lambda row: (row.order, row.id))
    found = {row.id: row for row in rows if row.active and row.job_id == job_id}
    return [Stage(id=row.id, name=row.name.strip() or f"Stage {row.id}") for row in found.values()]


def applications_in_stages(connection: Connection, job_id: int) -> list[ApplicationInStage]:
    """Return the applications, without prospects, who have no stage. Raises HarvestError if one can't be read, since it
    would later count as having just entered its stage."""
    with _client(connection) as api:
        # a dictionary, since pages may repeat rows
        rows = {row.id: row for row in api.applications(job_ids=[job_id], status=ApplicationStatus.ACTIVE)}
        if api.unreadable is not None:
            raise api.unreadable
    return [
        ApplicationInStage(application_id=row.id, candidate_id=row.candidate_id, stage_id=row.stage_id)
        for row in rows.values()
        if row.stage_id is not None and row.job_id == job_id and not row.prospect
    ]


def names_of(connection: Connection, applications: Iterable[ApplicationInStage]) -> dict[int, str]:
    """Return candidates' names by application id, without private candidates."""
    wanted: dict[int, int | None] = {
        application.application_id: application.candidate_id for application in applications
    }
    if not wanted:
        return {}
    with _client(connection) as api:
        return {
            application.id: _name_of(candidate)
            for application, candidate in api.people_of(wanted)
            if not candidate.private
        }


def _name_of(candidate: Candidate) -> str:
    name = clean_text(
        f"{candidate.preferred_name or candidate.first_name} {candidate.last_name}", one_line=True
    )
    return name or f"Candidate {candidate.id}"


def recruiter_addresses(connection: Connection, job_id: int) -> list[str]:
    """Return the addresses of a job's recruiters; empty without permission to see them."""
    with _client(connection) as api:
        try:
            users = [
                api.user(recruiter)
                for recruiter in possible_recruiters(api, recruiter_id=None, job_id=job_id)
            ]
        except Forbidden:
            return []
    known = [user for user in users if user is not None and not user.disabled]
    return [address for user in known for address in (user.email, *user.emails) if address]


def _client(connection: Connection) -> AbstractContextManager[HarvestApi]:
    return harvest(connection, priority=Priority.PERSON, retry=BRIEFLY)


def _read(api: HarvestApi) -> list[LinkableJob]:
    posts: dict[int, dict[int, JobPost]] = {}
    for post in api.job_posts():
        if post.job_id is not None:  # without the text; by id, since pages may repeat rows
            posts.setdefault(post.job_id, {})[post.id] = replace(post, content="")
    found = [
        LinkableJob(
            id=row.id,
            name=row.name.strip() or f"Job {row.id}",
            requisition_id=row.requisition_id or "",
            status=row.status,
            confidential=row.confidential,
            departments=row.departments,
            offices=row.offices,
            posts=_sorted_posts(posts.get(row.id, {}).values()),
        )
        for row in {remote_job.id: remote_job for remote_job in api.jobs()}.values()
        if not row.is_template
    ]
    return sorted(
        found,
        key=lambda linkable_job: (_ORDER[linkable_job.status], linkable_job.name.casefold(), linkable_job.id),
    )


def _sorted_posts(posts: Iterable[JobPost]) -> tuple[Post, ...]:
    """Return active or live posts: live ones first, then public ones."""
    usable = [post for post in posts if post.active or post.live]
    usable.sort(key=lambda post: (not post.live, post.internal, post.id))
    return tuple(
        Post(id=post.id, title=post.title.strip(), live=post.live, internal=post.internal) for post in usable
    )
