"""Candidates merged, deleted or anonymised in Greenhouse, and deleted applications.

Events are only hints: we read Harvest first, then write everything in one transaction, which calls `settle`. Functions
are idempotent and accept events in any order. They return sentences, and raise TooBusy, or HarvestError with nothing
written.

A record we can't see is erased only if an event reported its deletion seven days ago.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from goodword.candidates.domain.erasure_requests import (
    BY_PEOPLE,
    Reason,
    cancel_erasure,
    pending,
    request_erasure,
)
from goodword.candidates.domain.holds import hold_on
from goodword.candidates.models import Application, Candidate, Erasure
from goodword.candidates.personal_data import BLANK
from goodword.greenhouse import client as remote
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.applications import READINGS, TooBusy, apply
from goodword.greenhouse.sync.candidates import ACTOR, Stale, lock_people, merge_candidates
from goodword.greenhouse.sync.fetching import NO_HINT, ApplicationReading, our_candidate, read_application
from goodword.greenhouse.sync.harvest import BRIEFLY, harvest
from goodword.greenhouse.sync.identity import (
    is_anonymous,
    is_empty,
    is_same_moment,
    is_same_person,
    resembles,
    shares_name,
)

Settle = Callable[[list[str]], None]

VISIBLE_AGAIN = "Greenhouse shows this person again: they weren't deleted."
NAMED_AGAIN = "Greenhouse names this person again: they are no longer anonymous."
APPLICATION_VISIBLE_AGAIN = "Greenhouse shows this application again: it wasn't deleted."


def _nothing(_: list[str]) -> None: ...


def candidate_merged(
    connection: Connection, *, loser_id: int, winner_id: int, now: datetime, settle: Settle = _nothing
) -> list[str]:
    """Merge our copy of `loser_id` into that of `winner_id` (Greenhouse's ids)."""

    def write(reading: PeopleReading) -> list[str]:
        lock_people(connection, remote_ids=(loser_id, winner_id))
        outcomes = reading.write()
        loser = _candidate(connection, loser_id)
        if loser is None:
            return [*outcomes, f"Candidate {loser_id} is not one of our candidates."]
        if reading.shows(loser_id):
            return [*outcomes, f"Greenhouse still shows candidate {loser_id}: nothing was merged."]
        if not _may_merge(loser, winner_id, reading=reading, connection=connection):
            return [*outcomes, f"Candidate {winner_id} is another person here: nothing was merged."]
        winner = _candidate(connection, winner_id) or _unseen_candidate(
            connection, winner_id, like=loser, now=now
        )
        if loser.private and not winner.private and reading.people[winner_id] is None:
            # Greenhouse may hide the winner because it is private too
            winner.private, winner.private_since = True, now
            winner.save(update_fields=["private", "private_since"])
        if merge_candidates(loser_id=loser.pk, winner=winner, now=now):
            return [*outcomes, f"Candidate {loser_id} was merged into candidate {winner_id}."]
        return [*outcomes, f"Candidate {loser_id} was already merged into candidate {winner_id}."]

    return _read_and_write(
        connection, candidate_ids=(loser_id, winner_id), write=write, now=now, settle=settle
    )


def _may_merge(loser: Candidate, winner_id: int, *, reading: "PeopleReading", connection: Connection) -> bool:
    """A delivery alone doesn't join two people: it may come from another account, where the ids are somebody else's. An
    application that has moved to the winner proves the merge, as does a common address or full name."""
    ours = _candidate(connection, winner_id)
    if ours is not None and loser.merged_into_id == ours.pk:
        return True
    theirs = reading.people[winner_id]
    if reading.others or reading.taken:
        return False
    moved = [
        application.remote_id
        for application in reading.applications
        if application.application is not None and application.application.candidate_id == winner_id
    ]
    if Application.objects.across_organisations().filter(candidate=loser, remote_id__in=moved).exists():
        return True
    other = theirs or ours
    if other is None or is_empty(loser) or resembles(loser, other):
        return True
    if ours is None or theirs is None or not is_same_moment(ours.remote_created_at, theirs.created_at):
        return False
    # enough in the same account: a merge may delete the loser's application
    return shares_name(loser, theirs)


def candidate_deleted(
    connection: Connection,
    *,
    candidate_id: int,
    application_ids: Collection[int] = (),
    now: datetime,
    settle: Settle = _nothing,
) -> list[str]:
    """Handle the deletion of a candidate and these applications, as reported by Greenhouse. A merge may look the
    same."""

    def write(reading: PeopleReading) -> list[str]:
        outcomes = reading.write()
        if reading.shows(candidate_id):
            _cancel_erasures(connection, candidate_id, because=VISIBLE_AGAIN, now=now)
            return [*outcomes, f"Greenhouse still shows candidate {candidate_id}: nothing is erased."]
        reason = Reason.CANDIDATE_DELETED
        return [*outcomes, _request_erasure(connection, candidate_id, reason, reading=reading, now=now)]

    return _read_and_write(
        connection,
        candidate_ids=(candidate_id,),
        application_ids=application_ids,
        write=write,
        now=now,
        settle=settle,
    )


def candidate_anonymised(
    connection: Connection,
    *,
    candidate_id: int,
    fields: Collection[str] = (),
    now: datetime,
    settle: Settle = _nothing,
) -> list[str]:
    """Handle an anonymisation. `fields`: what was blanked, in Greenhouse's words ("full_name"). Only a missing address
    and name confirm it."""

    def write(reading: PeopleReading) -> list[str]:
        outcomes = reading.write()
        person = None if candidate_id in reading.others else reading.people[candidate_id]
        if _is_identified(person, fields):
            _cancel_erasures(connection, candidate_id, because=NAMED_AGAIN, now=now)
            return [*outcomes, f"Greenhouse still identifies candidate {candidate_id}: nothing is erased."]
        reason = Reason.CANDIDATE_ANONYMISED
        return [*outcomes, _request_erasure(connection, candidate_id, reason, reading=reading, now=now)]

    return _read_and_write(connection, candidate_ids=(candidate_id,), write=write, now=now, settle=settle)


def application_deleted(
    connection: Connection, *, application_id: int, now: datetime, settle: Settle = _nothing
) -> list[str]:
    def write(reading: PeopleReading) -> list[str]:
        outcomes = reading.write()
        ours = _application(connection, application_id)
        if ours is None:
            return [*outcomes, "Not one of our applications."]
        if application_id in reading.visible:
            for erasure in pending(ours):
                cancel_erasure(erasure, because=APPLICATION_VISIBLE_AGAIN, now=now, by=ACTOR)
            return [*outcomes, f"Greenhouse still shows application {application_id}: nothing is erased."]
        if ours.erased_at is not None:
            return [*outcomes, f"Application {application_id} was already erased."]
        if ours.candidate.id_taken_at is not None and application_id not in reading.taken:
            return [*outcomes, f"Application {application_id} was another person's: nothing is erased."]
        if _member_keeps(application=ours):
            return [*outcomes, "A member has decided to keep it."]
        erasure = request_erasure(of=ours, reason=Reason.APPLICATION_DELETED, now=now, by=ACTOR)
        return [*outcomes, _due(f"Application {application_id}", erasure)]

    return _read_and_write(connection, application_ids=(application_id,), write=write, now=now, settle=settle)


@dataclass(frozen=True, kw_only=True)
class PeopleReading:
    """Candidates (None: not visible) and applications as read from Harvest. `others`: ids of candidates that are other
    people than those we know. `write` updates our copies."""

    people: Mapping[int, remote.Candidate | None]
    others: Collection[int]
    applications: Collection[ApplicationReading]
    write: Callable[[], list[str]]

    def shows(self, candidate_id: int) -> bool:
        """Whether the candidate is visible. A private candidate may be visible only through an application."""
        if candidate_id in self.others:
            return False
        return self.people[candidate_id] is not None or candidate_id in self.visible.values()

    @property
    def visible(self) -> dict[int, int]:
        """The ids of visible applications, with those of their candidates."""
        found = [application for application in self.applications if application.taken_from is None]
        return {
            reading.remote_id: reading.application.candidate_id
            for reading in found
            if reading.application is not None
        }

    @property
    def taken(self) -> set[int]:
        """The ids of applications that are other people's."""
        return {
            application.remote_id for application in self.applications if application.taken_from is not None
        }


def _read_and_write(
    connection: Connection,
    *,
    candidate_ids: Collection[int] = (),
    application_ids: Collection[int] = (),
    write: Callable[[PeopleReading], list[str]],
    now: datetime,
    settle: Callable[[list[str]], None],
) -> list[str]:
    """Read the people and applications of which we have copies, then call `write` in a transaction."""
    for _ in range(READINGS):
        wanted = _our_applications(connection, candidate_ids, application_ids)
        if not wanted and not _any_known(connection, candidate_ids):
            outcomes = ["Not one of our candidates: no effect."]
            with transaction.atomic():
                settle(outcomes)
            return outcomes
        with harvest(connection, retry=BRIEFLY) as api:
            people = {candidate_id: api.candidate(candidate_id) for candidate_id in candidate_ids}
            others = {
                candidate_id
                for candidate_id, person in people.items()
                if person and _is_other(connection, person)
            }
            readings = [
                read_application(api, connection=connection, remote_id=remote_id, hint=NO_HINT, now=now)
                for remote_id in wanted
            ]

        def update(readings: list[ApplicationReading] = readings) -> list[str]:
            return apply(readings, connection=connection, now=now)

        try:
            with transaction.atomic():
                outcomes = write(
                    PeopleReading(people=people, others=others, applications=readings, write=update)
                )
                settle(outcomes)
        except Stale:
            continue
        return outcomes
    raise TooBusy(f"{READINGS} readings of {candidate_ids or application_ids} became outdated.")


def _our_applications(
    connection: Connection, candidate_ids: Collection[int], application_ids: Collection[int]
) -> list[int]:
    rows = Application.objects.across_organisations().filter(
        Q(candidate__remote_id__in=candidate_ids) | Q(remote_id__in=application_ids),
        connection_id=connection.pk,
    )
    return [
        remote_id
        for remote_id in rows.order_by("remote_id").values_list("remote_id", flat=True)
        if remote_id is not None
    ]


def _any_known(connection: Connection, candidate_ids: Collection[int]) -> bool:
    people = Candidate.objects.across_organisations()
    return people.filter(connection_id=connection.pk, remote_id__in=candidate_ids).exists()


def _is_other(connection: Connection, person: remote.Candidate) -> bool:
    ours = our_candidate(connection.pk, person.id)
    return ours is not None and not is_same_person(ours, person) and not is_anonymous(person)


def _candidate(connection: Connection, remote_id: int) -> Candidate | None:
    rows = Candidate.objects.across_organisations().select_related("merged_into")
    return rows.filter(connection_id=connection.pk, remote_id=remote_id).first()


def _unseen_candidate(connection: Connection, remote_id: int, *, like: Candidate, now: datetime) -> Candidate:
    """A placeholder for a winner we can't see, so that later events find the merged applications. Until we see it, it
    has the loser's data, since they are the same person."""
    data: dict[str, Any] = {name: getattr(like, name) for name in (*BLANK, "private", "private_since")}
    found, _ = Candidate.objects.across_organisations().get_or_create(
        connection_id=connection.pk,
        remote_id=remote_id,
        defaults=data | {"organisation_id": connection.organisation_id, "created_at": now},
    )
    return found


def _application(connection: Connection, remote_id: int) -> Application | None:
    rows = Application.objects.across_organisations()
    return rows.filter(connection_id=connection.pk, remote_id=remote_id).first()


def _is_identified(person: remote.Candidate | None, fields: Collection[str]) -> bool:
    if person is None:
        return False
    named = bool(
        person.first_name.strip() or person.last_name.strip() or (person.preferred_name or "").strip()
    )
    return bool(person.emails) or (named and "full_name" not in fields)


def _request_erasure(
    connection: Connection, candidate_id: int, reason: Reason, *, reading: PeopleReading, now: datetime
) -> str:
    ours = _candidate(connection, candidate_id)
    if ours is None:
        return "Not one of our candidates."
    if ours.merged_into is not None:
        return f"Candidate {candidate_id} was merged into {ours.merged_into.remote_id}: nothing is erased."
    if ours.erased_at is not None:
        return f"Candidate {candidate_id} was already erased."
    if ours.id_taken_at is not None and not (reading.others or reading.taken):
        # the event is about the person who had the id, unless they are still there
        return f"The ID of candidate {candidate_id} was another person's: nothing is erased."
    if _member_keeps(candidate=ours):
        return "A member has decided to keep the data."
    return _due(f"Candidate {candidate_id}", request_erasure(of=ours, reason=reason, now=now, by=ACTOR))


def _cancel_erasures(connection: Connection, candidate_id: int, *, because: str, now: datetime) -> None:
    ours = _candidate(connection, candidate_id)
    for erasure in pending(ours).exclude(reason__in=BY_PEOPLE) if ours is not None else ():
        cancel_erasure(erasure, because=because, now=now, by=ACTOR)


def _member_keeps(**of: Candidate | Application) -> bool:
    earlier = Erasure.objects.across_organisations().filter(**of).exclude(reason__in=BY_PEOPLE)
    return earlier.filter(cancelled_by__isnull=False).exists()


def _due(who: str, erasure: Erasure) -> str:
    of = erasure.application or erasure.candidate
    if of is not None and hold_on(of) is not None:
        return f"{who} is under legal hold: open steps are closed, and the data is kept until the hold is lifted."
    day = erasure.due_at.astimezone(erasure.organisation.zone)
    return f"{who} will be erased on {day:%-d %B %Y}; open steps are closed."
