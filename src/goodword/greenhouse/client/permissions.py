"""The permissions we need, by their names on Greenhouse's screens. v3 scopes: docs/greenhouse.md, section 1.7."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from goodword.greenhouse.client.errors import Forbidden, Unauthorised


@dataclass(frozen=True, slots=True)
class HarvestPermission:
    key: str
    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...] = ()
    required: bool = True
    without: str = ""

    @property
    def scopes(self) -> tuple[str, ...]:
        return self.reads + self.writes


APPLICATIONS = HarvestPermission("applications", "Applications", ("harvest:applications:list",))
CANDIDATES = HarvestPermission("candidates", "Candidates", ("harvest:candidates:list",))
ACTIVITY_FEED = HarvestPermission(
    "activity_feed", "Activity Feed", ("harvest:notes:list",), writes=("harvest:notes:create",)
)
JOBS = HarvestPermission("jobs", "Jobs", ("harvest:jobs:list",))
JOB_POSTS = HarvestPermission("job_posts", "Job Posts", ("harvest:job_posts:list",))
JOB_STAGES = HarvestPermission("job_stages", "Job Stages", ("harvest:job_interview_stages:list",))
REJECTION_REASONS = HarvestPermission(
    "rejection_reasons", "Rejection Reasons", ("harvest:rejection_reasons:list",)
)
USERS = HarvestPermission(
    "users",
    "Users",
    ("harvest:users:list",),
    required=False,
    without="Without it, the recruiter's address is unknown, and e-mail goes to the role's owner.",
)
JOB_OWNERS = HarvestPermission(
    "job_owners",
    "Job Owners",
    ("harvest:job_owners:list",),
    required=False,
    without="Without it, the job's responsible recruiter is unknown, and e-mail goes to the role's owner.",
)
APPLICATION_STAGES = HarvestPermission(
    "application_stages",
    "Application Stages",
    ("harvest:application_stages:list",),
    required=False,
    without="Without it, the time of entering a stage is unknown, and missed invitations wait for a decision.",
)

# not probed; the v1 key screen seems to list writing notes under Candidates
V1_NOTES = HarvestPermission("v1_notes", "Activity Feed and Candidates", ())

# not on the connection screen. Without them, names of departments, offices and reasons stay empty.
DEPARTMENTS = HarvestPermission("departments", "Departments", ("harvest:departments:list",), required=False)
OFFICES = HarvestPermission("offices", "Offices", ("harvest:offices:list",), required=False)
REJECTION_DETAILS = HarvestPermission(
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


class PermissionState(StrEnum):
    GRANTED = "granted"
    MISSING = "missing"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """`detail` says what to tick, or why the state is unknown. Probes never write, so v1 `writing` stays UNTESTED."""

    permission: HarvestPermission
    state: PermissionState
    writing: PermissionState | None = None
    detail: str = ""

    @property
    def required(self) -> bool:
        return self.permission.required

    @property
    def missing(self) -> bool:
        return PermissionState.MISSING in (self.state, self.writing)


class Probed(Protocol):
    @property
    def permissions(self) -> tuple[HarvestPermission, ...]: ...

    def probe(self, permission: HarvestPermission) -> ProbeResult: ...

    def knows_key(self) -> bool: ...


def probe_all(api: Probed) -> Iterator[ProbeResult]:
    """Probe the permissions one by one, yielding each result at once so that pages can show progress.

    v1 returns 401 both for a bad key and for a missing permission, so refusals before the first success are held back.
    If nothing else can be read and Greenhouse doesn't recognise the key (greenhouse.md, C3), they raise `Unauthorised`.
    v3 issues no token without scopes, so then all permissions are missing.
    """
    refused: list[HarvestPermission] = []
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


def missing(permission: HarvestPermission, *, detail: str = "") -> ProbeResult:
    """Return the result for a missing permission. If reading is refused, writing remains untested."""
    return ProbeResult(
        permission,
        PermissionState.MISSING,
        writing=PermissionState.UNTESTED if permission.writes else None,
        detail=detail or f"In Greenhouse, edit the credential and tick everything under {permission.name}.",
    )
