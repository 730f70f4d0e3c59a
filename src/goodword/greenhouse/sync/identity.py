"""Decides whether a record in Greenhouse is about the person we know by its id.

Ids of two accounts can be equal, and a connection's key may be replaced by that of another account. Candidates are
compared by the time at which Greenhouse created them, applications by the time of the application: neither changes
when a person is renamed, moved or merged. docs/decisions/0059 has the reasons.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from goodword.candidates.models import Application, Candidate
from goodword.core.addresses import is_same
from goodword.greenhouse import client as remote
from goodword.greenhouse.models import Connection

#: v1 may omit the fractions of a second that v3 has
PRECISION = timedelta(seconds=1)


def is_same_moment(ours: datetime | None, theirs: datetime | None) -> bool | None:
    """Return whether the times agree to the second, or None if one of them is unknown."""
    if ours is None or theirs is None:
        return None
    return abs(ours - theirs) <= PRECISION


def is_same_person(ours: Candidate, theirs: remote.Candidate) -> bool:
    """Return whether two records with the same id are about one person. A shared address and part of the name are also
    enough, since a merge may change the time. If a time is unknown, an address or the full name is enough."""
    return _agrees(ours, theirs, same=is_same_moment(ours.remote_created_at, theirs.created_at))


def is_anonymous(theirs: remote.Candidate) -> bool:
    return not (theirs.first_name or theirs.last_name or theirs.preferred_name or theirs.emails)


def is_empty(ours: Candidate) -> bool:
    """Return whether nothing is left of the person here: erased, or merged into another profile."""
    return ours.erased_at is not None or ours.merged_into_id is not None


def resembles(ours: Candidate, theirs: remote.Candidate | Candidate) -> bool:
    """Return whether they have an address in common, or the same full name."""
    if shares_address(ours, theirs):
        return True
    names = (ours.first_name, ours.last_name), (theirs.first_name, theirs.last_name)
    one, other = ([" ".join(part.split()).casefold() for part in name] for name in names)
    return one == other and all(one)


def shares_address(ours: Candidate, theirs: remote.Candidate | Candidate) -> bool:
    addresses = [theirs.email] if isinstance(theirs, Candidate) else [email.value for email in theirs.emails]
    return bool(ours.email) and any(is_same(ours.email, address) for address in addresses)


def shares_name(ours: Candidate, theirs: remote.Candidate) -> bool:
    return bool(name_parts(ours) & name_parts(theirs))


def name_parts(person: remote.Candidate | Candidate) -> set[str]:
    """Return the words in the person's names, without initials."""
    names = (person.first_name, person.last_name, person.preferred_name or "")
    return {part for name in names for part in name.casefold().replace("-", " ").split() if len(part) > 1}


def taken_ids(connection: Connection) -> QuerySet[Candidate]:
    """Return our candidates whose id, or that of an application, was another person's when it was last read."""
    rows = Candidate.objects.across_organisations()
    return rows.filter(connection_id=connection.pk, id_taken_at__isnull=False, erased_at=None)


def taken_from(
    application: remote.Application,
    person: remote.Candidate,
    *,
    ours: Application | None,
    known: Candidate | None,
) -> Candidate | None:
    """Return our candidate whose id Greenhouse now gives to somebody else; None if the records are about the people we
    know. `ours`: our copy of the application, `known`: of the candidate with the person's id."""
    same_date = is_same_moment(ours.applied_at, application.applied_at) if ours is not None else None
    if same_date or (known is not None and is_same_moment(known.remote_created_at, person.created_at)):
        return None  # in the same account, a different candidate means a merge
    if known is not None and not is_same_person(known, person):
        return known
    if ours is None or ours.candidate.remote_id == person.id:
        return None
    return None if _agrees(ours.candidate, person, same=same_date) else ours.candidate


def _agrees(ours: Candidate, theirs: remote.Candidate, *, same: bool | None) -> bool:
    if same is None:
        return is_empty(ours) or resembles(ours, theirs)
    return same or (shares_address(ours, theirs) and shares_name(ours, theirs))
