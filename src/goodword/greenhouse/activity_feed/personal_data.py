"""Erasure and data export of notes on the Activity Feed."""

from datetime import datetime

from django.db.models import Q

from goodword.core.erasure import Counts, Subject, holds
from goodword.core.exporting import Told, Wanted, tells, without_nothing
from goodword.greenhouse.models import ActivityFeedNote


@holds("greenhouse.ActivityFeedNote")
def erase(subject: Subject, now: datetime) -> Counts:
    """Cancel unposted notes, and delete the error texts of all. Report codes and Greenhouse's ids stay."""
    about = Q(report__step_request__application__in=subject.application_ids)
    if subject.candidate_id is not None:
        about |= Q(connection_id=subject.connection_id, candidate_remote_id__in=subject.remote_candidate_ids)
    notes = ActivityFeedNote.objects.across_organisations().filter(about)
    final = [ActivityFeedNote.State.SENT, ActivityFeedNote.State.CANCELLED]
    given_up = notes.exclude(state__in=final).update(
        state=ActivityFeedNote.State.CANCELLED,
        settled_at=now,
        failure_reason=ActivityFeedNote.FailureReason.NONE,
    )
    notes.update(last_error="", search_duplicates_at=None)
    return {"notes given up": given_up}


@tells("greenhouse.ActivityFeedNote")
def export(wanted: Wanted) -> Told:
    """Which notes were posted, for the organisation. Their text is in Greenhouse."""
    if not wanted.by_member:
        return {}
    notes = ActivityFeedNote.objects.of(wanted.organisation).filter(
        report__step_request__application_id__in=wanted.application_ids
    )
    return {
        "notes on the Activity Feed": [
            without_nothing(
                {
                    "report": note.marker,
                    "state": note.state,
                    "visibility": note.visibility,
                    "id in Greenhouse": note.remote_id,
                    "error": note.last_error,
                }
            )
            for note in notes.order_by("pk")
        ]
    }
