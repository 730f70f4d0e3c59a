"""Our copy of a person."""

from datetime import datetime, timedelta
from typing import Any

from goodword.candidates.domain.holds import hold_against_erasure, keep_role_holds
from goodword.candidates.models import Candidate
from goodword.core.text import clean_text
from goodword.greenhouse import client as remote
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.address import address_of

_TICK = timedelta(microseconds=1)


class Stale(Exception):
    """Our copy was written while Harvest was being read: what was read may be older. Read again."""


def version(before: datetime | None, now: datetime) -> datetime:
    """The next `synced_at`: later than the last, also when clocks differ or stand still."""
    return now if before is None else max(now, before + _TICK)


def told_of(person: remote.Candidate) -> dict[str, Any]:
    """The columns of our copy that follow what Greenhouse tells."""
    return {
        "first_name": _words(person.first_name, 200),
        "last_name": _words(person.last_name, 200),
        "preferred_name": _words(person.preferred_name, 200),
        "email": address_of(person.emails),
        "company": _words(person.company, 300),
        "title": _words(person.title, 300),
        "can_email": person.can_email,
        "private": person.private,
    }


def write_candidate(
    person: remote.Candidate,
    *,
    as_of: datetime | None,
    applied_at: datetime | None,
    connection: Connection,
    now: datetime,
) -> tuple[Candidate, bool]:
    """Lock and write our copy. Returns it, and whether anything that affects mailing them has changed.

    An erased person stays erased (`erased_at`) unless they have applied since; under a legal hold nothing is blanked.
    Raises Stale if our copy has changed since `as_of` (see `apply`).
    """
    keep_role_holds(connection.organisation_id)  # before the candidate, as placing a hold does
    row, fresh = (
        Candidate.objects.across_organisations()
        .select_for_update()
        .get_or_create(
            connection_id=connection.pk,
            remote_id=person.id,
            defaults=told_of(person)
            | {"organisation_id": connection.organisation_id, "created_at": now, "synced_at": now},
        )
    )
    if fresh:
        if as_of is not None:
            raise Stale
        return row, False
    if row.synced_at != as_of:
        raise Stale
    if row.erased_at is not None:
        if applied_at is None or applied_at <= row.erased_at:
            return row, False
        row.erased_at = None
    moved = bring_over(row, person)
    row.synced_at = version(row.synced_at, now)
    row.save()
    return row, moved


def bring_over(row: Candidate, person: remote.Candidate) -> bool:
    """Copy Greenhouse's data to our row, unsaved. Returns whether anything that affects mailing them has changed."""
    values = told_of(person)
    row.merged_into = None  # a separate person in Greenhouse again
    before = _mailable(row)
    blanked = any(value == "" != getattr(row, name) for name, value in values.items())
    emptied = blanked or (values["can_email"] and not values["email"])
    if emptied and hold_against_erasure(row) is not None:
        # deleted or anonymised in Greenhouse, but the data has to be kept
        values["can_email"] = values["can_email"] and bool(values["email"])
        values |= {name: getattr(row, name) for name, value in values.items() if value == ""}
    for name, value in values.items():
        setattr(row, name, value)
    return _mailable(row) != before


def _mailable(row: Candidate) -> tuple[str, bool, bool]:
    return row.email, row.can_email, row.is_name_suspicious


def _words(said: str | None, longest: int) -> str:
    """What others typed into Greenhouse, without what no reader can see, as long as the column is."""
    return clean_text(said or "", one_line=True)[:longest]
