"""What a delivery leads to, by its action: the map of the inbox. Each effect reads Harvest first.

`settle` is called with a sentence for each thing, inside the transaction that writes it.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from goodword.greenhouse.inbox.actions import JOB_ACTIONS
from goodword.greenhouse.inbox.concerned import concerned, jobs_of
from goodword.greenhouse.inbox.payload import Delivery
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync import deletions
from goodword.greenhouse.sync.applications import sync_applications
from goodword.greenhouse.sync.linked_jobs import sync_jobs
from goodword.greenhouse.sync.reading import NOTHING_PREFETCHED, Prefetched
from goodword.roles.models import Automation


class Settle(Protocol):
    """How a delivery's row is settled: with sentences, and our ids of roles that look other than before."""

    def __call__(self, outcomes: list[str], /, *, roles: Iterable[int] = ()) -> None: ...


def carry_out(
    delivery: Delivery,
    *,
    connection: Connection,
    now: datetime,
    settle: Settle,
    ahead: Callable[[], Prefetched] = lambda: NOTHING_PREFETCHED,
) -> None:
    """Let a delivery have its effect, or say why it has none. Raises HarvestError with nothing written, TooBusy.

    `ahead` gives what was read already, and is asked only if an application is to be read.
    """
    if delivery.action in JOB_ACTIONS:
        _job(delivery, connection=connection, now=now, settle=settle)
        return
    remote_ids, reason = concerned(delivery, connection=connection)
    match delivery:
        case Delivery(action="merge_candidate", candidate_id=int(loser), winner_id=int(winner)):
            deletions.candidate_merged(connection, loser_id=loser, winner_id=winner, now=now, settle=settle)
        case Delivery(action="delete_candidate", candidate_id=int(gone)):
            deletions.candidate_deleted(
                connection,
                candidate_id=gone,
                application_ids=delivery.deleted_application_ids,
                now=now,
                settle=settle,
            )
        case Delivery(action="candidate_anonymized", candidate_id=int(blank)):
            deletions.candidate_anonymised(
                connection, candidate_id=blank, fields=delivery.anonymised_fields, now=now, settle=settle
            )
        case _ if not remote_ids:
            settle([reason])
        case Delivery(action="delete_application", application_id=int(gone)):
            deletions.application_deleted(connection, application_id=gone, now=now, settle=settle)
        case _:
            sync_applications(
                connection, remote_ids, now=now, hint=delivery.hint, settle=settle, prefetched=ahead()
            )


def _job(delivery: Delivery, *, connection: Connection, now: datetime, settle: Settle) -> None:
    job_ids = jobs_of(delivery, connection=connection)
    if not job_ids:
        settle(["It names no job of ours: no effect."])
        return

    def told(sentences: dict[int, list[str]]) -> None:
        changed = [job_id for job_id, said in sentences.items() if said]
        rows = Automation.objects.across_organisations().filter(
            connection_id=connection.pk, job_id__in=changed
        )
        roles = rows.order_by("role_id").values_list("role_id", flat=True).distinct() if changed else ()
        settle([_sentence(job_id, sentences.get(job_id)) for job_id in job_ids], roles=roles)

    sync_jobs(connection, job_ids, now=now, settle=told)


def _sentence(job_id: int, said: list[str] | None) -> str:
    if said is None:
        return f"Job {job_id} belongs to no role: no effect."
    return f"Job {job_id}: {' '.join(said) or 'nothing new.'}"
