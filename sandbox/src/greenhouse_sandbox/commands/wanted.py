"""Looks up the records that a command names, by id, name or e-mail address."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from greenhouse_sandbox.acts.progress import pipeline
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.reading import whole_number
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.jobs import Job, JobStage
from greenhouse_sandbox.store.people import Candidate, User
from greenhouse_sandbox.store.table import Row, Table


class Wanted:
    """The fields of a command. Hold the store's lock. Look-ups raise RefusedError if they find nothing."""

    def __init__(self, store: Store, members: dict[str, Any]) -> None:
        self.store = store
        self.members = members

    @property
    def now(self) -> datetime:
        """`at` (ISO 8601 with a zone), else the sandbox's clock."""
        if "at" not in self.members:
            return self.store.clock.now()
        try:
            moment = datetime.fromisoformat(str(self.members["at"]))
        except ValueError as error:
            raise RefusedError("at", f"is not a valid time: {error}") from error
        if moment.tzinfo is None:
            raise RefusedError("at", "has no time zone")
        return moment

    @property
    def actor_id(self) -> int:
        """`user` (id, e-mail address or name), else the acting user of the screens."""
        return self.user("user").id if "user" in self.members else self.store.acting_user_id

    def text(self, name: str) -> str | None:
        value = self.members.get(name)
        return None if value is None else str(value)

    def needed(self, name: str) -> str:
        text = self.text(name)
        if not text:
            raise RefusedError(name, "is missing")
        return text

    def flag(self, name: str) -> bool | None:
        value = self.members.get(name)
        if value is not None and not isinstance(value, bool):
            raise RefusedError(name, "must be true or false")
        return value

    def number(self, name: str) -> int | None:
        value = self.members.get(name)
        if value is None:
            return None
        text = str(value)
        number = whole_number(text.removeprefix("-"))
        if isinstance(value, bool) or number is None:
            raise RefusedError(name, "must be a whole number")
        return -number if text.startswith("-") else number

    def given(self, *names: str) -> dict[str, Any]:
        return {name: self.members[name] for name in names if name in self.members}

    def row[R: Row](self, table: Table[R], name: str) -> R:
        row = table.get(self.number(name))
        if row is None:
            raise RefusedError(name, "does not exist" if name in self.members else "is missing")
        return row

    def named[R: Row](self, rows: Iterable[R], name: str, *called: str) -> R:
        """The first of `rows` whose id or one of whose names (`called`) matches."""
        value = self.members.get(name)
        if value is None:
            raise RefusedError(name, "is missing")
        wanted = str(value).casefold()
        for row in rows:
            texts = [str(row.id), *(str(getattr(row, member) or "").casefold() for member in called)]
            if wanted in texts:
                return row
        raise RefusedError(name, "does not exist")

    def application(self) -> Application:
        """Find an application by `application_id`, or the newest of `candidate`, on `job` if given."""
        if "application_id" in self.members:
            return self.row(self.store.applications, "application_id")
        found = self.store.applications.by("candidate_id", self.candidate().id)
        if "job" in self.members:
            job_id = self.job().id
            found = [one for one in found if one.job_id == job_id]
        if not found:
            raise RefusedError("candidate", "has no such application")
        return found[-1]

    def candidate(self, name: str = "candidate") -> Candidate:
        """Find a candidate by id, e-mail address or full name."""
        value = self.members.get(name, self.members.get(f"{name}_id"))
        if isinstance(value, int) and (row := self.store.candidates.get(value)):
            return row
        return Wanted(self.store, {name: value}).named(self.store.candidates.falling(), name, "email", "name")

    def user(self, name: str) -> User:
        """Find a user by id, e-mail address or full name."""
        return self.named(self.store.users.rising(), name, "primary_email", "name")

    def job(self, name: str = "job") -> Job:
        """Find a job by id, requisition or name; the first of several with that name."""
        return self.named(self.store.jobs.rising(), name, "requisition_id", "name")

    def stage(self, job_id: int | None, name: str = "stage") -> JobStage:
        """Find a stage by id, or by name within that job."""
        return self.named(pipeline(self.store, job_id), name, "name")
