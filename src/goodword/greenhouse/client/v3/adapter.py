"""`HarvestApi` over Harvest v3 (facts: greenhouse.md, sections 1 to 4)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import batched
from typing import Any, Self

from goodword.greenhouse.client.batches import MOST_IDS
from goodword.greenhouse.client.errors import Forbidden
from goodword.greenhouse.client.oauth import OAuth
from goodword.greenhouse.client.paging import pages
from goodword.greenhouse.client.parse import record_of
from goodword.greenhouse.client.people import candidate_of, user_of
from goodword.greenhouse.client.permissions import (
    ACTIVITY_FEED,
    APPLICATIONS,
    CANDIDATES,
    REJECTION_REASONS,
    USERS,
    V3_PERMISSIONS,
    Permission,
    ProbeResult,
)
from goodword.greenhouse.client.session import Session
from goodword.greenhouse.client.types import (
    Actor,
    Application,
    ApplicationStage,
    ApplicationStatus,
    Candidate,
    Note,
    RejectionReason,
    User,
    Visibility,
)
from goodword.greenhouse.client.v3 import lists, read
from goodword.greenhouse.client.v3.complete import Completion
from goodword.greenhouse.client.v3.filters import application_filters, window
from goodword.greenhouse.client.v3.jobs import Jobs
from goodword.greenhouse.client.v3.probe import Prober


class HarvestV3(Jobs):
    """See `HarvestApi`."""

    def __init__(self, session: Session, *, oauth: OAuth, clock: Callable[[], datetime]) -> None:
        super().__init__(session)
        self._clock = clock
        self._completion = Completion(session)
        self._prober = Prober(session, oauth=oauth)

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """The article's seven, and users, job owners and application stages."""
        return V3_PERMISSIONS

    def account(self) -> str | None:
        """See `HarvestApi.account`."""
        try:
            known = self._prober.introspected()
        except Forbidden:  # a credential without any scope gets no token
            return None
        return known.organisation if known else None

    def knows_key(self) -> bool:
        """See `HarvestApi.knows_key`. In v3 the token request already raises a different error."""
        return False

    def who_am_i(self) -> Actor:
        """See `HarvestApi.who_am_i`. Where the token's claims are silent, the list of users may tell."""
        known = self._prober.introspected()
        if known is None or known.user_id is None or known.site_admin is not None:
            return Actor(known.user_id, known.site_admin) if known else Actor()
        params = {"show_service_accounts": "true"}
        try:
            users = list(self._by_id("/users", USERS, [known.user_id], params))
        except Forbidden:
            users = []
        return Actor(known.user_id, user_of(users[0]).site_admin if users else None)

    def application(self, application_id: int) -> Application | None:
        """See `HarvestApi.application`."""
        return next(self.applications_by_id([application_id]), None)

    def applications_by_id(self, application_ids: Iterable[int]) -> Iterator[Application]:
        """See `HarvestApi.applications_by_id`."""
        for ids in batched(dict.fromkeys(application_ids), MOST_IDS):
            page = list(self._by_id("/applications", APPLICATIONS, ids))
            yield from self._completion.applications(page)

    def applications(
        self,
        *,
        job_ids: Iterable[int] | None = None,
        status: ApplicationStatus | None = None,
        updated_since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Application]:
        """See `HarvestApi.applications`."""
        until = until or self._clock()
        for params in application_filters(
            job_ids=job_ids, status=status, updated_since=updated_since, until=until
        ):
            for page in pages(self._session, "/applications", permission=APPLICATIONS, params=params):
                yield from self._completion.applications(page)

    def application_stages_of(self, application_ids: Iterable[int]) -> Iterator[ApplicationStage]:
        """See `HarvestApi.application_stages_of`."""
        for ids in batched(dict.fromkeys(application_ids), MOST_IDS):
            for row in self._completion.stages(ids).values():
                if (stage_id := row.id_or_none("job_interview_stage_id")) is not None:
                    yield ApplicationStage(row.id("application_id"), stage_id, row.moment("entered_at"))

    def candidate(self, candidate_id: int) -> Candidate | None:
        """See `HarvestApi.candidate`."""
        return next(self.candidates([candidate_id]), None)

    def candidates(self, candidate_ids: Iterable[int]) -> Iterator[Candidate]:
        """See `HarvestApi.candidates`."""
        return map(candidate_of, self._by_id("/candidates", CANDIDATES, candidate_ids))

    def people_of(self, applications: Mapping[int, int | None]) -> Iterator[tuple[Application, Candidate]]:
        """See `HarvestApi.people_of`."""
        found = list(self.applications_by_id(applications))
        people = {one.id: one for one in self.candidates(one.candidate_id for one in found)}
        return ((one, people[one.candidate_id]) for one in found if one.candidate_id in people)

    def candidates_changed(self, *, since: datetime, until: datetime) -> Iterator[Candidate]:
        """See `HarvestApi.candidates_changed`."""
        params = {"updated_at": window(since, until)}
        return map(candidate_of, lists.rows(self._session, "/candidates", CANDIDATES, params))

    def rejection_reasons(self) -> Iterator[RejectionReason]:
        """See `HarvestApi.rejection_reasons`."""
        params = {"include_defaults": "true"}
        return map(read.reason_of, lists.rows(self._session, "/rejection_reasons", REJECTION_REASONS, params))

    def user(self, user_id: int) -> User | None:
        """See `HarvestApi.user`."""
        return next(self.users(user_ids=[user_id]), None)

    def users(self, *, user_ids: Iterable[int] | None = None, email: str | None = None) -> Iterator[User]:
        """See `HarvestApi.users`."""
        if user_ids is not None:
            return map(user_of, self._by_id("/users", USERS, user_ids))
        params = {"primary_email": email} if email else {}
        return map(user_of, lists.rows(self._session, "/users", USERS, params))

    def notes(self, candidate_id: int) -> Iterator[Note]:
        """See `HarvestApi.notes`. The feed holds mails and moves too, by `type`."""
        for record in lists.rows_of(
            self._session,
            "/notes",
            ACTIVITY_FEED,
            by="candidate_ids",
            ids=[candidate_id],
            params={"type": "NOTE"},
        ):
            if record.text("type") in ("NOTE", ""):
                yield read.note_of(record, candidate_id=candidate_id)

    def post_note(
        self,
        *,
        candidate_id: int,
        application_id: int | None,
        body: str,
        author_id: int | None,
        visibility: Visibility,
    ) -> Note:
        """See `HarvestApi.post_note`. The kind is `note_type` in writing and `type` in reading."""
        sent: dict[str, Any] = {
            "candidate_id": candidate_id,
            "body": body,
            "note_type": "NOTE",
            "visibility": visibility.value,
        }
        if application_id is not None:
            sent["application_id"] = application_id
        if author_id is not None:
            sent["user_id"] = author_id
        answer = self._session.post("/notes", permission=ACTIVITY_FEED, body=sent)
        return read.note_of(record_of(answer), candidate_id=candidate_id)

    def stage_entered_at(self, application_id: int) -> datetime | None:
        """See `HarvestApi.stage_entered_at`."""
        stage = self._completion.current_stage(application_id)
        return stage.moment("entered_at") if stage else None

    def probe(self, permission: Permission) -> ProbeResult:
        """See `HarvestApi.probe`."""
        return self._prober.probe(permission)

    def close(self) -> None:
        """See `HarvestApi.close`."""
        self._session.close()

    def __enter__(self) -> Self:
        """See `HarvestApi.__enter__`."""
        return self

    def __exit__(self, *raised: object) -> None:
        """See `HarvestApi.__exit__`."""
        self.close()
