"""Read what Harvest says of people and of all their applications that we have, then write it in one transaction."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from goodword.candidates.models import Application, Candidate
from goodword.greenhouse import client as remote
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.application import READINGS, TooBusy
from goodword.greenhouse.sync.apply import apply
from goodword.greenhouse.sync.hint import NOTHING
from goodword.greenhouse.sync.person import Stale
from goodword.greenhouse.sync.read import Seen, look
from goodword.greenhouse.sync.session import BRIEFLY, harvest


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What Harvest said: of each person (None: not visible), and of the applications."""

    people: Mapping[int, remote.Candidate | None]
    seen: Collection[Seen]
    write: Callable[[], list[str]]

    def shows(self, candidate_id: int) -> bool:
        """Whether the person is there, be it only by an application of theirs (a private candidate's, perhaps)."""
        theirs = {one.application.candidate_id for one in self.seen if one.application is not None}
        return self.people[candidate_id] is not None or candidate_id in theirs

    @property
    def visible(self) -> set[int]:
        """Greenhouse's ids of the applications that can be seen."""
        return {one.remote_id for one in self.seen if one.application is not None}


def follow(
    connection: Connection,
    *,
    candidate_ids: Collection[int] = (),
    application_ids: Collection[int] = (),
    act: Callable[[Reading], list[str]],
    now: datetime,
    settle: Callable[[list[str]], None],
) -> list[str]:
    """Read, then let `act` write in a transaction (`reading.write()` brings the applications up to date).

    Where nobody of ours is concerned Harvest is not asked. Raises HarvestError with nothing written, and TooBusy.
    """
    for _ in range(READINGS):
        wanted = _ours(connection, candidate_ids, application_ids)
        if not wanted and not _known(connection, candidate_ids):
            outcomes = ["Nobody of ours: no effect."]
            with transaction.atomic():
                settle(outcomes)
            return outcomes
        with harvest(connection, retry=BRIEFLY) as api:
            people = {one: api.candidate(one) for one in candidate_ids}
            seen = [look(api, connection=connection, remote_id=one, hint=NOTHING, now=now) for one in wanted]

        def write(seen: list[Seen] = seen) -> list[str]:
            return apply(seen, connection=connection, now=now)

        try:
            with transaction.atomic():
                outcomes = act(Reading(people=people, seen=seen, write=write))
                settle(outcomes)
        except Stale:
            continue
        return outcomes
    raise TooBusy(f"{READINGS} readings of {candidate_ids or application_ids} were overtaken.")


def _ours(
    connection: Connection, candidate_ids: Collection[int], application_ids: Collection[int]
) -> list[int]:
    """Greenhouse's ids of our applications that are concerned, in one order for all workers."""
    rows = Application.objects.across_organisations().filter(
        Q(candidate__remote_id__in=candidate_ids) | Q(remote_id__in=application_ids),
        connection_id=connection.pk,
    )
    return [one for one in rows.order_by("remote_id").values_list("remote_id", flat=True) if one is not None]


def _known(connection: Connection, candidate_ids: Collection[int]) -> bool:
    people = Candidate.objects.across_organisations()
    return people.filter(connection_id=connection.pk, remote_id__in=candidate_ids).exists()
