from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import transaction

from goodword.candidates.domain.holds import lock_role_holds
from goodword.candidates.models import Application, Candidate
from goodword.core.events import record_all
from goodword.core.models import Event
from goodword.greenhouse import client as remote
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync import candidates
from goodword.greenhouse.sync.applications import (
    describe,
    has_entered_since,
    has_known_status,
    release_waiting,
    state_of,
    update_application,
    waiting_among,
)
from goodword.greenhouse.sync.candidates import ACTOR
from goodword.greenhouse.sync.fetching import (
    ApplicationReading,
    Hint,
    Prefetched,
    add_details,
    is_mapped,
    our_applications,
)
from goodword.greenhouse.sync.harvest import BRIEFLY, harvest
from goodword.greenhouse.sync.identity import taken_from
from goodword.roles.models import AlreadyThere, Automation

#: columns copied from Greenhouse, without the key and without those that other code writes
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
    reading: ApplicationReading
    hint: Hint


@dataclass(frozen=True, slots=True)
class Updated:
    remote_id: int
    application_id: int
    outcome: str


def prepare(
    connection: Connection, read: Mapping[int, tuple[Hint, Prefetched]], *, now: datetime
) -> list[Plan]:
    """Plans for ordinary applications: known, not erased, not written since they were read. Call it outside of
    transactions. Raises HarvestError."""
    ours = our_applications(connection, read)
    applications = _remote(ours, read)
    automations = _automations(connection, {application.job_id for application in applications.values()})
    mapped = cache(is_mapped)
    plans: dict[int, Plan] = {}
    with harvest(connection, retry=BRIEFLY) as api:
        for remote_id, application in applications.items():
            row, (hint, prefetched) = ours[remote_id], read[remote_id]
            candidate = row.candidate
            if candidate.remote_id != application.candidate_id or application.candidate_id in plans:
                continue  # a merge, or another application of the same candidate
            person = prefetched.candidate(application.candidate_id, as_of=candidate.synced_at)
            if person is None or row.erased_at is not None or candidate.erased_at is not None:
                continue
            if taken_from(application, person, ours=row, known=candidate):
                continue
            reading = ApplicationReading(
                remote_id=remote_id,
                application=application,
                candidate=person,
                application_as_of=row.synced_at,
                candidate_as_of=candidate.synced_at,
            )
            automation = automations.get(application.job_id)
            reading = add_details(
                reading,
                api=api,
                ours=row,
                automation=automation,
                connection=connection,
                hint=hint,
                now=now,
                is_mapped=mapped,
            )
            plans[application.candidate_id] = Plan(reading, hint)
    return list(plans.values())


def write(plans: Collection[Plan], *, connection: Connection, now: datetime) -> list[Updated]:
    """Write, in the caller's transaction, all that are still ordinary. Locks people first, as `apply` does."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("Readings can only be written inside a transaction.")
    # before the applications, in the same order as placing a legal hold
    lock_role_holds(connection.organisation_id)
    people = _lock_people(connection, {plan.reading.candidate.id for plan in plans if plan.reading.candidate})
    ours = _lock_applications(connection, {plan.reading.remote_id for plan in plans})
    automations = _automations(
        connection, {plan.reading.application.job_id for plan in plans if plan.reading.application}
    )
    recorded = _already_there(automations, ours)
    ordinary: list[tuple[Plan, Application, list[tuple[str, Mapping[str, Any]]]]] = []
    unchanged: list[Candidate] = []
    for plan in plans:
        reading, row = plan.reading, ours.get(plan.reading.remote_id)
        assert reading.application is not None and reading.candidate is not None  # otherwise there is no plan
        candidate = people.get(reading.candidate.id)
        if row is None or candidate is None or not _is_unchanged(reading, row, candidate):
            continue
        before = _columns(candidate)
        changed = candidates.update_candidate(candidate, reading.candidate, now=now)
        if changed:
            continue  # the candidate's other applications are affected too
        candidate.synced_at = candidates.next_version(candidate.synced_at, now)
        if _columns(candidate) == before:
            unchanged.append(candidate)
        else:
            candidate.save()
        events = update_application(
            row,
            reading.application,
            old=state_of(row),
            reading=reading,
            automation=automations.get(reading.application.job_id),
            now=now,
            has_entered=has_entered_since if row.remote_id in recorded else _always,
        )
        ordinary.append((plan, row, events))
    _save(unchanged, [row for _, row, _ in ordinary])
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
            for _, row, events in ordinary
            for name, data in events
        ]
    )
    waiting = waiting_among(
        connection, {row.remote_id for _, row, _ in ordinary if row.remote_id is not None}
    )
    for plan, row, _ in ordinary:
        if row.remote_id in waiting and has_known_status(plan.reading.application):
            release_waiting(connection, [plan.reading.remote_id], hint=plan.hint, now=now)
    return [
        Updated(
            plan.reading.remote_id,
            row.pk,
            f"Application {plan.reading.remote_id}: "
            f"{', '.join(describe(name, data) for name, data in events) or 'no changes'}.",
        )
        for plan, row, events in ordinary
    ]


def _remote(
    ours: Mapping[int, Application], read: Mapping[int, tuple[Hint, Prefetched]]
) -> dict[int, remote.Application]:
    """Applications by id, without prospects and without those whose copy was written since."""
    found = {
        remote_id: read[remote_id][1].application(remote_id, as_of=ours[remote_id].synced_at)
        for remote_id in read
        if remote_id in ours
    }
    return {remote_id: row for remote_id, row in found.items() if row is not None and row.job_id is not None}


def _is_unchanged(reading: ApplicationReading, row: Application, candidate: Candidate) -> bool:
    return (
        row.synced_at == reading.application_as_of
        and candidate.synced_at == reading.candidate_as_of
        and row.candidate_id == candidate.pk
        and row.erased_at is None
        and candidate.erased_at is None
    )


def _columns(candidate: Candidate) -> dict[str, Any]:
    return {field.attname: getattr(candidate, field.attname) for field in Candidate._meta.concrete_fields} | {
        "synced_at": None
    }


def _always(*_: object, **__: object) -> bool:
    return True


def _lock_applications(connection: Connection, remote_ids: Collection[int]) -> dict[int, Application]:
    rows = Application.objects.across_organisations().filter(
        connection_id=connection.pk, remote_id__in=remote_ids
    )
    locked = rows.order_by("pk").select_for_update(no_key=True)
    return {row.remote_id: row for row in locked if row.remote_id is not None}


def _lock_people(connection: Connection, remote_ids: Collection[int | None]) -> dict[int, Candidate]:
    rows = Candidate.objects.across_organisations().filter(
        connection_id=connection.pk, remote_id__in=remote_ids
    )
    locked = rows.order_by("pk").select_for_update(no_key=True)
    return {row.remote_id: row for row in locked if row.remote_id is not None}


def _automations(connection: Connection, job_ids: set[int | None]) -> dict[int | None, Automation]:
    rows = Automation.objects.across_organisations().filter(
        connection_id=connection.pk, job_id__in=[job_id for job_id in job_ids if job_id is not None]
    )
    return {row.job_id: row for row in rows.select_related("role")}


def _already_there(automations: Mapping[int | None, Automation], remote_ids: Collection[int]) -> set[int]:
    rows = AlreadyThere.objects.across_organisations().filter(
        automation__in=[automation.pk for automation in automations.values()],
        remote_application_id__in=remote_ids,
    )
    return set(rows.values_list("remote_application_id", flat=True))


def _save(unchanged: Collection[Candidate], rows: Collection[Application]) -> None:
    by_version: dict[datetime | None, list[int]] = {}
    for candidate in unchanged:
        by_version.setdefault(candidate.synced_at, []).append(candidate.pk)
    for version, pks in by_version.items():
        Candidate.objects.across_organisations().filter(pk__in=pks).update(synced_at=version)
    Application.objects.across_organisations().bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=_COPIED
    )  # in one statement, since bulk_update builds an expression per column and row
