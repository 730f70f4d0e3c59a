"""Erasure, retention and data export of deliveries."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from goodword.candidates.models import Application, Candidate
from goodword.core.erasure import Counts, Subject, holds
from goodword.core.exporting import Told, Wanted, tells, without_nothing
from goodword.greenhouse.models import Connection, Delivery


@holds("greenhouse.Delivery")
def erase(subject: Subject, now: datetime) -> Counts:
    """Replace every body about the person or the applications by ids, and blank its outcome."""
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
    """A body with only the row's own columns."""
    payload: dict[str, Any] = {}
    if row.remote_application_id is not None:
        payload["application"] = {"id": row.remote_application_id, "candidate_id": row.remote_candidate_id}
    if row.remote_candidate_id is not None:
        payload["candidate_id"] = row.remote_candidate_id
    return json.dumps({"action": row.action, "payload": payload}).encode()


def retention() -> timedelta:
    """How long deliveries are kept. Bodies contain personal data; Greenhouse itself gives up on one after a day."""
    return timedelta(days=settings.GOODWORD_INBOX_DAYS)


def prune(*, now: datetime) -> int:
    """Remove old deliveries that are settled, or wait for a connection that has ended or no longer works.

    Those that wait for an unreachable Greenhouse stay. Returns how many were removed.
    """
    dead = Connection.objects.across_organisations().filter(
        state__in=[Connection.State.DISCONNECTED, Connection.State.BROKEN]
    )
    old = Delivery.objects.across_organisations().filter(received_at__lt=now - retention())
    removed = old.filter(~Q(state=Delivery.State.RECEIVED) | Q(connection__in=dead))
    return removed.delete()[0]


@tells("greenhouse.Delivery")
def export(wanted: Wanted) -> Told:
    """For the organisation, from which candidates get them with all other data of its recruiting software."""
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
            without_nothing(
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
