"""From the traces of a check to the signs in what two people have in common."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from goodword.references.models import Check, Referee, Trace
from goodword.references.signs.devices import Seen, device_sign
from goodword.references.signs.found import Found

#: a device counts as rare only once so many other checks have shown theirs
ENOUGH_CHECKS = 20


def device_signs(check: Check, referees: Sequence[Referee]) -> list[Found]:
    """The signs in what candidate and referees worked from and on, two by two."""
    seen: dict[int | None, set[tuple[str, str]]] = defaultdict(set)
    for trace in Trace.objects.of(check.organisation).select_related("request").filter(check_run=check):
        person = trace.request.referee_id if trace.request else None
        seen[person].add((trace.address_hash, trace.device_hash))
    if len(seen) < 2:
        return []
    people = [Seen(id=None, seen=frozenset(seen[None]))] + [
        Seen(
            id=referee.pk,
            company=referee.company,
            still=not referee.to_month,
            seen=frozenset(seen[referee.pk]),
        )
        for referee in referees
    ]
    rare = _rare(check, {device for pairs in seen.values() for _, device in pairs if device})
    found = [device_sign(one, other, rare_devices=rare) for one, other in combinations(people, 2)]
    return [sign for sign in found if sign is not None]


def _rare(check: Check, devices: set[str]) -> set[str]:
    """Those of these devices that no other check of the organisation has shown, once there are enough of them."""
    others = Trace.objects.of(check.organisation).exclude(check_run=check)
    if others.values("check_run").distinct()[:ENOUGH_CHECKS].count() < ENOUGH_CHECKS:
        return set()
    common = others.filter(device_hash__in=devices).values_list("device_hash", flat=True)
    return devices - set(common)
