"""Updates many applications that were read ahead, in one transaction with few statements.

Only ordinary ones: application and candidate are ours, still belong together, are not erased, and have not been written
since they were read. All others are left to the caller, to update one by one (`sync.application`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import transaction

from goodword.candidates.domain.holds import keep_role_holds
from goodword.candidates.models import Application, Candidate
from goodword.core.events import record_all
from goodword.core.models import Event
from goodword.greenhouse import client as remote
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync import person
from goodword.greenhouse.sync.ahead import Ahead
from goodword.greenhouse.sync.apply import ACTOR, bring_over, standing
from goodword.greenhouse.sync.arrival import came_since, is_mapped
from goodword.greenhouse.sync.awaited import release, waiting_among
from goodword.greenhouse.sync.changes import told
from goodword.greenhouse.sync.hint import Hint
from goodword.greenhouse.sync.read import Seen, complete
from goodword.greenhouse.sync.session import BRIEFLY, harvest
from goodword.roles.models import AlreadyThere, Automation

#: columns copied from Greenhouse, without the key and those written by other code
_COPIED = (
    "role",
    "job_id",
    "prospect",
    "status",
    "stage_id",
    "stage_name",
    "stage_entered_at",
    "rejection_reason",
    "rejected_at",
    "hired_at",
    "applied_at",
    "not_visible_since",
    "synced_at",
    "recruiter_remote_id",
    "recruiter_name",
    "recruiter_email",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """An ordinary application as read, with the hint of its delivery."""

    seen: Seen
    hint: Hint


@dataclass(frozen=True, slots=True)
class Brought:
    """An updated application: Greenhouse's id, ours, and the outcome in a sentence."""

    remote_id: int
    application_id: int
    outcome: str


def prepare(connection: Connection, read: Mapping[int, tuple[Hint, Ahead]], *, now: datetime) -> list[Plan]:
    """The ordinary ones among applications that were read ahead, by Greenhouse's ids. Reads their missing data, outside
    any transaction. Raises HarvestError."""
    ours = _applications(connection, read)
    applications = _remote(ours, read)
    homes = _homes(connection, {application.job_id for application in applications.values()})
    starts = cache(is_mapped)
    plans: dict[int, Plan] = {}
    with harvest(connection, retry=BRIEFLY) as api:
        for remote_id, application in applications.items():
            row, (hint, ahead) = ours[remote_id], read[remote_id]
            candidate = row.candidate
            if candidate.remote_id != application.candidate_id or application.candidate_id in plans:
                continue  # a merge; or a person's second one, which would overwrite the first
            told_of = ahead.candidate(application.candidate_id, as_of=candidate.synced_at)
            if told_of is None or row.erased_at is not None or candidate.erased_at is not None:
                continue
            seen = Seen(
                remote_id=remote_id,
                application=application,
                candidate=told_of,
                application_as_of=row.synced_at,
                candidate_as_of=candidate.synced_at,
            )
            home = homes.get(application.job_id)
            seen = complete(
                seen,
                api=api,
                ours=row,
                home=home,
                connection=connection,
                hint=hint,
                now=now,
                starts=starts,
            )
            plans[application.candidate_id] = Plan(seen, hint)
    return list(plans.values())


def write(plans: Collection[Plan], *, connection: Connection, now: datetime) -> list[Brought]:
    """Write the changes in the caller's transaction, except for those that are no longer ordinary.

    Locks people before applications, as `apply` does.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("What was read is written inside a transaction only.")
    # before locking the applications' rows, which a hold being placed may still need
    keep_role_holds(connection.organisation_id)
    people = _people(connection, {plan.seen.candidate.id for plan in plans if plan.seen.candidate}, lock=True)
    ours = _applications(connection, {plan.seen.remote_id for plan in plans}, lock=True)
    homes = _homes(connection, {plan.seen.application.job_id for plan in plans if plan.seen.application})
    recorded = _already_there(homes, ours)
    usual: list[tuple[Plan, Application, list[tuple[str, Mapping[str, Any]]]]] = []
    same: list[Candidate] = []
    for plan in plans:
        seen, row = plan.seen, ours.get(plan.seen.remote_id)
        assert seen.application is not None and seen.candidate is not None  # required for a plan
        candidate = people.get(seen.candidate.id)
        if row is None or candidate is None or not _as_seen(seen, row, candidate):
            continue
        before = _columns(candidate)
        moved = person.bring_over(candidate, seen.candidate)
        if moved:
            continue  # the person's other applications are affected too
        candidate.synced_at = person.version(candidate.synced_at, now)
        if _columns(candidate) == before:
            same.append(candidate)
        else:
            candidate.save()
        news = bring_over(
            row,
            seen.application,
            old=standing(row),
            seen=seen,
            home=homes.get(seen.application.job_id),
            now=now,
            came=came_since if row.remote_id in recorded else _came,
        )
        usual.append((plan, row, news))
    _save(same, [row for _, row, _ in usual])
    record_all(
        [
            Event(
                name=name,
                organisation_id=row.organisation_id,
                application_id=row.pk,
                actor=ACTOR,
                data=dict(data),
                occurred_at=now,
            )
            for _, row, news in usual
            for name, data in news
        ]
    )
    waiting = waiting_among(connection, {row.remote_id for _, row, _ in usual if row.remote_id is not None})
    for plan, row, _ in usual:
        if row.remote_id in waiting:
            release(connection, [plan.seen.remote_id], hint=plan.hint, now=now)
    return [
        Brought(
            plan.seen.remote_id,
            row.pk,
            f"Application {plan.seen.remote_id}: "
            f"{', '.join(told(name, data) for name, data in news) or 'nothing new'}.",
        )
        for plan, row, news in usual
    ]


def _remote(
    ours: Mapping[int, Application], read: Mapping[int, tuple[Hint, Ahead]]
) -> dict[int, remote.Application]:
    """Applications of a job as read, unless our copy was written since."""
    found = {one: read[one][1].application(one, as_of=ours[one].synced_at) for one in read if one in ours}
    return {one: row for one, row in found.items() if row is not None and row.job_id is not None}


def _as_seen(seen: Seen, row: Application, candidate: Candidate) -> bool:
    """Whether our rows, now locked, are unchanged since before the read."""
    return (
        row.synced_at == seen.application_as_of
        and candidate.synced_at == seen.candidate_as_of
        and row.candidate_id == candidate.pk
        and row.erased_at is None
        and candidate.erased_at is None
    )


def _columns(candidate: Candidate) -> dict[str, Any]:
    return {field.attname: getattr(candidate, field.attname) for field in Candidate._meta.concrete_fields} | {
        "synced_at": None
    }


def _came(*_: object, **__: object) -> bool:
    """Replaces `came_since` for applications not recorded as already there."""
    return True


def _applications(
    connection: Connection, remote_ids: Collection[int], *, lock: bool = False
) -> dict[int, Application]:
    rows = Application.objects.across_organisations().filter(
        connection_id=connection.pk, remote_id__in=remote_ids
    )
    rows = rows.order_by("pk").select_for_update() if lock else rows.select_related("candidate")
    return {row.remote_id: row for row in rows if row.remote_id is not None}


def _people(
    connection: Connection, remote_ids: Collection[int | None], *, lock: bool = False
) -> dict[int, Candidate]:
    rows = Candidate.objects.across_organisations().filter(
        connection_id=connection.pk, remote_id__in=remote_ids
    )
    rows = rows.order_by("pk").select_for_update() if lock else rows
    return {row.remote_id: row for row in rows if row.remote_id is not None}


def _homes(connection: Connection, job_ids: set[int | None]) -> dict[int | None, Automation]:
    rows = Automation.objects.across_organisations().filter(
        connection_id=connection.pk, job_id__in=[one for one in job_ids if one is not None]
    )
    return {row.job_id: row for row in rows.select_related("role")}


def _already_there(homes: Mapping[int | None, Automation], remote_ids: Collection[int]) -> set[int]:
    rows = AlreadyThere.objects.across_organisations().filter(
        automation__in=[home.pk for home in homes.values()], remote_application_id__in=remote_ids
    )
    return set(rows.values_list("remote_application_id", flat=True))


def _save(same: Collection[Candidate], rows: Collection[Application]) -> None:
    """Save the new version of otherwise unchanged people, and our changed applications, all locked."""
    by_version: dict[datetime | None, list[int]] = {}
    for candidate in same:
        by_version.setdefault(candidate.synced_at, []).append(candidate.pk)
    for version, pks in by_version.items():
        Candidate.objects.across_organisations().filter(pk__in=pks).update(synced_at=version)
    Application.objects.across_organisations().bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=_COPIED
    )  # bulk_update builds an expression per column and row
