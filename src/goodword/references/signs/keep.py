"""Holds the signs of a check to what is found, whenever something comes in."""

from datetime import datetime

from goodword.core.models import Event
from goodword.references.models import Check, Referee, Sign, Trace
from goodword.references.signs import addresses, devices
from goodword.references.signs.found import Found, people_of
from goodword.references.signs.gather import gather, present
from goodword.steps.domain.move import lock
from goodword.steps.domain.standing import held

#: found from the referee's row as it is: gone once a corrected address has nothing of it
_OF_THE_ADDRESS = {addresses.MEMBER, addresses.DISPOSABLE, addresses.FREE, addresses.DOMAIN}
_OF_DEVICES = {devices.BOTH, devices.ADDRESS, devices.DEVICE}


def on_something_came_in(event: Event) -> None:
    """Requests went out, or a reference or the candidate's own answers came in: look again at all that is there."""
    known = held(event.data["step_request_id"])
    if known is None or known[1].is_going:
        return
    settle_signs(lock(Check, event.data["check_id"]), now=event.occurred_at)


def on_address_corrected(event: Event) -> None:
    """Somebody else is written to now: what the former reader worked from and on is not theirs."""
    known = held(event.data["step_request_id"])
    if known is None or known[1].is_going:
        return
    check, request_id = lock(Check, event.data["check_id"]), event.data["request_id"]
    traces = Trace.objects.of(check.organisation).filter(request_id=request_id)
    traces.filter(seen_at__lte=event.occurred_at).delete()
    referee = Referee.objects.of(check.organisation).get(request=request_id)
    for sign in Sign.objects.of(check.organisation).filter(check_run=check, code__in=_OF_DEVICES):
        if referee.pk in people_of(sign.key):
            sign.delete()
    settle_signs(check, now=event.occurred_at)


def settle_signs(check: Check, *, now: datetime) -> None:
    """Keep what is found on a locked check, each sign once; found again, nothing changes.

    A dismissed one stays as it was dismissed. A sign goes with a referee who was replaced or erased, and one about
    an address with that address; what was found otherwise stays, also when its traces have gone.
    """
    referees = present(check)
    month = now.astimezone(check.organisation.zone).strftime("%Y-%m")
    found = {(sign.code, sign.key): sign for sign in gather(check, referees, this_month=month)}
    there = {referee.pk for referee in referees}
    for sign in Sign.objects.of(check.organisation).filter(check_run=check):
        again = found.pop((sign.code, sign.key), None)
        if not set(people_of(sign.key)) <= there or (again is None and sign.code in _OF_THE_ADDRESS):
            sign.delete()
        elif again is not None and sign.dismissed_at is None and _differs(sign, again):
            sign.grade, sign.facts = again.grade, dict(again.facts)
            sign.save(update_fields=["grade", "facts"])
    for new in found.values():
        people = people_of(new.key)
        Sign.objects.create(
            organisation=check.organisation,
            check_run=check,
            referee_id=people[0] if new.key == str(people[0]) else None,
            code=new.code,
            key=new.key,
            grade=new.grade,
            facts=dict(new.facts),
            found_at=now,
        )


def _differs(sign: Sign, found: Found) -> bool:
    return (sign.grade, sign.facts) != (found.grade, dict(found.facts))
