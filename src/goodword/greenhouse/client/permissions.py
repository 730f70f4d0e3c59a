"""The permissions we need, by their names on Greenhouse's screens. v3 scopes: docs/greenhouse.md, section 1.7."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from goodword.greenhouse.client.errors import Forbidden, Unauthorised


@dataclass(frozen=True, slots=True)
class Permission:
    key: str
    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...] = ()
    required: bool = True
    without: str = ""

    @property
    def scopes(self) -> tuple[str, ...]:
        return self.reads + self.writes


APPLICATIONS = Permission("applications", "Applications", ("harvest:applications:list",))
CANDIDATES = Permission("candidates", "Candidates", ("harvest:candidates:list",))
ACTIVITY_FEED = Permission(
    "activity_feed", "Activity Feed", ("harvest:notes:list",), writes=("harvest:notes:create",)
)
JOBS = Permission("jobs", "Jobs", ("harvest:jobs:list",))
JOB_POSTS = Permission("job_posts", "Job Posts", ("harvest:job_posts:list",))
JOB_STAGES = Permission("job_stages", "Job Stages", ("harvest:job_interview_stages:list",))
REJECTION_REASONS = Permission("rejection_reasons", "Rejection Reasons", ("harvest:rejection_reasons:list",))
USERS = Permission(
    "users",
    "Users",
    ("harvest:users:list",),
    required=False,
    without="Without it the recruiter's address is unknown, and e-mail goes to the role's owner.",
)
JOB_OWNERS = Permission(
    "job_owners",
    "Job Owners",
    ("harvest:job_owners:list",),
    required=False,
    without="Without it the job's responsible recruiter is unknown, and e-mail goes to the role's owner.",
)
APPLICATION_STAGES = Permission(
    "application_stages",
    "Application Stages",
    ("harvest:application_stages:list",),
    required=False,
    without="Without it the time of entering a stage is unknown, and missed invitations wait for a click.",
)

# not probed; on a v1 key's screen the writing of notes is assumed to be under Candidates
V1_NOTES = Permission("v1_notes", "Activity Feed and Candidates", ())

# not on the connection screen; without them names of departments, offices and reasons stay empty
DEPARTMENTS = Permission("departments", "Departments", ("harvest:departments:list",), required=False)
OFFICES = Permission("offices", "Offices", ("harvest:offices:list",), required=False)
REJECTION_DETAILS = Permission(
    "rejection_details", "Rejection Details", ("harvest:rejection_details:list",), required=False
)

ARTICLE = (
    APPLICATIONS,
    CANDIDATES,
    ACTIVITY_FEED,
    JOBS,
    JOB_POSTS,
    JOB_STAGES,
    REJECTION_REASONS,
)
V1_PERMISSIONS = (*ARTICLE, USERS)
V3_PERMISSIONS = (*ARTICLE, USERS, JOB_OWNERS, APPLICATION_STAGES)


class State(StrEnum):
    GRANTED = "granted"
    MISSING = "missing"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """`detail` says what to tick, or why the state is unknown. A probe never writes, so v1 `writing` stays UNTESTED."""

    permission: Permission
    state: State
    writing: State | None = None
    detail: str = ""

    @property
    def required(self) -> bool:
        return self.permission.required

    @property
    def missing(self) -> bool:
        return State.MISSING in (self.state, self.writing)


class Probed(Protocol):
    @property
    def permissions(self) -> tuple[Permission, ...]: ...

    def probe(self, permission: Permission) -> ProbeResult: ...

    def knows_key(self) -> bool: ...


def probe_all(api: Probed) -> Iterator[ProbeResult]:
    """Probe one permission after the other, yielding each result at once so that pages can show progress.

    v1 answers 401 both for a bad key and for a missing permission: refusals before the first success are kept back, and
    become `Unauthorised` unless another read works or Greenhouse knows the key (greenhouse.md, C3). v3 gives no token
    without scopes: then all are missing.
    """
    refused: list[Permission] = []
    last: Unauthorised | None = None
    works = False
    for permission in api.permissions:
        try:
            result = api.probe(permission)
        except Forbidden:  # the token was refused, not a read
            yield from map(missing, api.permissions)
            return
        except Unauthorised as error:
            if not error.may_be_permission:
                raise
            refused.append(permission)
            last = error
            continue
        works = True
        for earlier in refused:
            yield missing(earlier)
        refused.clear()
        yield result
    if last is not None and not works:
        if not api.knows_key():
            raise last
        yield from map(missing, refused)


def missing(permission: Permission, *, detail: str = "") -> ProbeResult:
    """Reading is refused; writing is then unknown."""
    return ProbeResult(
        permission,
        State.MISSING,
        writing=State.UNTESTED if permission.writes else None,
        detail=detail or f"In Greenhouse, edit the credential and tick everything under {permission.name}.",
    )
