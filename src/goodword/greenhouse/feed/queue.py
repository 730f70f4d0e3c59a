"""A report is ready: queue its note, in the transaction of the reaction."""

from datetime import datetime

from goodword.core.models import Event
from goodword.greenhouse import jobs
from goodword.greenhouse.models import Connection, FeedPost
from goodword.reports.models import Report
from goodword.reports.queries import is_superseded
from goodword.steps.domain.standing import hold


def on_report_ready(event: Event) -> None:
    """Queue a note on the candidate's Activity Feed, if they came from Greenhouse and have not been erased.

    Not for an earlier run once a later one is finished: readers take the last note for the current result.
    """
    assert event.application_id is not None  # reports are about applications
    if hold(event.application_id).erased_at is not None:
        return
    report = (
        Report.objects.across_organisations()
        .select_related("step_request__application", "organisation")
        .get(pk=event.data["report_id"])
    )
    if is_superseded(report):
        return
    queue_note(report, now=event.occurred_at)


def queue_note(report: Report, *, now: datetime) -> FeedPost | None:
    """Queue the note of a report version, once. None for a role made by hand or a connection that ended."""
    application = report.step_request.application
    if application.connection_id is None or application.remote_id is None:
        return None
    connection = (
        Connection.objects.of(report.organisation)
        .filter(pk=application.connection_id)
        .exclude(state=Connection.State.DISCONNECTED)
        .first()
    )
    if connection is None:
        return None
    post, fresh = FeedPost.objects.of(report.organisation).get_or_create(
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
    if fresh:
        jobs.post_note.defer(feed_post_id=post.pk)
    return post
