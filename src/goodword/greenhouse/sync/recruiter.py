"""Who stands behind an application in Greenhouse: its recruiter, else its job's responsible recruiter.

Somebody deactivated falls through to the next. The address comes from Greenhouse's users, else from a signed
webhook body if its domain is one of the organisation's own; without either the role's owner takes their place
(candidates.queries.recruiter_of).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from goodword.greenhouse.client import Forbidden, HarvestApi, OwnerKind
from goodword.greenhouse.sync.address import is_address
from goodword.greenhouse.sync.hint import UserSaid
from goodword.greenhouse.sync.remembered import Remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Recruiter:
    """A Greenhouse user, as far as known. Without an address they cannot be written to."""

    remote_id: int | None = None
    name: str = ""
    email: str = ""


NOBODY = Recruiter()


def find_recruiter(
    api: Remembered,
    *,
    recruiter_id: int | None,
    job_id: int | None,
    said: Collection[UserSaid],
    own_domains: Collection[str],
) -> Recruiter:
    """Ask Greenhouse until somebody fits. Permissions that are only advised may be missing."""
    for user_id in in_turn(api, recruiter_id=recruiter_id, job_id=job_id):
        try:
            user = api.user(user_id)
        except Forbidden:
            return _said(user_id, said, own_domains)
        if user is None or user.disabled:
            continue
        address = user.email or _said(user_id, said, own_domains).email
        return Recruiter(remote_id=user_id, name=user.name, email=_fitting(address))
    return NOBODY


def in_turn(api: HarvestApi | Remembered, *, recruiter_id: int | None, job_id: int | None) -> Iterator[int]:
    """The users to consider, best first. The hiring team is read only if the first will not do."""
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


def _said(user_id: int, said: Collection[UserSaid], own_domains: Collection[str]) -> Recruiter:
    own = {domain.strip().lower().removeprefix("@") for domain in own_domains}
    for user in said:
        if user.id == user_id:
            trusted = user.email.rpartition("@")[2].lower() in own
            return Recruiter(remote_id=user_id, name=user.name, email=_fitting(user.email) if trusted else "")
    return Recruiter(remote_id=user_id)


def _fitting(address: str) -> str:
    """An address that can be one; a strange one counts as none."""
    return address.strip() if is_address(address) else ""
