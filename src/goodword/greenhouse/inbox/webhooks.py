"""Pings: which webhook has shown itself, by the event that it names."""

import re
from datetime import datetime

from goodword.greenhouse.inbox.payload import Ping
from goodword.greenhouse.models import Connection, Webhook

#: "Candidate or Prospect has been rejected": only the end tells
_FORM = re.compile(r"candidate(?: or prospect)? has (?:been )?(?P<what>[a-z ]+)")

_ACTIONS = {
    # the four of the set-up article, in Greenhouse's own words
    "changed stage": "candidate_stage_change",
    "hired": "hire_candidate",
    "rejected": "reject_candidate",
    "submitted application": "new_candidate_application",
    # the five that are advised
    "unrejected": "unreject_candidate",
    "unhired": "unhire_candidate",
    "merged": "merge_candidate",
    "deleted": "delete_candidate",
    "anonymized": "candidate_anonymized",
    "anonymised": "candidate_anonymized",
}


def action_of(event: str) -> str:
    """The action of a webhook's event ("Candidate has been hired"); empty for one that is none of ours."""
    fits = _FORM.fullmatch(" ".join(event.lower().split()))
    return _ACTIONS.get(fits["what"], "") if fits else ""


def register(connection: Connection, ping: Ping, *, now: datetime) -> str:
    """Keep that this webhook has shown itself; returns what is to be said of it."""
    webhook, _ = Webhook.objects.across_organisations().update_or_create(
        connection=connection,
        event=ping.event,
        name=ping.name,
        defaults={
            "organisation_id": connection.organisation_id,
            "action": action_of(ping.event),
            "remote_id": ping.webhook_id,
            "pinged_at": now,
        },
    )
    if webhook.action:
        return f"The webhook for “{webhook.event}” is in place."
    if not webhook.event:
        return "The ping names no event: it has no effect here."
    return f"An unknown webhook: “{webhook.event}” has no effect here."
