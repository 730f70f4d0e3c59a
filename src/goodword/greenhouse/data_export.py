import json
from datetime import date
from typing import Any

from django.db.models import Q

from goodword.candidates.models import Application, Candidate
from goodword.core.data_export import ExportRequest, Sections, exports, without_empty
from goodword.core.models import Event
from goodword.greenhouse.models import ActivityFeedNote, Delivery


@exports("greenhouse.Delivery")
def export_deliveries(wanted: ExportRequest) -> Sections:
    """Only for the organisation. Candidates get this from Greenhouse."""
    if not wanted.by_member or wanted.candidate_id is None:
        return {}
    candidate = Candidate.objects.of(wanted.organisation).get(pk=wanted.candidate_id)
    applications = Application.objects.of(wanted.organisation).filter(
        pk__in=wanted.application_ids, remote_id__isnull=False
    )
    # about the person only, or about a wanted application; not about their other applications
    about = Q(remote_application_id__in=applications.values("remote_id")) | Q(
        remote_candidate_id=candidate.remote_id, remote_application_id=None
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
    """Without the notes' text, which is in Greenhouse."""
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


@exports("core.Event")
def export_events(wanted: ExportRequest) -> Sections:
    """The timeline contains stages and rejections, so it is for the organisation only."""
    if not wanted.by_member:
        return {}
    events = Event.objects.filter(
        organisation_id=wanted.organisation.pk, application_id__in=wanted.application_ids
    )
    return {
        "timeline": [
            without_empty({"at": _at(event), "what": event.name, "by": event.actor, "details": event.data})
            for event in events.order_by("occurred_at", "pk")
        ]
    }


def _at(event: Event) -> date:
    """Like the timeline, gives only the day on which an assessment began."""
    return event.occurred_at.date() if event.name == "attempt.begun" else event.occurred_at
