"""The Greenhouse accounts that a role's jobs may come from, and how a page names a job of one of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from goodword.accounts.models import Organisation
from goodword.greenhouse.client import JobStatus
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup import catalogue
from goodword.greenhouse.setup.catalogue import Job
from goodword.greenhouse.setup.connection import connections
from goodword.greenhouse.setup.trouble import TROUBLES, Trouble, trouble_of

_ORDER = {JobStatus.OPEN: 0, JobStatus.DRAFT: 1, JobStatus.UNKNOWN: 2, JobStatus.CLOSED: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A job of an account. `key` names both in addresses and forms: "3-4000123"."""

    connection: Connection
    job: Job

    @property
    def key(self) -> str:
        """Account and job."""
        return key_of(self.connection.pk, self.job.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """All jobs of all accounts, open ones first, and the accounts that did not answer."""

    choices: Sequence[Choice]
    silent: Sequence[tuple[Connection, Trouble]]


def key_of(connection_pk: int, job_id: int) -> str:
    """How a page names the job."""
    return f"{connection_pk}-{job_id}"


def parse(text: str | None, organisation: Organisation) -> tuple[Connection, int] | None:
    """The account and the job's id that a key names; None if it names none. A bare id is of the first account."""
    account, _, job = (text or "").rpartition("-")
    job_id = number(job)
    if job_id is None:
        return None
    known = connections(organisation)
    found = [one for one in known if str(one.pk) == account] if account else known
    return (found[0], job_id) if found else None


def offered(known: Sequence[Connection], *, fresh: bool) -> Offered:
    """Ask every account. Raises the first one's trouble where none of them answers."""
    choices: list[Choice] = []
    errors: list[tuple[Connection, Exception]] = []
    silent: list[tuple[Connection, Trouble]] = []
    for connection in known:
        try:
            jobs = catalogue.jobs(connection, fresh=fresh)
        except TROUBLES as error:
            errors.append((connection, error))
            silent.append((connection, trouble_of(error)))
        else:
            choices += [Choice(connection=connection, job=job) for job in jobs]
    if errors and len(errors) == len(known):
        raise errors[0][1]
    choices.sort(
        key=lambda one: (_ORDER[one.job.status], one.job.name.casefold(), one.connection.pk, one.job.id)
    )
    return Offered(choices=choices, silent=silent)


def label(connection: Connection) -> str:
    """What members call the account."""
    return connection.account_name or connection.name


def number(text: str | None) -> int | None:
    """A Greenhouse id out of a request; None if it cannot be one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
