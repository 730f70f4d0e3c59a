"""Our copies of candidates. An application that a member added and the same one arriving from Greenhouse become one, so
the person is invited once. docs/decisions/0039 explains why address, role and part of the name are compared."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext as _

from goodword.candidates.domain.erasure_requests import (
    BY_PEOPLE,
    Reason,
    cancel_erasure,
    close_new_applications,
    pending,
    request_erasure,
)
from goodword.candidates.domain.holds import hold_against_erasure, lock_role_holds
from goodword.candidates.domain.people import lock_person
from goodword.candidates.models import Application, Candidate
from goodword.candidates.personal_data import BLANK
from goodword.core.addresses import without_invisible
from goodword.core.events import record
from goodword.core.text import clean_text
from goodword.greenhouse import client as remote
from goodword.greenhouse.client import Contact
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.identity import name_parts
from goodword.roles.models import Automation

ACTOR = "greenhouse"

#: length of the column; the longest valid address is shorter (RFC 3696, erratum 1690)
MAX_ADDRESS_LENGTH = 320

#: personal addresses first, work addresses last
_RANK = {"personal": 0, "work": 2}

_TICK = timedelta(microseconds=1)


class Stale(Exception):
    """Our copy changed while we read Harvest, so what we read may be outdated. Read again."""


def next_version(before: datetime | None, now: datetime) -> datetime:
    """A version later than `before`, even if clocks differ."""
    return now if before is None else max(now, before + _TICK)


def candidate_columns(person: remote.Candidate) -> dict[str, Any]:
    return {
        "first_name": _clean(person.first_name, 200),
        "last_name": _clean(person.last_name, 200),
        "preferred_name": _clean(person.preferred_name, 200),
        "email": address_of(person.emails),
        "company": _clean(person.company, 300),
        "title": _clean(person.title, 300),
        "can_email": person.can_email,
        "private": person.private,
    }


def lock_people(
    connection: Connection, *, ids: Collection[int] = (), remote_ids: Collection[int] = ()
) -> None:
    """Lock several people, in the same order as merges do. `remote_ids`: Greenhouse's."""
    lock_role_holds(connection.organisation_id)  # before the people, as placing a legal hold does
    wanted = Q(pk__in=ids) | Q(connection_id=connection.pk, remote_id__in=remote_ids)
    rows = Candidate.objects.across_organisations().filter(wanted).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def write_candidate(
    person: remote.Candidate,
    *,
    as_of: datetime | None,
    applied_at: datetime | None,
    connection: Connection,
    now: datetime,
) -> tuple[Candidate, bool]:
    """Lock and update our copy. Returns it, and whether mail to the candidate is affected. Erased people stay erased
    unless they have applied since. Raises Stale."""
    lock_role_holds(connection.organisation_id)  # before the candidate, as placing a legal hold does
    row, fresh = (
        Candidate.objects.across_organisations()
        .select_for_update(no_key=True)
        .get_or_create(
            connection_id=connection.pk,
            remote_id=person.id,
            defaults=candidate_columns(person)
            | {"organisation_id": connection.organisation_id, "created_at": now, "synced_at": now}
            | {"remote_created_at": person.created_at, "private_since": now if person.private else None},
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
    changed = update_candidate(row, person, now=now)
    row.synced_at = next_version(row.synced_at, now)
    row.save()
    return row, changed


def update_candidate(row: Candidate, person: remote.Candidate, *, now: datetime) -> bool:
    values = candidate_columns(person)
    if person.private != row.private:
        row.private_since = now if person.private else None
    row.merged_into = None  # Greenhouse shows it as a separate person again
    row.remote_created_at = person.created_at or row.remote_created_at
    row.id_taken_at = None
    before = _mailable(row)
    blanked = any(value == "" != getattr(row, name) for name, value in values.items())
    emptied = blanked or (values["can_email"] and not values["email"])
    if emptied and hold_against_erasure(row) is not None:
        # deleted or anonymised in Greenhouse, but a legal hold keeps the data here
        values["can_email"] = values["can_email"] and bool(values["email"])
        values |= {name: getattr(row, name) for name, value in values.items() if value == ""}
    for name, value in values.items():
        setattr(row, name, value)
    return _mailable(row) != before


def _mailable(row: Candidate) -> tuple[str, bool, bool]:
    return row.email, row.can_email, row.is_name_suspicious


def _clean(text: str | None, longest: int) -> str:
    return clean_text(text or "", one_line=True)[:longest]


def address_of(contacts: Iterable[Contact]) -> str:
    """Return a valid address, preferably not a work address, or ""."""
    usable = [contact for contact in contacts if is_address(contact.value)]
    usable.sort(key=lambda contact: _RANK.get(contact.type or "", 1))  # stable: keeps Greenhouse's order
    return without_invisible(usable[0].value) if usable else ""


def is_address(value: str) -> bool:
    address = without_invisible(value)
    try:
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= MAX_ADDRESS_LENGTH


def merge_candidates(
    *, loser_id: int, winner: Candidate, suppressed: Collection[int] = (), now: datetime
) -> bool:
    """Give the loser's applications to the winner, in the caller's transaction. Returns False if that was done before.
    Erasures that were requested because the merge looked like a deletion are cancelled. Those that a person requested
    are requested again for the winner. `suppressed`: Greenhouse's ids of applications that wait for a member's
    click, so no merge is recorded for them.
    """
    locked = {pk: lock_person(pk) for pk in sorted({loser_id, winner.pk})}  # the same order in all workers
    loser, applications = locked[loser_id]
    if winner.pk in {loser.pk, loser.merged_into_id}:
        return False
    requests = list(pending(loser).filter(reason__in=BY_PEOPLE, application=None))
    for erasure in pending(loser):
        because = _("In Greenhouse this person was merged into another profile.")
        cancel_erasure(erasure, because=because, now=now, by=ACTOR)
    ours = Application.objects.across_organisations().filter(candidate=loser)
    ours.update(candidate=winner)
    for application in applications:
        if application.erased_at is None and application.remote_id not in suppressed:
            record(
                "candidate.merged",
                organisation_id=application.organisation_id,
                application_id=application.pk,
                actor=ACTOR,
                at=now,
                data={"from_candidate_id": loser.pk, "candidate_id": winner.pk},
            )
    people = Candidate.objects.across_organisations()
    people.filter(merged_into=loser).update(merged_into=winner)
    current = locked[winner.pk][0]
    if loser.chosen_language and not current.chosen_language and current.erased_at is None:
        winner.chosen_language = loser.chosen_language
        people.filter(pk=winner.pk).update(chosen_language=loser.chosen_language)
    if current.private:
        # the later time, so that no link to a report of either starts working
        winner.private_since = max(candidate.private_since or now for candidate in (loser, current))
        people.filter(pk=winner.pk).update(private_since=winner.private_since)
    people.filter(pk=loser.pk).update(**BLANK, merged_into=winner, id_taken_at=None)
    for request in requests:
        request_erasure(
            of=winner,
            reason=Reason(request.reason),
            now=now,
            by=ACTOR,
            member=request.requested_by,
            due_at=request.due_at,
        )
    close_new_applications(winner, now=now, by=ACTOR)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationState:
    status: str
    job_id: int | None
    stage_id: int | None
    stage_name: str
    reason: str = ""


def adopt(
    application: remote.Application, *, candidate: Candidate, automation: Automation, now: datetime
) -> Application | None:
    """Turn an application that a member added into this one; None if there is none. `candidate`: our copy, locked."""
    if application.job_id is None or not candidate.email or candidate.erased_at is not None:
        return None
    added = Application.objects.across_organisations().filter(
        role=automation.role_id, connection_id=None, erased_at=None, erasure_requested_at=None
    )
    same_address = Q(candidate__connection_id=None, candidate__email__same_address=candidate.email)
    for found in (
        added.filter(Q(candidate=candidate) | same_address).select_related("candidate").order_by("pk")
    ):
        if found.candidate_id != candidate.pk and not _may_be_same(found.candidate, candidate):
            continue
        _person, theirs = lock_person(found.candidate_id)
        row = next((row for row in theirs if row.pk == found.pk and row.connection_id is None), None)
        if row is None or row.is_being_erased:
            continue
        row.connection_id, row.remote_id = automation.connection_id, application.id
        row.save(update_fields=["connection_id", "remote_id"])
        record(
            "application.adopted",
            organisation_id=row.organisation_id,
            application_id=row.pk,
            actor=ACTOR,
            at=now,
            data={},
        )
        return row
    return None


def state_before(row: Application, application: remote.Application) -> ApplicationState:
    """The state of an adopted application before it was in Greenhouse: same job, no stage."""
    return ApplicationState(
        status=row.status,
        job_id=application.job_id,
        stage_id=None,
        stage_name="",
        reason=row.rejection_reason,
    )


def _may_be_same(added: Candidate, theirs: Candidate) -> bool:
    """Return whether the names have a part in common, since people may share an address."""
    return bool(name_parts(added) & name_parts(theirs))
