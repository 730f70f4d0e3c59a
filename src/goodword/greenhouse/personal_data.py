import json
from datetime import datetime
from typing import Any

from django.db.models import Q

from goodword.candidates.models import Application, Candidate
from goodword.core.personal_data import (
    Counts,
    ExportRequest,
    Sections,
    Subject,
    erases,
    exports,
    without_empty,
)
from goodword.greenhouse.models import ActivityFeedNote, Delivery


@erases("greenhouse.Delivery")
def erase_deliveries(subject: Subject, now: datetime) -> Counts:
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
    for row in rows.defer("body").select_for_update(of=("self",), no_key=True).order_by("pk"):
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
    """Cancel notes that weren't posted, and delete all error texts. Report codes and Greenhouse's ids stay."""
    about = Q(report__step_request__application__in=subject.application_ids)
    if subject.candidate_id is not None:
        about |= Q(connection_id=subject.connection_id, candidate_remote_id__in=subject.remote_candidate_ids)
    notes = ActivityFeedNote.objects.across_organisations().filter(about)
    # newest first, as a posted note then drops failed older ones
    list(notes.select_for_update(of=("self",), no_key=True).order_by("-report_id", "-pk").values_list("pk"))
    final = [ActivityFeedNote.State.SENT, ActivityFeedNote.State.CANCELLED]
    given_up = notes.exclude(state__in=final).update(
        state=ActivityFeedNote.State.CANCELLED,
        settled_at=now,
        failure_reason=ActivityFeedNote.FailureReason.NONE,
    )
    notes.update(last_error="", search_duplicates_at=None)
    return {"notes given up": given_up}


@exports("greenhouse.Delivery")
def export_deliveries(wanted: ExportRequest) -> Sections:
    """Export deliveries, but only for the organisation. Candidates get this data from Greenhouse."""
    if not wanted.by_member or wanted.candidate_id is None:
        return {}
    candidate = Candidate.objects.of(wanted.organisation).get(pk=wanted.candidate_id)
    merged = Candidate.objects.of(wanted.organisation).filter(
        merged_into=candidate, connection_id=candidate.connection_id, remote_id__isnull=False
    )
    applications = Application.objects.of(wanted.organisation).filter(
        pk__in=wanted.application_ids, remote_id__isnull=False
    )
    # deliveries about the person or a requested application, not about their other applications
    about = Q(remote_application_id__in=applications.values("remote_id")) | Q(
        Q(remote_candidate_id=candidate.remote_id) | Q(remote_candidate_id__in=merged.values("remote_id")),
        remote_application_id=None,
    )
    rows = Delivery.objects.of(wanted.organisation).filter(about, connection_id=candidate.connection_id or 0)
    return {
        "sent by Greenhouse": [
            without_empty(
                {
                    "at": row.received_at,
                    "what": row.action,
                    "body": _body(bytes(row.body)),
                    "outcome": row.outcome,
                }
            )
            for row in rows.order_by("pk")
        ]
    }


def _body(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


@exports("greenhouse.ActivityFeedNote")
def export_notes(wanted: ExportRequest) -> Sections:
    """Export notes without their text, which is in Greenhouse."""
    if not wanted.by_member:
        return {}
    notes = ActivityFeedNote.objects.of(wanted.organisation).filter(
        report__step_request__application_id__in=wanted.application_ids
    )
    return {
        "notes on the Activity Feed": [
            without_empty(
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
