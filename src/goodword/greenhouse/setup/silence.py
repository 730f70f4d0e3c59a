"""Webhooks that were in place and are silent now, although Greenhouse goes on.

That nothing comes proves nothing by itself: perhaps nothing happens. What comparing found without having been
told of it is the proof.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from goodword.greenhouse.models import Connection, Delivery, Finding
from goodword.greenhouse.setup.webhooks import Standing

Kind = Finding.Kind

#: shorter silences happen
SILENT_AFTER = timedelta(days=2)
#: older findings say nothing of today
LOOKED_BACK = timedelta(days=14)

#: what a webhook would have told, had it worked
TELLS: Mapping[str, Sequence[str]] = {
    "candidate_stage_change": (Kind.MISSED_INVITATION, Kind.MISSED_CHANGE),
    "hire_candidate": (Kind.MISSED_END,),
    "reject_candidate": (Kind.MISSED_END,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A wanted webhook and its last sign of life, a ping or a delivery; None: never any.

    `missed`: so many changes that it would have told were found since by comparing.
    """

    name: str
    last: datetime | None
    missed: int

    @property
    def silent(self) -> bool:
        """Whether it is to be looked at in Greenhouse."""
        return self.missed > 0


def heard(connection: Connection, hooks: Standing, *, now: datetime) -> list[Heard]:
    """The wanted webhooks in order, needed ones first."""
    rows = Delivery.objects.of(connection.organisation).filter(connection=connection)
    delivered = dict(rows.order_by().values_list("action").annotate(last=Max("received_at")))
    found = Finding.objects.of(connection.organisation).filter(connection=connection)
    misses = list(
        found.filter(kind__in={kind for kinds in TELLS.values() for kind in kinds})
        .filter(found_at__gt=now - LOOKED_BACK)
        .values_list("kind", "found_at")
    )
    lines = []
    for line in hooks.lines:
        signs = [at for at in (line.since, delivered.get(line.wanted.action)) if at is not None]
        last = max(signs, default=None)
        missed = 0
        if last is not None and last < now - SILENT_AFTER:
            kinds = TELLS.get(line.wanted.action, ())
            missed = sum(1 for kind, at in misses if kind in kinds and at > last)
        lines.append(Heard(name=line.wanted.name, last=last, missed=missed))
    return lines
