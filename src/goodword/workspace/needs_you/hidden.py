from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from goodword.accounts.models import Membership
from goodword.workspace.models import HiddenNeed


def hidden_ids(member: Membership, *, now: datetime) -> Mapping[str, list[int]]:
    """By source."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = HiddenNeed.objects.of(member.organisation).filter(member=member, until__gt=now)
    for source, need_id in rows.values_list("source", "need_id"):
        found[source].append(need_id)
    return found


def hide(*, member: Membership, source: str, need_id: int, now: datetime) -> None:
    """Until midnight in the organisation's time zone. Idempotent. Deletes the member's past rows."""
    rows = HiddenNeed.objects.of(member.organisation).filter(member=member)
    rows.filter(until__lte=now).delete()
    zone = member.organisation.zone
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    HiddenNeed.objects.of(member.organisation).update_or_create(
        member=member,
        source=source,
        need_id=need_id,
        defaults={
            "organisation": member.organisation,
            "until": datetime.combine(tomorrow, time(), tzinfo=zone),
        },
    )


def show_again(*, member: Membership, source: str, need_id: int) -> None:
    """Idempotent."""
    HiddenNeed.objects.of(member.organisation).filter(member=member, source=source, need_id=need_id).delete()
