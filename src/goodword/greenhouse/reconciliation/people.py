"""Candidates who changed: a name, an address, leave to e-mail, or whether they are private."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import batched

from goodword.candidates.models import Application, Candidate
from goodword.greenhouse import client as remote
from goodword.greenhouse.models import Connection, Finding
from goodword.greenhouse.reconciliation.compare import Found
from goodword.greenhouse.reconciliation.limits import Missed
from goodword.greenhouse.sync.candidates import address_of, candidate_columns
from goodword.steps.domain.automation import HINDRANCES
from goodword.steps.models import StepRequest

PAGE = 500

SENTENCE = "Name, address or leave to e-mail changed."


def changed_people(
    people: Iterable[remote.Candidate], *, connection: Connection
) -> tuple[list[Found], list[Missed]]:
    """One application of each person whose data differs from ours; and the applications with a step that waited for a
    person who can now be mailed."""
    found: list[Found] = []
    missed: list[Missed] = []
    for page in batched(people, PAGE):
        mine = _ours(connection, [person.id for person in page])
        others = [person for person in page if person.id in mine and _differs(mine[person.id], person)]
        reachable = [person.id for person in others if address_of(person.emails) and person.can_email]
        waiting = _waiting(connection, reachable)
        applications = _applications(connection, [person.id for person in others])
        held = {person_id for person_id, remote_id, *_ in applications if remote_id in waiting}
        for person_id, remote_id, job_id, stage_id, entered_at in applications:
            if remote_id in waiting:
                missed.append(
                    Missed(
                        remote_id=remote_id,
                        job_id=job_id,
                        stage_id=stage_id,
                        entered_at=entered_at,
                        hindered=True,
                    )
                )
            elif person_id not in held:  # otherwise it is included with the one to be decided
                found.append(
                    Found(
                        remote_id=remote_id,
                        kind=Finding.Kind.MISSED_CHANGE,
                        sentence=SENTENCE,
                        job_id=job_id,
                        stage_id=stage_id,
                    )
                )
    return found, missed


def _ours(connection: Connection, remote_ids: Collection[int]) -> dict[int, Candidate]:
    rows = Candidate.objects.across_organisations().filter(
        connection_id=connection.pk, remote_id__in=remote_ids, erased_at=None
    )
    return {row.remote_id: row for row in rows if row.remote_id is not None}


def _differs(ours: Candidate, theirs: remote.Candidate) -> bool:
    return any(getattr(ours, name) != value for name, value in candidate_columns(theirs).items())


def _waiting(connection: Connection, candidate_ids: Collection[int]) -> set[int]:
    """Applications of these people, by Greenhouse's id, whose step waits for an address or for leave."""
    starts = StepRequest.objects.across_organisations().filter(
        application__connection_id=connection.pk,
        application__candidate__remote_id__in=candidate_ids,
        application__status=Application.Status.ACTIVE,
        state=StepRequest.State.WAITING,
        waits_for__in=HINDRANCES,
    )
    return {one for one in starts.values_list("application__remote_id", flat=True) if one is not None}


def _applications(
    connection: Connection, candidate_ids: Collection[int]
) -> list[tuple[int | None, int, int | None, int | None, datetime | None]]:
    rows = Application.objects.across_organisations().filter(
        connection_id=connection.pk,
        candidate__remote_id__in=candidate_ids,
        remote_id__isnull=False,
        deleted_at=None,
        erased_at=None,
    )
    columns = ("candidate__remote_id", "remote_id", "job_id", "stage_id", "stage_entered_at")
    return [
        (person_id, remote_id, job_id, stage_id, entered_at)
        for person_id, remote_id, job_id, stage_id, entered_at in rows.order_by("pk").values_list(*columns)
        if remote_id is not None
    ]
