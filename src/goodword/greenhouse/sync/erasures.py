"""The sweep of erasures: what is due goes, after one more look at Greenhouse."""

import logging
from datetime import datetime

from goodword.candidates.domain.carry_out import carry_out
from goodword.candidates.domain.erasure import BY_PEOPLE, Reason, person_of
from goodword.candidates.domain.holds import hold_on
from goodword.candidates.models import Candidate, Erasure
from goodword.core import crypto
from goodword.core.sweep import each
from goodword.greenhouse.client import HarvestError
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync import persons
from goodword.greenhouse.sync.application import TooBusy

log = logging.getLogger(__name__)

AT_MOST = 1000


def carry_out_due(*, now: datetime) -> int:
    """Erase what is due and still gone from Greenhouse. Returns how many.

    A person who is back, or was merged, is kept, with the reason. While Greenhouse cannot be reached nothing is erased,
    and the next sweep tries again.
    """
    due = Erasure.objects.across_organisations().filter(done_at=None, cancelled_at=None, due_at__lte=now)
    first = due.order_by("due_at", "pk").values_list("pk", flat=True)[:AT_MOST]
    resting: set[int] = set()
    return each(list(first), lambda pk: _one(pk, now=now, resting=resting))


def _one(erasure_id: int, *, now: datetime, resting: set[int]) -> bool:
    erasure = (
        Erasure.objects.across_organisations().select_related("application", "candidate").get(pk=erasure_id)
    )
    of = erasure.application or erasure.candidate
    if of is not None and hold_on(of) is not None:
        return False
    connection = _to_ask(erasure)
    if connection is not None:
        if connection.pk in resting:
            return False
        try:
            _look(connection, erasure, now=now)
        except (HarvestError, crypto.CannotOpen) as error:
            log.warning("erasure %d waits: Greenhouse cannot be asked (%s)", erasure_id, type(error).__name__)
            resting.add(connection.pk)
            return False
        except TooBusy:
            return False
    return carry_out(erasure_id=erasure_id, now=now)  # not if the look has cancelled it


def _to_ask(erasure: Erasure) -> Connection | None:
    """Whom to ask; None if a person has decided it, for a person made by hand, and where Greenhouse was disconnected:
    then its last word stands."""
    if erasure.reason in BY_PEOPLE:
        return None
    connections = Connection.objects.across_organisations().exclude(state=Connection.State.DISCONNECTED)
    person = Candidate.objects.across_organisations().get(pk=person_of(erasure))
    return connections.filter(pk=person.connection_id or 0).select_related("organisation").first()


def _look(connection: Connection, erasure: Erasure, *, now: datetime) -> None:
    """Let the same act look again that asked for it: it cancels what is not so any more. Raises HarvestError."""
    if erasure.application is not None and erasure.application.remote_id is not None:
        persons.application_deleted(connection, application_id=erasure.application.remote_id, now=now)
        return
    person = Candidate.objects.across_organisations().get(pk=person_of(erasure))
    if person.remote_id is None:
        return
    if erasure.reason == Reason.CANDIDATE_ANONYMISED:
        persons.anonymised(connection, candidate_id=person.remote_id, fields=("full_name",), now=now)
    else:
        persons.deleted(connection, candidate_id=person.remote_id, now=now)
