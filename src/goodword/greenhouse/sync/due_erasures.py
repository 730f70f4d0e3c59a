"""Carry out due erasures, after checking that the records are still gone from Greenhouse."""

import logging
from datetime import datetime

from goodword.candidates.domain.erasure_requests import BY_PEOPLE, Reason, candidate_id_of, carry_out_erasure
from goodword.candidates.domain.holds import hold_on
from goodword.candidates.models import Candidate, Erasure
from goodword.core import crypto
from goodword.core.jobs import for_each
from goodword.greenhouse.client import HarvestError
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.applications import TooBusy
from goodword.greenhouse.sync.merges_and_deletions import (
    application_deleted,
    candidate_anonymised,
    candidate_deleted,
)

log = logging.getLogger(__name__)


def erase_due(*, now: datetime) -> int:
    """Carry out due erasures. Returns how many."""
    due = Erasure.objects.across_organisations().filter(done_at=None, cancelled_at=None, due_at__lte=now)
    resting: set[int] = set()
    # no limit, since erasures on hold or waiting for Greenhouse stay due
    ids = list(due.order_by("due_at", "pk").values_list("pk", flat=True))
    return for_each(ids, lambda pk: _erase(pk, now=now, resting=resting))


def _erase(erasure_id: int, *, now: datetime, resting: set[int]) -> bool:
    erasure = (
        Erasure.objects.across_organisations().select_related("application", "candidate").get(pk=erasure_id)
    )
    of = erasure.application or erasure.candidate
    if of is not None and hold_on(of) is not None:
        return False
    connection = _connection_to_check(erasure)
    if connection is not None:
        if connection.pk in resting:
            return False
        try:
            _check_again(connection, erasure, now=now)
        except (HarvestError, crypto.CannotOpen) as error:
            log.warning(
                "erasure %d waits: Greenhouse cannot be reached (%s)", erasure_id, type(error).__name__
            )
            resting.add(connection.pk)
            return False
        except TooBusy:
            return False
    return carry_out_erasure(erasure_id=erasure_id, now=now)  # does nothing if the check has cancelled it


def _connection_to_check(erasure: Erasure) -> Connection | None:
    """Return the connection through which to check that the person is still deleted. None for erasures that people
    requested, candidates that members added, and disconnected accounts."""
    if erasure.reason in BY_PEOPLE:
        return None
    connections = Connection.objects.across_organisations().exclude(state=Connection.State.DISCONNECTED)
    person = Candidate.objects.across_organisations().get(pk=candidate_id_of(erasure))
    return connections.filter(pk=person.connection_id or 0).select_related("organisation").first()


def _check_again(connection: Connection, erasure: Erasure, *, now: datetime) -> None:
    """Repeat the check that led to the erasure. It cancels the erasure if it no longer applies. Raises HarvestError."""
    if erasure.application is not None and erasure.application.remote_id is not None:
        application_deleted(connection, application_id=erasure.application.remote_id, now=now)
        return
    person = Candidate.objects.across_organisations().get(pk=candidate_id_of(erasure))
    if person.remote_id is None:
        return
    if erasure.reason == Reason.CANDIDATE_ANONYMISED:
        candidate_anonymised(connection, candidate_id=person.remote_id, fields=("full_name",), now=now)
    else:
        candidate_deleted(connection, candidate_id=person.remote_id, now=now)
