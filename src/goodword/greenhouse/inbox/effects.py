"""The effects of deliveries, by action. Each effect reads Harvest first and calls `settle` in the transaction that
writes."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from goodword.candidates.models import Application
from goodword.greenhouse.inbox.payload import (
    APPLICATION_ACTIONS,
    JOB_ACTIONS,
    PERSON_ACTIONS,
    Payload,
    Ping,
    no_effect,
)
from goodword.greenhouse.models import Connection, Webhook
from goodword.greenhouse.sync import merges_and_deletions
from goodword.greenhouse.sync.applications import sync_applications
from goodword.greenhouse.sync.fetching import NOTHING_PREFETCHED, Prefetched
from goodword.greenhouse.sync.linked_jobs import sync_jobs
from goodword.roles.models import Automation, StageRule

#: pings name events differently: "Candidate or Prospect has been rejected"
_PING_EVENT = re.compile(r"candidate(?: or prospect)? has (?:been )?(?P<what>[a-z ]+)")

_PING_ACTIONS = {
    # the four required ones, as worded in the setup article
    "changed stage": "candidate_stage_change",
    "hired": "hire_candidate",
    "rejected": "reject_candidate",
    "submitted application": "new_candidate_application",
    "unrejected": "unreject_candidate",
    "unhired": "unhire_candidate",
    "merged": "merge_candidate",
    "deleted": "delete_candidate",
    "anonymized": "candidate_anonymized",
    "anonymised": "candidate_anonymized",
}


class Settle(Protocol):
    def __call__(self, outcomes: list[str], /, *, roles: Iterable[int] = ()) -> None: ...


def apply_effect(
    payload: Payload,
    *,
    connection: Connection,
    now: datetime,
    settle: Settle,
    prefetched: Callable[[], Prefetched] = lambda: NOTHING_PREFETCHED,
    ours: Application | None = None,
) -> None:
    """Apply the effect of a delivery. `prefetched` is only called if an application is read. `ours`: our copy of the
    payload's application, just read; None if we have none. Raises HarvestError with nothing written, TooBusy."""
    if payload.action in JOB_ACTIONS:
        _sync_jobs(payload, connection=connection, now=now, settle=settle)
        return
    remote_ids, reason = _applications_concerned(payload, connection=connection, is_ours=ours is not None)
    match payload:
        case Payload(action="merge_candidate", candidate_id=int(loser), winner_id=int(winner)):
            merges_and_deletions.candidate_merged(
                connection, loser_id=loser, winner_id=winner, now=now, settle=settle
            )
        case Payload(action="delete_candidate", candidate_id=int(candidate_id)):
            merges_and_deletions.candidate_deleted(
                connection,
                candidate_id=candidate_id,
                application_ids=payload.deleted_application_ids,
                now=now,
                settle=settle,
            )
        case Payload(action="candidate_anonymized", candidate_id=int(candidate_id)):
            merges_and_deletions.candidate_anonymised(
                connection,
                candidate_id=candidate_id,
                fields=payload.anonymised_fields,
                now=now,
                settle=settle,
            )
        case _ if not remote_ids:
            settle([reason])
        case Payload(action="delete_application", application_id=int(application_id)):
            merges_and_deletions.application_deleted(
                connection, application_id=application_id, now=now, settle=settle
            )
        case _:
            sync_applications(
                connection,
                remote_ids,
                now=now,
                hint=payload.hint,
                settle=settle,
                prefetched=prefetched(),
                ours={ours.remote_id: ours} if ours is not None and ours.remote_id is not None else {},
            )


def _applications_concerned(
    payload: Payload, *, connection: Connection, is_ours: bool
) -> tuple[list[int], str]:
    if payload.action in APPLICATION_ACTIONS and payload.application_id is not None:
        reason = "" if is_ours else _why_not_ours(payload, connection=connection)
        return ([], reason) if reason else ([payload.application_id], "")
    if payload.action in PERSON_ACTIONS:
        ours = _applications_of_person(payload, connection=connection)
        return ours, "" if ours else "Not one of our candidates: no effect."
    return [], no_effect(payload.action)


def _why_not_ours(payload: Payload, *, connection: Connection) -> str:
    if payload.job_ids is None:
        return ""
    linked = Automation.objects.across_organisations().filter(
        connection_id=connection.pk, job_id__in=payload.job_ids
    )
    if linked.exists():
        return ""
    match payload.job_ids:
        case ():
            return "It has no job."
        case (job_id,):
            return f"Job {job_id} isn't linked to a role."
        case jobs:
            return f"Jobs {', '.join(map(str, jobs))} aren't linked to a role."


def _applications_of_person(payload: Payload, *, connection: Connection) -> list[int]:
    ours = Application.objects.across_organisations().filter(connection_id=connection.pk)
    found = set(
        ours.filter(candidate__remote_id=payload.candidate_id).values_list("remote_id", flat=True)
    ) | set(ours.filter(remote_id__in=payload.deleted_application_ids).values_list("remote_id", flat=True))
    return sorted(remote_id for remote_id in found if remote_id is not None)


def _sync_jobs(payload: Payload, *, connection: Connection, now: datetime, settle: Settle) -> None:
    job_ids = _jobs_of(payload, connection=connection)
    if not job_ids:
        settle(["No linked job: no effect."])
        return

    def settle_with_roles(sentences: dict[int, list[str]]) -> None:
        changed = [job_id for job_id, changes in sentences.items() if changes]
        rows = Automation.objects.across_organisations().filter(
            connection_id=connection.pk, job_id__in=changed
        )
        roles = rows.order_by("role_id").values_list("role_id", flat=True).distinct() if changed else ()
        settle([_job_sentence(job_id, sentences.get(job_id)) for job_id in job_ids], roles=roles)

    sync_jobs(connection, job_ids, now=now, settle=settle_with_roles)


def _jobs_of(payload: Payload, *, connection: Connection) -> list[int]:
    if payload.job_ids or payload.stage_id is None:
        return list(payload.job_ids or ())
    rules = StageRule.objects.across_organisations().filter(
        automation__connection_id=connection.pk, stage_id=payload.stage_id
    )
    return sorted(set(rules.values_list("automation__job_id", flat=True)))


def _job_sentence(job_id: int, changes: list[str] | None) -> str:
    if changes is None:
        return f"Job {job_id} isn't linked to a role: no effect."
    return f"Job {job_id}: {' '.join(changes) or 'no changes.'}"


def register_webhook(connection: Connection, ping: Ping, *, now: datetime) -> str:
    webhook, _ = Webhook.objects.across_organisations().update_or_create(
        connection=connection,
        event=ping.event,
        name=ping.name,
        defaults={
            "organisation_id": connection.organisation_id,
            "action": webhook_action(ping.event),
            "remote_id": ping.webhook_id,
            "pinged_at": now,
        },
    )
    if webhook.action:
        return f"The webhook for “{webhook.event}” is in place."
    if not webhook.event:
        return "The ping names no event: it has no effect here."
    return f"An unknown webhook: “{webhook.event}” has no effect here."


def webhook_action(event: str) -> str:
    fits = _PING_EVENT.fullmatch(" ".join(event.lower().split()))
    return _PING_ACTIONS.get(fits["what"], "") if fits else ""
