from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from goodword.core.crypto import CannotOpen
from goodword.greenhouse.models import Connection, Delivery, Finding, Webhook, WebhookSecret
from goodword.greenhouse.setup.connections import endpoint_url

Kind = Finding.Kind

#: up to two days without deliveries are normal
SILENT_AFTER = timedelta(days=2)
FINDINGS_PERIOD = timedelta(days=14)

PREVENTED_FINDINGS: Mapping[str, Sequence[str]] = {
    "candidate_stage_change": (Kind.MISSED_INVITATION, Kind.MISSED_CHANGE),
    "hire_candidate": (Kind.MISSED_END,),
    "reject_candidate": (Kind.MISSED_END,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSpec:
    action: str
    name: str
    when: str
    without: str = ""


#: exactly as in the setup article
REQUIRED = (
    WebhookSpec(
        action="candidate_stage_change",
        name="Goodword Candidate Stage Change",
        when="Candidate has changed stage",
    ),
    WebhookSpec(action="hire_candidate", name="Goodword Candidate Hired", when="Candidate has been hired"),
    WebhookSpec(
        action="reject_candidate",
        name="Goodword Candidate Rejected",
        when="Candidate or Prospect has been rejected",
    ),
    WebhookSpec(
        action="new_candidate_application",
        name="Goodword Candidate Has Submitted Application",
        when="Candidate has submitted application",
    ),
)
RECOMMENDED = (
    WebhookSpec(
        action="unreject_candidate",
        name="Goodword Candidate Unrejected",
        when="Candidate or Prospect has been unrejected",
        without="Undone rejections show here only after the next sync; until then the steps stay closed.",
    ),
    WebhookSpec(
        action="unhire_candidate",
        name="Goodword Candidate Unhired",
        when="Candidate has been unhired",
        without="Undone hires show here only after the next sync; until then the steps stay closed.",
    ),
    WebhookSpec(
        action="merge_candidate",
        name="Goodword Candidate Merged",
        when="Candidate has been merged",
        without="Merged profiles show here only with the candidate's next event.",
    ),
    WebhookSpec(
        action="delete_candidate",
        name="Goodword Candidate Deleted",
        when="Candidate or Prospect has been deleted",
        without="Deletions are noticed only by the next full sync, and you have to erase the data yourself.",
    ),
    WebhookSpec(
        action="candidate_anonymized",
        name="Goodword Candidate Anonymised",
        when="Candidate or Prospect has been anonymized",
        without="Anonymised candidates keep their name and address here. You have to erase them yourself.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookStatus:
    spec: WebhookSpec
    pinged_at: datetime | None

    @property
    def state(self) -> str:
        if self.pinged_at:
            return "granted"
        return "untested" if self.spec.without else "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSetup:
    required: Sequence[WebhookStatus]
    recommended: Sequence[WebhookStatus]
    unknown: Sequence[Webhook]

    @property
    def in_place(self) -> int:
        return sum(1 for status in self.required if status.pinged_at)

    @property
    def complete(self) -> bool:
        return self.in_place == len(self.required)

    @property
    def all(self) -> list[WebhookStatus]:
        return [*self.required, *self.recommended]


def webhook_setup(connection: Connection) -> WebhookSetup:
    rows = list(
        Webhook.objects.of(connection.organisation).filter(connection=connection).order_by("pinged_at")
    )
    known = {spec.action for spec in (*REQUIRED, *RECOMMENDED)}
    pinged_at = {row.action: row.pinged_at for row in rows}
    return WebhookSetup(
        required=[WebhookStatus(spec=spec, pinged_at=pinged_at.get(spec.action)) for spec in REQUIRED],
        recommended=[WebhookStatus(spec=spec, pinged_at=pinged_at.get(spec.action)) for spec in RECOMMENDED],
        unknown=[row for row in rows if row.action not in known],
    )


def endpoint_details(connection: Connection, *, now: datetime, reveals: bool) -> dict[str, Any]:
    """`reveals`: whether to include the secret key."""
    newest, *older = WebhookSecret.valid(connection, now=now).select_related("connection")
    return {
        "endpoint_url": endpoint_url(connection),
        "secret_key": _revealed(newest) if reveals else "",
        "newest": newest.pk,
        "reveals": reveals,
        "older": older,
        "webhooks": webhook_setup(connection),
    }


def _revealed(secret: WebhookSecret) -> str:
    try:
        return secret.reveal()
    except CannotOpen:
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookActivity:
    """`missed`: changes since the last delivery that it should have reported; silence alone proves nothing."""

    name: str
    last: datetime | None
    missed: int

    @property
    def silent(self) -> bool:
        return self.missed > 0


def webhook_activity(connection: Connection, setup: WebhookSetup, *, now: datetime) -> list[WebhookActivity]:
    rows = Delivery.objects.of(connection.organisation).filter(connection=connection)
    delivered = dict(rows.order_by().values_list("action").annotate(last=Max("received_at")))
    found = Finding.objects.of(connection.organisation).filter(connection=connection)
    misses = list(
        found.filter(kind__in={kind for kinds in PREVENTED_FINDINGS.values() for kind in kinds})
        .filter(found_at__gt=now - FINDINGS_PERIOD)
        .values_list("kind", "found_at")
    )
    activity = []
    for webhook in setup.all:
        moments = (webhook.pinged_at, delivered.get(webhook.spec.action))
        last = max((moment for moment in moments if moment is not None), default=None)
        missed = 0
        if last is not None and last < now - SILENT_AFTER:
            kinds = PREVENTED_FINDINGS.get(webhook.spec.action, ())
            missed = sum(1 for kind, at in misses if kind in kinds and at > last)
        activity.append(WebhookActivity(name=webhook.spec.name, last=last, missed=missed))
    return activity
