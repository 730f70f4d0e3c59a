import json
from datetime import datetime
from typing import Any

from django.db.models import Q

from goodword.core.erasure import Counts, Subject, erases
from goodword.core.models import Event
from goodword.greenhouse.models import ActivityFeedNote, Delivery


@erases("greenhouse.Delivery")
def erase_deliveries(subject: Subject, now: datetime) -> Counts:
    """Replace bodies with ids, and blank outcomes."""
    if subject.connection_id is None:
        return {}
    about = Q(remote_application_id__in=subject.remote_application_ids) | Q(
        remote_candidate_id__in=subject.remote_candidate_ids
    )
    rows = Delivery.objects.across_organisations().filter(
        about,
        organisation_id=subject.organisation_id,
        connection_id=subject.connection_id,
        body_erased_at=None,
    )
    count = 0
    for row in rows.defer("body").select_for_update(of=("self",)):
        row.body = _ids_only(row)
        row.body_erased_at = now
        if row.state != Delivery.State.RECEIVED:
            row.outcome = ""  # may contain a rejection reason
        row.save(update_fields=["body", "body_erased_at", "outcome"])
        count += 1
    return {"webhook bodies": count}


def _ids_only(row: Delivery) -> bytes:
    payload: dict[str, Any] = {}
    if row.remote_application_id is not None:
        payload["application"] = {"id": row.remote_application_id, "candidate_id": row.remote_candidate_id}
    if row.remote_candidate_id is not None:
        payload["candidate_id"] = row.remote_candidate_id
    return json.dumps({"action": row.action, "payload": payload}).encode()


@erases("greenhouse.ActivityFeedNote")
def erase_notes(subject: Subject, now: datetime) -> Counts:
    """Cancel unposted notes, and delete all error texts. Report codes and Greenhouse's ids stay."""
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


@erases("core.Event")
def erase_events(subject: Subject, now: datetime) -> Counts:
    del now
    rejections = Event.objects.filter(
        application_id__in=subject.application_ids, name="application.rejected"
    ).exclude(data={})
    return {"rejection reasons": rejections.update(data={})}
