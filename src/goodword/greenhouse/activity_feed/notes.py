"""Queueing, retrying and dropping notes, and their status on the health page."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Min, Q

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.core import clock, jobs
from goodword.core.events import record
from goodword.core.models import Event
from goodword.greenhouse.activity_feed import posting
from goodword.greenhouse.models import ActivityFeedNote, Connection
from goodword.reports.domain.versions import CODE_LETTERS, is_superseded
from goodword.reports.models import Report
from goodword.workflow.models import lock_application

State, FailureReason = ActivityFeedNote.State, ActivityFeedNote.FailureReason

LIST_LIMIT = 20


def on_report_ready(event: Event) -> None:
    """Queue a note, unless the step has a newer finished run: readers take the last note on the feed as current."""
    assert event.application_id is not None  # reports are about applications
    if lock_application(event.application_id).erased_at is not None:
        return
    report = (
        Report.objects.across_organisations()
        .select_related("step_request__application", "organisation")
        .get(pk=event.data["report_id"])
    )
    if not is_superseded(report):
        queue_note(report, now=event.occurred_at)


def queue_note(report: Report, *, now: datetime) -> ActivityFeedNote | None:
    """Queue the report's note, once. Returns None if the application has no connected Greenhouse account."""
    connection = _connection_of(report.step_request.application)
    if connection is None:
        return None
    note, created = ActivityFeedNote.objects.of(report.organisation).get_or_create(
        report=report,
        defaults={
            "organisation": report.organisation,
            "connection": connection,
            "marker": report.code,
            "visibility": report.organisation.note_visibility,
            "not_before": now,
            "created_at": now,
        },
    )
    if created:
        posting.post_note.defer(note_id=note.pk)
    return note


@jobs.job(name="greenhouse.activity_feed.queue_missed")
def queue_missed_notes(*, connection_id: int) -> None:
    queue_missed(connection_id, now=clock.now())


def queue_missed(connection_id: int, *, now: datetime) -> None:
    """Queue notes about results that were ready while the account was disconnected: for each step, about the newest
    report, unless it has one."""
    ready = Report.objects.across_organisations().filter(
        state=Report.State.READY, step_request__application__connection_id=connection_id
    )
    newest = ready.order_by("step_request", "-pk").distinct("step_request")
    without = ready.filter(pk__in=newest.values("pk"), activity_feed_note=None).order_by("pk")
    jobs.for_each(list(without.values_list("pk", flat=True)), lambda pk: _queue_missed(pk, now=now))


def _queue_missed(report_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        rows = Report.objects.across_organisations()
        report = rows.select_related("step_request__application", "organisation").get(pk=report_id)
        application = lock_application(report.step_request.application_id)
        if application.is_being_erased or is_superseded(report):
            return False
        return queue_note(report, now=now) is not None


def is_posted_for(application: Application) -> bool:
    """Whether a note is posted about a report of this application."""
    return _connection_of(application) is not None


def _connection_of(application: Application) -> Connection | None:
    if application.connection_id is None or application.remote_id is None:
        return None
    connections = Connection.objects.of(application.organisation).filter(pk=application.connection_id)
    return connections.exclude(state=Connection.State.DISCONNECTED).first()


def queue_test_note(
    connection: Connection, *, candidate_remote_id: int, member: Membership, now: datetime
) -> ActivityFeedNote:
    with transaction.atomic():
        note = ActivityFeedNote.objects.of(connection.organisation).create(
            organisation=connection.organisation,
            connection=connection,
            candidate_remote_id=candidate_remote_id,
            marker=f"GW-TEST-{''.join(secrets.choice(CODE_LETTERS) for _ in range(6))}",
            visibility=connection.organisation.note_visibility,
            not_before=now,
            created_at=now,
        )
        write_by(
            member,
            "greenhouse.test_note",
            now=now,
            details={"connection": connection.pk, "candidate": candidate_remote_id},
        )
        posting.post_note.defer(note_id=note.pk)
    return note


def retry(note: ActivityFeedNote, *, now: datetime) -> bool:
    with transaction.atomic():
        failed = ActivityFeedNote.objects.across_organisations().filter(pk=note.pk, state=State.FAILED)
        if not failed.update(
            state=State.QUEUED,
            attempts=F("refusals"),  # no attempt that counts
            not_before=now,
            settled_at=None,
            failure_reason=FailureReason.NONE,
        ):
            return False
        posting.post_note.defer(note_id=note.pk)
    return True


def retry_all(connection: Connection, *, now: datetime) -> int:
    """Retry failed and refused notes now, for example because the key was replaced. Returns how many had failed."""
    notes = ActivityFeedNote.objects.across_organisations().filter(connection=connection)
    refused = notes.filter(state=State.QUEUED, refusals__gt=0, not_before__gt=now)
    refused.exclude(outcome_unknown=True).update(not_before=now)
    failed = notes.filter(state=State.FAILED).exclude(failure_reason=FailureReason.DELETED)
    return sum(retry(note, now=now) for note in failed)


def drop(note: ActivityFeedNote, *, by: str, now: datetime) -> bool:
    with transaction.atomic():
        failed = ActivityFeedNote.objects.across_organisations().filter(pk=note.pk, state=State.FAILED)
        if not failed.update(state=State.CANCELLED, settled_at=now):
            return False
        if note.report is not None:
            record(
                "note.dropped",
                organisation_id=note.organisation_id,
                application_id=note.report.step_request.application_id,
                actor=by,
                at=now,
                data={"report_id": note.report.pk},
            )
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFeedStatus:
    queued: int
    next_try_at: datetime | None
    failed_count: int
    failed: Sequence[ActivityFeedNote]
    duplicated: Sequence[ActivityFeedNote]


def activity_feed_status(connection: Connection) -> ActivityFeedStatus:
    notes = ActivityFeedNote.objects.of(connection.organisation).filter(connection=connection)
    counts = notes.aggregate(
        queued=Count("pk", filter=Q(state__in=(State.QUEUED, State.SENDING))),
        next_try_at=Min("not_before", filter=Q(state=State.QUEUED)),
        failed=Count("pk", filter=Q(state=State.FAILED)),
    )
    rows = notes.select_related("report__step_request__step", "report__step_request__application__candidate")
    rows = rows.order_by("-settled_at", "-pk")
    return ActivityFeedStatus(
        queued=counts["queued"],
        next_try_at=counts["next_try_at"],
        failed_count=counts["failed"],
        failed=list(rows.filter(state=State.FAILED)[:LIST_LIMIT]),
        duplicated=list(rows.filter(duplicates_seen_at=None).exclude(duplicate_remote_ids=[])[:LIST_LIMIT]),
    )
