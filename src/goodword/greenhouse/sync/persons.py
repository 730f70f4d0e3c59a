"""What Greenhouse says of a person as a whole: merged, deleted, anonymised; and of an application: deleted.

A signed event only says where to look. Harvest is read first, outside any transaction; then everything is
written in one, in which `settle` is called with a sentence for each thing, so that the caller's own row is
settled if and only if the rest is written (as in `sync.application`). All of it may be said twice and in any order.

Nothing is erased because something is not visible: only if an event has said so too, and then in seven days.
Each function returns the sentences, and raises HarvestError with nothing written, and TooBusy.
"""

from collections.abc import Callable, Collection
from datetime import datetime

from goodword.candidates.domain.erasure import BY_PEOPLE, Reason, ask_erasure, cancel_erasure, pending
from goodword.candidates.domain.holds import hold_on
from goodword.candidates.models import Application, Candidate, Erasure
from goodword.greenhouse import client as remote
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.follow import Reading, follow
from goodword.greenhouse.sync.merge import ACTOR, join

Settle = Callable[[list[str]], None]

VISIBLE_AGAIN = "Greenhouse shows this person: they were not deleted after all."
NAMED_AGAIN = "Greenhouse says again who this person is: they are not anonymous any more."
APPLICATION_VISIBLE_AGAIN = "Greenhouse shows this application: it was not deleted after all."


def _nothing(_: list[str]) -> None:
    """Nobody's row is settled with it."""


def merged(
    connection: Connection, *, loser_id: int, winner_id: int, now: datetime, settle: Settle = _nothing
) -> list[str]:
    """Candidate `loser_id` has become part of `winner_id` (Greenhouse's ids): their histories join."""

    def act(reading: Reading) -> list[str]:
        said = reading.write()
        loser = person(connection, loser_id)
        if loser is None:
            return [*said, f"Candidate {loser_id} was not one of ours."]
        if reading.shows(loser_id):
            return [*said, f"Greenhouse still shows candidate {loser_id}: nothing was joined."]
        winner = person(connection, winner_id) or _new(connection, winner_id, now=now)
        if join(loser_id=loser.pk, winner=winner, now=now):
            return [*said, f"Candidate {loser_id} was joined to candidate {winner_id}."]
        return [*said, f"Candidate {loser_id} is joined to candidate {winner_id}."]

    return follow(connection, candidate_ids=(loser_id, winner_id), act=act, now=now, settle=settle)


def deleted(
    connection: Connection,
    *,
    candidate_id: int,
    application_ids: Collection[int] = (),
    now: datetime,
    settle: Settle = _nothing,
) -> list[str]:
    """Candidate `candidate_id` was deleted with these applications, or so it looks: a merge can look like it."""

    def act(reading: Reading) -> list[str]:
        said = reading.write()
        if reading.shows(candidate_id):
            _keep(connection, candidate_id, because=VISIBLE_AGAIN, now=now)
            return [*said, f"Greenhouse still shows candidate {candidate_id}: nothing is erased."]
        return [*said, _ask(connection, candidate_id, reason=Reason.CANDIDATE_DELETED, now=now)]

    return follow(
        connection,
        candidate_ids=(candidate_id,),
        application_ids=application_ids,
        act=act,
        now=now,
        settle=settle,
    )


def anonymised(
    connection: Connection,
    *,
    candidate_id: int,
    fields: Collection[str] = (),
    now: datetime,
    settle: Settle = _nothing,
) -> list[str]:
    """Candidate `candidate_id` was anonymised. `fields`: what of them, in Greenhouse's words ("full_name").

    The id stays visible; that address and name are gone is what confirms it. If only something else was blanked,
    our copy follows and nothing more.
    """

    def act(reading: Reading) -> list[str]:
        said = reading.write()
        if _identifies(reading.people[candidate_id], fields):
            _keep(connection, candidate_id, because=NAMED_AGAIN, now=now)
            return [*said, f"Greenhouse still says who candidate {candidate_id} is: nothing is erased."]
        return [*said, _ask(connection, candidate_id, reason=Reason.CANDIDATE_ANONYMISED, now=now)]

    return follow(connection, candidate_ids=(candidate_id,), act=act, now=now, settle=settle)


def application_deleted(
    connection: Connection, *, application_id: int, now: datetime, settle: Settle = _nothing
) -> list[str]:
    """Application `application_id` alone was deleted; the person stays."""

    def act(reading: Reading) -> list[str]:
        said = reading.write()
        ours = _application(connection, application_id)
        if ours is None:
            return [*said, "It was not one of ours."]
        if application_id in reading.visible:
            for erasure in pending(ours):
                cancel_erasure(erasure, because=APPLICATION_VISIBLE_AGAIN, now=now, by=ACTOR)
            return [*said, f"Greenhouse still shows application {application_id}: nothing is erased."]
        if ours.erased_at is not None:
            return [*said, f"Application {application_id} was erased before."]
        if _kept(application=ours):
            return [*said, "A member has decided to keep it."]
        erasure = ask_erasure(of=ours, reason=Reason.APPLICATION_DELETED, now=now, by=ACTOR)
        return [*said, _due(f"Application {application_id}", erasure)]

    return follow(connection, application_ids=(application_id,), act=act, now=now, settle=settle)


def person(connection: Connection, remote_id: int) -> Candidate | None:
    """Our copy of one of Greenhouse's candidates."""
    rows = Candidate.objects.across_organisations().select_related("merged_into")
    return rows.filter(connection_id=connection.pk, remote_id=remote_id).first()


def _ask(connection: Connection, candidate_id: int, *, reason: Reason, now: datetime) -> str:
    ours = person(connection, candidate_id)
    if ours is None:
        return "It was nobody of ours."
    if ours.merged_into is not None:
        return f"Candidate {candidate_id} was merged into {ours.merged_into.remote_id}: nothing is erased."
    if ours.erased_at is not None:
        return f"Candidate {candidate_id} was erased before."
    if _kept(candidate=ours):
        return "A member has decided to keep the data."
    return _due(f"Candidate {candidate_id}", ask_erasure(of=ours, reason=reason, now=now, by=ACTOR))


def _keep(connection: Connection, candidate_id: int, *, because: str, now: datetime) -> None:
    ours = person(connection, candidate_id)
    for erasure in pending(ours).exclude(reason__in=BY_PEOPLE) if ours is not None else ():
        cancel_erasure(erasure, because=because, now=now, by=ACTOR)


def _kept(**of: Candidate | Application) -> bool:
    """Whether a member has decided against what is said again: a replay must not undo that."""
    said = Erasure.objects.across_organisations().filter(**of).exclude(reason__in=BY_PEOPLE)
    return said.filter(cancelled_by__isnull=False).exists()


def _due(who: str, erasure: Erasure) -> str:
    of = erasure.application or erasure.candidate
    if of is not None and hold_on(of) is not None:
        return f"{who} is under a legal hold: the data is kept until that is lifted; what was open is closed."
    return f"{who} is to be erased on {erasure.due_at:%d %B %Y}; what was open is closed."


def _identifies(seen: remote.Candidate | None, fields: Collection[str]) -> bool:
    if seen is None:
        return False
    named = bool(seen.first_name.strip() or seen.last_name.strip() or (seen.preferred_name or "").strip())
    return bool(seen.emails) or (named and "full_name" not in fields)


def _new(connection: Connection, remote_id: int, *, now: datetime) -> Candidate:
    """Somebody whom we cannot see, so that what is said of them later finds what was joined to them."""
    found, _ = Candidate.objects.across_organisations().get_or_create(
        connection_id=connection.pk,
        remote_id=remote_id,
        defaults={"organisation_id": connection.organisation_id, "created_at": now},
    )
    return found


def _application(connection: Connection, remote_id: int) -> Application | None:
    rows = Application.objects.across_organisations()
    return rows.filter(connection_id=connection.pk, remote_id=remote_id).first()
