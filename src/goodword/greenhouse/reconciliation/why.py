"""Why it was needed: what became of the deliveries of that time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from goodword.greenhouse.models import Connection, Delivery

#: Greenhouse tells of a change within this time
SOON = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Why:
    """The deliveries between two moments: how many came, how many failed here, and whether some were refused for a
    wrong signature. `last_before` is the last one that came before, if it is still kept."""

    came: int
    failed: int
    refused: bool
    last_before: datetime | None


def why(connection: Connection, *, first: datetime, last: datetime) -> Why:
    """What came from shortly before the first missed change until shortly after the last."""
    kept = Delivery.objects.across_organisations().filter(connection=connection)
    there = kept.filter(received_at__gte=first - SOON, received_at__lte=last + SOON).aggregate(
        came=Count("pk"), failed=Count("pk", filter=Q(state=Delivery.State.FAILED))
    )
    before = kept.filter(received_at__lt=first).order_by("-received_at")
    refused_at = connection.refused_at
    return Why(
        came=there["came"],
        failed=there["failed"],
        refused=refused_at is not None and refused_at >= first - SOON,
        last_before=before.values_list("received_at", flat=True).first(),
    )
