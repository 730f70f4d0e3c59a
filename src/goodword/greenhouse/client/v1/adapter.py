"""`HarvestApi` over Harvest v1 (facts: greenhouse.md, section 7)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Self

from goodword.greenhouse.client.batches import batches
from goodword.greenhouse.client.errors import HarvestError, Invalid, NotFound, Where
from goodword.greenhouse.client.parse import record_of, records_of
from goodword.greenhouse.client.people import candidate_of, user_of
from goodword.greenhouse.client.permissions import (
    ACTIVITY_FEED,
    APPLICATIONS,
    CANDIDATES,
    REJECTION_REASONS,
    USERS,
    V1_NOTES,
    V1_PERMISSIONS,
    Permission,
    ProbeResult,
)
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
from goodword.greenhouse.client.v1 import read
from goodword.greenhouse.client.v1.jobs import Jobs
from goodword.greenhouse.client.v1.probe import probe

#: a path that does not exist in Harvest v1
NOWHERE = "/what_this_key_may_do"


class HarvestV1(Jobs):
    """See `HarvestApi`."""

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """The article's seven, and users."""
        return V1_PERMISSIONS

    def account(self) -> str | None:
        """See `HarvestApi.account`. v1 does not tell."""
        return None

    def who_am_i(self) -> Actor:
        """See `HarvestApi.who_am_i`. Nobody stands behind a v1 key."""
        return Actor()

    def knows_key(self) -> bool:
        """See `HarvestApi.knows_key`. v1 checks the key before the path (greenhouse.md, 7): a path that does not exist
        gets 401 with a wrong key, and 404 with one that has no permissions."""
        try:
            self._session.get(NOWHERE, permission=APPLICATIONS)
        except NotFound:
            return True
        except HarvestError:
            return False
        return True

    def application(self, application_id: int) -> Application | None:
        """See `HarvestApi.application`."""
        record = self._one(f"/applications/{application_id}", APPLICATIONS)
        return read.application_of(record) if record else None

    def applications_by_id(self, application_ids: Iterable[int]) -> Iterator[Application]:
        """See `HarvestApi.applications_by_id`."""
        found = map(self.application, dict.fromkeys(application_ids))
        return (application for application in found if application is not None)

    def applications(
        self,
        *,
        job_ids: Iterable[int] | None = None,
        status: ApplicationStatus | None = None,
        updated_since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Application]:
        """See `HarvestApi.applications`. v1 filters by one job, and by last activity instead of change.

        It knows no end for that: what is later than `until` is left out here.
        """
        params: dict[str, str] = {}
        if status is not None:
            params["status"] = status.value
        if updated_since is not None:
            params["last_activity_after"] = updated_since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if job_ids is None:
            filters = [params]
        else:
            filters = [{**params, "job_id": str(job_id)} for job_id in dict.fromkeys(job_ids)]
        end = until if updated_since is not None else None
        for chosen in filters:
            for record in self._rows("/applications", APPLICATIONS, chosen):
                application = read.application_of(record)
                if end is None or application.last_activity_at is None or application.last_activity_at <= end:
                    yield application

    def application_stages_of(self, application_ids: Iterable[int]) -> Iterator[ApplicationStage]:
        """See `HarvestApi.application_stages_of`. v1 does not tell."""
        del application_ids
        return iter(())

    def candidate(self, candidate_id: int) -> Candidate | None:
        """See `HarvestApi.candidate`."""
        record = self._one(f"/candidates/{candidate_id}", CANDIDATES)
        return candidate_of(record) if record else None

    def candidates(self, candidate_ids: Iterable[int]) -> Iterator[Candidate]:
        """See `HarvestApi.candidates`."""
        for ids in batches(candidate_ids):
            for record in self._rows("/candidates", CANDIDATES, {"candidate_ids": ids}):
                yield candidate_of(record)

    def people_of(self, applications: Mapping[int, int | None]) -> Iterator[tuple[Application, Candidate]]:
        """See `HarvestApi.people_of`."""
        for ids in batches(one for one in applications.values() if one is not None):
            for record in self._rows("/candidates", CANDIDATES, {"candidate_ids": ids}):
                person = candidate_of(record)
                for row in record.children("applications"):
                    if row.id() in applications:
                        yield read.application_of(row), person

    def candidates_changed(self, *, since: datetime, until: datetime) -> Iterator[Candidate]:
        """See `HarvestApi.candidates_changed`."""
        params = {
            "updated_after": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "updated_before": until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        for record in self._rows("/candidates", CANDIDATES, params):
            yield candidate_of(record)

    def rejection_reasons(self) -> Iterator[RejectionReason]:
        """See `HarvestApi.rejection_reasons`. This list has one page only."""
        answer = self._session.get(
            "/rejection_reasons", permission=REJECTION_REASONS, params={"include_defaults": "true"}
        )
        for record in records_of(answer):
            yield read.reason_of(record)

    def user(self, user_id: int) -> User | None:
        """See `HarvestApi.user`."""
        record = self._one(f"/users/{user_id}", USERS)
        return user_of(record) if record else None

    def users(self, *, user_ids: Iterable[int] | None = None, email: str | None = None) -> Iterator[User]:
        """See `HarvestApi.users`."""
        if user_ids is not None:
            for user_id in dict.fromkeys(user_ids):
                if user := self.user(user_id):
                    yield user
            return
        for record in self._rows("/users", USERS, {"email": email} if email else {}):
            yield user_of(record)

    def notes(self, candidate_id: int) -> Iterator[Note]:
        """See `HarvestApi.notes`. The feed comes whole, newest first."""
        feed = self._one(f"/candidates/{candidate_id}/activity_feed", ACTIVITY_FEED)
        for record in feed.children("notes") if feed else []:
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
        """See `HarvestApi.post_note`. v1 ties no note to an application; the author is also the actor."""
        path = f"/candidates/{candidate_id}/activity_feed/notes"
        if author_id is None:
            raise Invalid(Where("POST", path), detail="A note needs a Greenhouse user as its author.")
        answer = self._session.post(
            path,
            permission=V1_NOTES,
            body={"user_id": author_id, "body": body, "visibility": visibility.value},
            headers={"On-Behalf-Of": str(author_id)},
        )
        return read.note_of(record_of(answer), candidate_id=candidate_id, application_id=application_id)

    def stage_entered_at(self, application_id: int) -> datetime | None:
        """See `HarvestApi.stage_entered_at`. v1 does not tell."""
        del application_id
        return None

    def probe(self, permission: Permission) -> ProbeResult:
        """See `HarvestApi.probe`."""
        return probe(self._session, permission)

    def close(self) -> None:
        """See `HarvestApi.close`."""
        self._session.close()

    def __enter__(self) -> Self:
        """See `HarvestApi.__enter__`."""
        return self

    def __exit__(self, *raised: object) -> None:
        """See `HarvestApi.__exit__`."""
        self.close()
