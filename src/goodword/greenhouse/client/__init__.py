"""A client for Greenhouse's Harvest API, v3 and v1, with one Protocol. Independent of Django.

    with build(V3Credentials("id", "secret"), base_url=V3_BASE, clock=now) as api:
        application = api.application(409)

A call passes through `v1` or `v3`, `session` (authentication, pacing, retries, errors), `transport` (one exchange) and
`records` (JSON to dataclasses).
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

import httpx2

from goodword.greenhouse.client.authentication import (
    KeyAuth,
    MemoryTokenStore,
    OAuth,
    Token,
    TokenStore,
    V1Credentials,
    V3Credentials,
)
from goodword.greenhouse.client.errors import (
    CONNECTION_ERRORS,
    AddressRefused,
    Forbidden,
    HarvestError,
    Invalid,
    NotFound,
    NotJson,
    RateLimited,
    Refusal,
    Unauthorised,
    Unavailable,
    UnexpectedShape,
    WrongKind,
)
from goodword.greenhouse.client.pacing import (
    TOKEN_RATE,
    V1_RATE,
    V3_RATE,
    LocalPacer,
    Pacer,
    Priority,
    Rate,
    RateReport,
)
from goodword.greenhouse.client.permissions import HarvestPermission, PermissionState, ProbeResult, probe_all
from goodword.greenhouse.client.records import (
    Application,
    ApplicationStage,
    ApplicationStatus,
    Candidate,
    Contact,
    Job,
    JobOwner,
    JobPost,
    JobStage,
    JobStatus,
    Note,
    OwnerKind,
    User,
    Visibility,
)
from goodword.greenhouse.client.session import ONCE, READS, CallPolicy, RetryPolicy, Session
from goodword.greenhouse.client.transport import LIMITS, Exchange, Limits, Transport
from goodword.greenhouse.client.v1 import HarvestV1
from goodword.greenhouse.client.v3 import HarvestV3

__all__ = [
    "CONNECTION_ERRORS",
    "ONCE",
    "READS",
    "TOKEN_RATE",
    "TOKEN_URL",
    "V1_BASE",
    "V1_RATE",
    "V3_BASE",
    "V3_RATE",
    "AddressRefused",
    "Application",
    "ApplicationStage",
    "ApplicationStatus",
    "Candidate",
    "Contact",
    "Exchange",
    "Forbidden",
    "HarvestApi",
    "HarvestError",
    "HarvestPermission",
    "Invalid",
    "Job",
    "JobOwner",
    "JobPost",
    "JobStage",
    "JobStatus",
    "Limits",
    "LocalPacer",
    "MemoryTokenStore",
    "NotFound",
    "NotJson",
    "Note",
    "OwnerKind",
    "Pacer",
    "PermissionState",
    "Priority",
    "ProbeResult",
    "Rate",
    "RateLimited",
    "RateReport",
    "Refusal",
    "RetryPolicy",
    "Token",
    "TokenStore",
    "Unauthorised",
    "Unavailable",
    "UnexpectedShape",
    "User",
    "V1Credentials",
    "V3Credentials",
    "Visibility",
    "WrongKind",
    "build",
    "probe_all",
]


V1_BASE = "https://harvest.greenhouse.io/v1"
V3_BASE = "https://harvest.greenhouse.io/v3"
TOKEN_URL = "https://auth.greenhouse.io/token"  # noqa: S105  # an address


class HarvestApi(Protocol):
    """Harvest v1 or v3. Every method raises `HarvestError`.

    We can't tell deleted, merged, private and unknown records apart: all of them are None or missing from lists. Never
    erase anything because a record is missing. Lists are read page by page while they are consumed, newest first.
    """

    @property
    def permissions(self) -> tuple[HarvestPermission, ...]: ...

    @property
    def left_out(self) -> int:
        """How many records were left out of lists because they couldn't be read."""

    @property
    def unreadable(self) -> HarvestError | None:
        """The error of the last record that was left out, or None."""

    def account(self) -> str | None:
        """The account's name; always None in v1."""

    def knows_key(self) -> bool:
        """Whether Greenhouse recognises the credential, even if it has no permission to read anything."""

    def application(self, application_id: int) -> Application | None: ...

    def applications_by_id(self, application_ids: Iterable[int]) -> Iterator[Application]:
        """Read applications, except those we can't see. v3 reads fifty per call, v1 one."""

    def applications(
        self,
        *,
        job_ids: Iterable[int] | None = None,
        status: ApplicationStatus | None = None,
        updated_since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Application]:
        """Pass `until` (now) as the next `updated_since`. Empty `job_ids` return nothing. v1 filters by last activity,
        which some changes don't update."""

    def application_stages_of(self, application_ids: Iterable[int]) -> Iterator[ApplicationStage]:
        """Read the stages of applications. v3 reads fifty per call; v1 returns nothing."""

    def candidate(self, candidate_id: int) -> Candidate | None: ...

    def candidates(self, candidate_ids: Iterable[int]) -> Iterator[Candidate]: ...

    def people_of(self, applications: Mapping[int, int | None]) -> Iterator[tuple[Application, Candidate]]:
        """Read applications with their candidates. `applications`: application ids to candidate ids, None if unknown.
        Some pairs may be missing."""

    def candidates_changed(self, *, since: datetime, until: datetime) -> Iterator[Candidate]:
        """Read candidates changed since then. Pass `until` as the next `since`."""

    def job(self, job_id: int) -> Job | None: ...

    def jobs(self, status: JobStatus | None = None) -> Iterator[Job]:
        """Read jobs, including templates (`is_template`)."""

    def jobs_by_id(self, job_ids: Iterable[int]) -> Iterator[Job]:
        """Read jobs. v3 leaves out the names of departments and offices."""

    def job_posts(self, job_ids: Iterable[int] | None = None) -> Iterator[JobPost]: ...

    def job_stages(self, job_ids: Iterable[int]) -> Iterator[JobStage]: ...

    def user(self, user_id: int) -> User | None: ...

    def users(self, *, user_ids: Iterable[int] | None = None, email: str | None = None) -> Iterator[User]:
        """Read users. v3 finds users by their primary address only."""

    def job_owners(self, job_ids: Iterable[int]) -> Iterator[JobOwner]: ...

    def notes(self, candidate_id: int) -> Iterator[Note]:
        """Read notes, without e-mails and moves. Raises UnexpectedShape if one is unreadable, since it may be ours."""

    def post_note(
        self,
        *,
        candidate_id: int,
        application_id: int | None,
        body: str,
        author_id: int | None,
        visibility: Visibility,
    ) -> Note:
        """Post a note, without retries. v1 needs an author. After an error with `outcome_unknown`, search the notes for
        the body's marker before posting again."""

    def stage_entered_at(self, application_id: int) -> datetime | None:
        """When the application entered its stage; always None in v1."""

    def probe(self, permission: HarvestPermission) -> ProbeResult: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def build(
    credentials: V1Credentials | V3Credentials,
    *,
    base_url: str,
    clock: Callable[[], datetime],
    token_url: str = TOKEN_URL,
    transport: httpx2.BaseTransport | None = None,
    allow_private: bool = False,
    token_store: TokenStore | None = None,
    worked_before: bool | None = None,
    pacer: Pacer | None = None,
    token_pacer: Pacer | None = None,
    priority: Priority = Priority.BACKGROUND,
    retry: RetryPolicy = READS,
    limits: Limits = LIMITS,
    sleep: Callable[[float], None] = time.sleep,
    watch: Callable[[Exchange], None] | None = None,
) -> HarvestApi:
    """A client for one credential. Close it, or use it in a `with` block. Raises `ValueError` for an invalid address.
    `base_url` includes the version (`.../v1`). `allow_private` allows plain HTTP and private networks. `worked_before`
    decides how a refusal is explained (None: unknown). Clients of one connection share `token_store` and the pacers.
    """
    for address in (base_url, token_url):
        _check_address(address, allow_private=allow_private)
    network = Transport(transport=transport, allow_private=allow_private, limits=limits, watch=watch)
    rate = V1_RATE if isinstance(credentials, V1Credentials) else V3_RATE
    policy = CallPolicy(clock, sleep, pacer or LocalPacer(rate), priority, retry)
    if isinstance(credentials, V1Credentials):
        return HarvestV1(
            Session(
                transport=network,
                base_url=base_url,
                auth=KeyAuth(credentials),
                policy=policy,
                worked_before=worked_before,
            )
        )
    oauth = OAuth(
        credentials=credentials,
        transport=network,
        token_url=token_url,
        store=token_store or MemoryTokenStore(),
        policy=replace(policy, pacer=token_pacer or LocalPacer(TOKEN_RATE), priority=Priority.PERSON),
        worked_before=worked_before,
    )
    session = Session(
        transport=network, base_url=base_url, auth=oauth, policy=policy, worked_before=worked_before
    )
    return HarvestV3(session, oauth=oauth, clock=clock)


def _check_address(address: str, *, allow_private: bool) -> None:
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL as error:
        raise ValueError(f"{address!r} is not an address") from error
    schemes = ("https", "http") if allow_private else ("https",)
    if url.scheme not in schemes or not url.host or url.userinfo or url.query or url.fragment:
        raise ValueError(f"{address!r} is not an address that Harvest can be called at")
