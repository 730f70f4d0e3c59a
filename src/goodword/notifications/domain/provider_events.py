"""What a mail provider tells of a sent mail, in Anymail's common form, to what we keep of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType

from goodword.notifications.domain.marks import marked_in
from goodword.notifications.domain.outcome import note_bounced, note_complained, note_delivered
from goodword.notifications.models import Email

#: it will not arrive: the recipient's server said so, or the provider knows it from an earlier mail
RETURNED = frozenset({EventType.BOUNCED, EventType.REJECTED})
#: they want no more
COMPLAINED = frozenset({EventType.COMPLAINED, EventType.UNSUBSCRIBED})


def take(event: AnymailTrackingEvent, *, now: datetime) -> bool:
    """Keep what the event says; whether that was new. One of an unknown or erased mail changes nothing, nor does one
    that only says *later* (a soft bounce that the provider goes on trying)."""
    if event.event_type not in RETURNED | COMPLAINED | {EventType.DELIVERED}:
        return False
    email_id = _mail_of(event)
    if email_id is None:
        return False
    if event.event_type == EventType.DELIVERED:
        return note_delivered(email_id=email_id, now=now)
    if event.event_type in COMPLAINED:
        return note_complained(email_id=email_id, now=now)
    return note_bounced(email_id=email_id, reason=_reason(event), now=now)


def _mail_of(event: AnymailTrackingEvent) -> int | None:
    """By our mark, which stands in the Message-ID and in the metadata that we send with it, whatever the provider calls
    the field that carries them back; else by the provider's own id."""
    for text in (event.message_id or "", *_texts(event.esp_event)):
        if (email_id := marked_in(text)) is not None:
            return email_id
    if not event.message_id:
        return None
    mails = Email.objects.across_organisations().filter(provider_id=event.message_id)
    return mails.values_list("pk", flat=True).first()


def _texts(value: Any) -> Iterator[str]:
    """Every text in an event's raw form (the body as JSON, or the fields of a form)."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif hasattr(value, "values"):
        for item in value.values():
            yield from _texts(item)


def _reason(event: AnymailTrackingEvent) -> str:
    return event.mta_response or event.description or str(event.reject_reason or "")
