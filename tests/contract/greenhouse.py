"""A sandbox with one credential, and a real client of either version that calls it in this process."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx2

from goodword.greenhouse.client import HarvestApi, V1Credentials, V3Credentials, build
from greenhouse_sandbox.acts import applications, feed, progress
from greenhouse_sandbox.acts.progress import current_stage, pipeline
from greenhouse_sandbox.app import create_app
from greenhouse_sandbox.context import Sandbox
from greenhouse_sandbox.credentials import create_api_key, create_oauth_client
from greenhouse_sandbox.permissions import categories
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.people import Candidate

ARTICLE = (
    "Applications",
    "Candidates",
    "Activity Feed",
    "Jobs",
    "Job Posts",
    "Job Stages",
    "Rejection Reasons",
)
ALL = {name for version in ("v1", "v3") for name in categories(version)}


@dataclass
class Greenhouse:
    """A Greenhouse account accessed with one credential."""

    version: str
    sandbox: Sandbox
    credentials: V1Credentials | V3Credentials
    row: Any

    @property
    def store(self) -> Store:
        return self.sandbox.store

    def now(self) -> datetime:
        return self.store.clock.now()

    def pass_time(self, seconds: float) -> None:
        """Move the sandbox's clock instead of waiting."""
        self.store.clock.advance(timedelta(seconds=seconds))

    def api(self, **manner: Any) -> HarvestApi:
        """A new client with this credential."""
        return build(
            manner.pop("credentials", self.credentials),
            base_url=f"http://127.0.0.1:8100/{self.version}",
            token_url="http://127.0.0.1:8100/token",
            transport=httpx2.WSGITransport(self.sandbox),
            allow_private=True,
            clock=self.now,
            sleep=manner.pop("sleep", self.pass_time),
            **manner,
        )

    def acting_as(self, user_id: int) -> V3Credentials:
        """The v3 credential, acting as this user instead of its own service user."""
        assert isinstance(self.credentials, V3Credentials)
        return replace(self.credentials, act_as=user_id)

    def tick(self, *names: str) -> None:
        """Grant only the permissions of these categories."""
        tree = categories(self.version)
        keys = [permission.key for name in names for permission in tree.get(name, [])]
        if self.version == "v1":
            self.row.permissions = keys
        else:
            self.row.scopes = keys

    def candidate(self, **members: Any) -> Candidate:
        given = {"first_name": "Ada", "last_name": "Doe", "email": "ada@people.example", **members}
        return applications.add_candidate(self.store, now=self.now(), **given)

    def application(self, person: Candidate | None = None, *, job: int = 0) -> Application:
        """A new application to a job, by its position."""
        job_id = list(self.store.jobs.rising())[job].id
        return applications.apply_to_job(
            self.store, person or self.candidate(), job_id=job_id, actor_id=None, now=self.now()
        )

    def move(self, application: Application, place: int) -> int:
        """Move it to a stage, by its position. Returns the stage's id."""
        stage = pipeline(self.store, application.job_id)[place]
        progress.move(self.store, application, stage, actor_id=None, now=self.now())
        return stage.id

    def stage_id(self, application: Application) -> int:
        """The id of the job's stage that it is in."""
        stage = current_stage(self.store, application)
        assert stage is not None
        return stage.id

    def note(self, person: Candidate, body: str, visibility: str = "private") -> int:
        """Add a note to the person's feed. Returns its id."""
        admin = self.store.acting_user_id
        return feed.add_note(
            self.store,
            candidate_id=person.id,
            body=body,
            user_id=admin,
            visibility=visibility,
            now=self.now(),
        ).id


def open_account(version: str) -> Greenhouse:
    """The demo account, with a credential that has all permissions and no rate limit."""
    sandbox = open_sandbox()
    store = sandbox.store
    store.hold_deliveries = True
    for name in ("v1_rate_limit", "v3_rate_limit", "token_rate_limit"):
        store.switches[name] = 1_000_000
    made: dict[str, Any] = {
        "description": "Goodword",
        "partner": "",
        "actor_id": store.acting_user_id,
        "now": store.clock.now(),
    }
    credentials: V1Credentials | V3Credentials
    row: Any
    if version == "v1":
        row, secret = create_api_key(store, **made)
        credentials = V1Credentials(secret)
    else:
        row, secret = create_oauth_client(store, **made)
        credentials = V3Credentials(row.client_id, secret)
    greenhouse = Greenhouse(version, sandbox, credentials, row)
    greenhouse.tick(*ALL)
    return greenhouse


#: clients to reopen after a test has closed them
_made: list[Sandbox] = []


def open_sandbox() -> Sandbox:
    """A sandbox with the demo account. Close it after use."""
    for sandbox in _made:
        if sandbox.closed:
            sandbox.reopen()
            return sandbox
    _made.append(create_app(base_url="http://127.0.0.1:8100"))
    return _made[-1]
