"""Data export of deliveries: the bodies about the person, as long as they are kept."""

import json
from typing import Any

from django.db.models import Q

from goodword.candidates.models import Application, Candidate
from goodword.core.exporting import Told, Wanted, tells, without_nothing
from goodword.greenhouse.models import Delivery


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
