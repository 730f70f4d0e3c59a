"""What the rest of the product knows of Greenhouse. The adapters for Harvest v1 and v3 both satisfy it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from goodword.greenhouse.client.permissions import Permission, ProbeResult
from goodword.greenhouse.client.types import (
    Actor,
    Application,
    ApplicationStage,
    ApplicationStatus,
    Candidate,
    Job,
    JobOwner,
    JobPost,
    JobStage,
    JobStatus,
    Note,
    RejectionReason,
    User,
    Visibility,
)


class HarvestApi(Protocol):
    """Harvest, whichever version. Every method raises `HarvestError` or one of its kinds.

    What cannot be seen (deleted, merged away, private, never there) gives None or is left out of a list,
    never an error: one cannot tell these apart, and nothing may be erased because of it. Lists are read page
    by page while they are consumed, newest first.
    """

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """The permissions worth probing with this kind of credential."""

    def account(self) -> str | None:
        """The name of the Greenhouse account, where Greenhouse tells it (v3; always None in v1)."""

    def who_am_i(self) -> Actor:
        """Who acts when we call, and whether they are a Site Admin, as far as known (never in v1)."""

    def knows_key(self) -> bool:
        """Whether Greenhouse knows the credential although it refuses every read; False also if unclear."""

    def application(self, application_id: int) -> Application | None:
        """One application, with its rejection reason's name where it can be known."""

    def applications_by_id(self, application_ids: Iterable[int]) -> Iterator[Application]:
        """Those applications that can be seen, in no promised order. v3 reads fifty at once, v1 one by one."""

    def applications(
        self,
        *,
        job_ids: Iterable[int] | None = None,
        status: ApplicationStatus | None = None,
        updated_since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Application]:
        """Applications, of some jobs only, in one status only, or changed between two moments.

        `until` is the moment of the call unless given, and counts only beside `updated_since`. What changes
        later is not among them, so `until` is the next `updated_since`. No job ids give nothing. v1 goes by
        the last activity, which is not moved by every change.
        """

    def application_stages_of(self, application_ids: Iterable[int]) -> Iterator[ApplicationStage]:
        """In which stages applications stand and since when: fifty in a call. v1 does not tell: nothing."""

    def candidate(self, candidate_id: int) -> Candidate | None:
        """One candidate."""

    def candidates(self, candidate_ids: Iterable[int]) -> Iterator[Candidate]:
        """Those candidates that can be seen, in no promised order."""

    def people_of(self, applications: Mapping[int, int | None]) -> Iterator[tuple[Application, Candidate]]:
        """Applications, by id and with their candidates' ids as far as known, each with its candidate.

        For many at once: v3 asks for fifty applications and then for their candidates, v1 for fifty candidates,
        who bring their applications along. What cannot be had so is left out; ask for it alone.
        """

    def candidates_changed(self, *, since: datetime, until: datetime) -> Iterator[Candidate]:
        """All candidates who changed between two moments; `until` is the next `since`."""

    def job(self, job_id: int) -> Job | None:
        """One job."""

    def jobs(self, status: JobStatus | None = None) -> Iterator[Job]:
        """Jobs, in one status only if given. Templates are among them (`is_template`)."""

    def jobs_by_id(self, job_ids: Iterable[int]) -> Iterator[Job]:
        """Those of these jobs that can be seen, without the names of departments and offices (v3)."""

    def job_posts(self, job_ids: Iterable[int] | None = None) -> Iterator[JobPost]:
        """Job posts, of some jobs only if given."""

    def job_stages(self, job_ids: Iterable[int]) -> Iterator[JobStage]:
        """The stages of jobs; order them by `order`."""

    def rejection_reasons(self) -> Iterator[RejectionReason]:
        """All reasons, Greenhouse's built-in ones among them."""

    def user(self, user_id: int) -> User | None:
        """One user."""

    def users(self, *, user_ids: Iterable[int] | None = None, email: str | None = None) -> Iterator[User]:
        """Users: those with these ids, or with this address (v3: primary address only), or all."""

    def job_owners(self, job_ids: Iterable[int]) -> Iterator[JobOwner]:
        """Recruiters, coordinators and sourcers of jobs."""

    def notes(self, candidate_id: int) -> Iterator[Note]:
        """The notes on a candidate's Activity Feed (not its mails and moves)."""

    def post_note(
        self,
        *,
        candidate_id: int,
        application_id: int | None,
        body: str,
        author_id: int | None,
        visibility: Visibility,
    ) -> Note:
        """Write a note. Tried once: nothing here repeats a write.

        On an error with `outcome_unknown` the note may stand all the same: list the notes and look for the
        body's marker before posting again. v1 needs an author; with v3 the acting user is the default.
        """

    def stage_entered_at(self, application_id: int) -> datetime | None:
        """When the application entered its present stage; None if that cannot be known (always in v1)."""

    def probe(self, permission: Permission) -> ProbeResult:
        """Find out by reading whether a permission is granted. Never writes."""

    def close(self) -> None:
        """Give back the network connections. Leaving a `with` block does it too."""

    def __enter__(self) -> Self:
        """`with build(...) as api:`."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
