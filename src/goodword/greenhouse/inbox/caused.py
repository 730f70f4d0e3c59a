"""What working on a delivery has led to, as its row keeps it: ids and names of events, nothing of people."""

from collections.abc import Iterable
from typing import Any

from goodword.core.models import Event


def caused_by(heard: Iterable[Event], *, roles: Iterable[int] = ()) -> list[dict[str, Any]]:
    """The applications that something happened to, with the names of the events in order, and the roles.

    Among what was heard are events of readings that were overtaken and rolled back: they are not there any more.
    """
    heard = list(heard)
    there = set(Event.objects.filter(pk__in=[event.pk for event in heard]).values_list("pk", flat=True))
    found: dict[int, list[str]] = {}
    for event in heard:
        if event.pk in there and event.application_id is not None:
            found.setdefault(event.application_id, []).append(event.name)
    happened: list[dict[str, Any]] = [{"application": pk, "events": names} for pk, names in found.items()]
    return happened + [{"role": pk} for pk in roles]
