"""Who is responsible for an application in Greenhouse: its recruiter, else its job's responsible recruiter.

Deactivated users are skipped. The address comes from Greenhouse's users, else from a signed webhook body if its domain
is one of the organisation's own. Without an address the role's owner is used (`candidates.queries.recruiter_of`).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from goodword.greenhouse.client import Forbidden, HarvestApi, OwnerKind
from goodword.greenhouse.sync.candidates import is_address
from goodword.greenhouse.sync.session import CachedReads


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookUser:
    """A Greenhouse user as named in a webhook body."""

    id: int
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recruiter:
    """A Greenhouse user, as far as known."""

    remote_id: int | None = None
    name: str = ""
    email: str = ""


NOBODY = Recruiter()


def find_recruiter(
    api: CachedReads,
    *,
    recruiter_id: int | None,
    job_id: int | None,
    webhook_users: Collection[WebhookUser],
    own_domains: Collection[str],
) -> Recruiter:
    """The first active user among `possible_recruiters`. Works without the permissions to read users and owners."""
    for user_id in possible_recruiters(api, recruiter_id=recruiter_id, job_id=job_id):
        try:
            user = api.user(user_id)
        except Forbidden:
            return _from_webhook(user_id, webhook_users, own_domains)
        if user is None or user.disabled:
            continue
        address = user.email or _from_webhook(user_id, webhook_users, own_domains).email
        return Recruiter(remote_id=user_id, name=user.name, email=_valid_address(address))
    return NOBODY


def possible_recruiters(
    api: HarvestApi | CachedReads, *, recruiter_id: int | None, job_id: int | None
) -> Iterator[int]:
    """User ids to consider, best first. The hiring team is read only if the first one is not used."""
    if recruiter_id is not None:
        yield recruiter_id
    if job_id is None:
        return
    try:
        owners = list(api.job_owners([job_id]))
    except Forbidden:
        return
    for owner in owners:
        if owner.kind is OwnerKind.RECRUITER and owner.responsible and owner.user_id != recruiter_id:
            yield owner.user_id


def _from_webhook(
    user_id: int, webhook_users: Collection[WebhookUser], own_domains: Collection[str]
) -> Recruiter:
    own = {domain.strip().lower().removeprefix("@") for domain in own_domains}
    for user in webhook_users:
        if user.id == user_id:
            trusted = user.email.rpartition("@")[2].lower() in own
            email = _valid_address(user.email) if trusted else ""
            return Recruiter(remote_id=user_id, name=user.name, email=email)
    return Recruiter(remote_id=user_id)


def _valid_address(address: str) -> str:
    return address.strip() if is_address(address) else ""
