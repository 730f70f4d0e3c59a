"""What is erased of the inbox: the bodies about a person. What remains of each is ids, so that it can be replayed."""

import json
from datetime import datetime
from typing import Any

from django.db.models import Q

from goodword.core.erasure import Counts, Subject, holds
from goodword.greenhouse.models import InboxEvent


@holds("greenhouse.InboxEvent")
def erase(subject: Subject, now: datetime) -> Counts:
    """Put ids in the place of every body about the person or the applications, and forget what was said of them."""
    if subject.connection_id is None:
        return {}
    about = Q(remote_application_id__in=subject.remote_application_ids) | Q(
        remote_candidate_id__in=subject.remote_candidate_ids
    )
    rows = InboxEvent.objects.across_organisations().filter(
        about,
        organisation_id=subject.organisation_id,
        connection_id=subject.connection_id,
        body_erased_at=None,
    )
    count = 0
    for row in rows.defer("body").select_for_update(of=("self",)):
        row.body = ids_only(row)
        row.body_erased_at = now
        if row.state != InboxEvent.State.RECEIVED:
            row.outcome = ""  # it may tell why they were rejected
        row.save(update_fields=["body", "body_erased_at", "outcome"])
        count += 1
    return {"webhook bodies": count}


def ids_only(row: InboxEvent) -> bytes:
    """A body that says no more than the row's own columns do."""
    payload: dict[str, Any] = {}
    if row.remote_application_id is not None:
        payload["application"] = {"id": row.remote_application_id, "candidate_id": row.remote_candidate_id}
    if row.remote_candidate_id is not None:
        payload["candidate_id"] = row.remote_candidate_id
    return json.dumps({"action": row.action, "payload": payload}).encode()
