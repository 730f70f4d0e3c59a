"""Holds mail to people outside the organisation that mentions a candidate whose name contains a link.

It is sent automatically, with the current name, once the name is corrected in Greenhouse or a member confirms it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from goodword.candidates.models import Application, Candidate
from goodword.core import events, outbox
from goodword.core.models import Event
from goodword.core.quoted import has_link
from goodword.notifications.models import Email

WAITS: Final = "The candidate's name looks like a link."
#: delay between checks of a waiting mail; a corrected or confirmed name releases it at once
EVERY: Final = timedelta(minutes=10)
_KEY: Final = "quoted_names"


def quoted(candidate: Candidate) -> dict[str, list[str]]:
    """The names used in a mail's context, so that they can be replaced later."""
    return {_KEY: [candidate.name, candidate.short_name]}


def has_to_wait(email: Email, *, now: datetime) -> bool:
    """Whether a claimed mail must wait. It is then requeued, and the recruiter is notified once."""
    person = _person(email)
    if person is None or not person.is_name_suspicious:
        return False
    is_new = email.last_error != WAITS
    with transaction.atomic():
        # undo the claim, so that waiting does not count as an attempt
        waits = outbox.settle_later(email, error=WAITS, at=now + EVERY, attempts=email.attempts - 1)
        if waits and is_new:
            events.record(
                "email.waits_for_name",
                organisation_id=email.organisation_id,
                application_id=email.application_id,
                actor="goodword",
                at=now,
                data={"email_id": email.pk, "kind": email.kind, "subject_ref": email.subject_ref},
            )
    return True


def bring_up_to_date(email: Email) -> None:
    """Replace a name that contained a link with the current one. Does not save."""
    was, person = email.context.get(_KEY), _person(email)
    if person is None or not was:
        return
    present = (person.name, person.short_name)
    for old, new in zip(was, present, strict=True):
        if old != new and has_link(old):
            email.context = _replaced(email.context, old, new)
            email.to_name = email.to_name.replace(old, new)[:200]
    email.context[_KEY] = list(present)


def on_name_changed(event: Event) -> None:
    """Release the mails that waited for the name, for all of the person's applications. The next sweep sends them."""
    application = (
        Application.objects.across_organisations()
        .select_related("candidate")
        .get(pk=event.application_id or 0)
    )
    person = application.candidate
    if person.is_name_suspicious:
        return
    mails = Email.objects.of(application.organisation).filter(state=Email.State.QUEUED, last_error=WAITS)
    whose = Q(quoted_candidate=person) | Q(quoted_candidate__merged_into=person)
    mails.filter(whose, not_before__gt=event.occurred_at).update(not_before=event.occurred_at)


def _person(email: Email) -> Candidate | None:
    if email.quoted_candidate_id is None:
        return None
    rows = Candidate.objects.across_organisations().select_related("merged_into")
    found = rows.filter(pk=email.quoted_candidate_id).first()
    return (found.merged_into or found) if found else None


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, Mapping):
        return {key: _replaced(one, old, new) for key, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, old, new) for one in value]
    return value
