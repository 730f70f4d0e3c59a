"""What is told of mails. Links are not: of those only hashes are kept."""

from typing import Any

from django.db.models import Q

from goodword.candidates.models import Candidate
from goodword.core.exporting import Told, Wanted, tells, without_nothing
from goodword.notifications.models import Email, Link

#: mails whose words are told to their reader alone: they name a deadline that may have waited for an answer that is
#: none of the organisation's hiring team's business (docs/decisions/0026-*)
WITHOUT_TEXT = frozenset({"assessment.reminder"})


@tells("notifications.Email")
def export(wanted: Wanted) -> Told:
    """All mails about the applications; to the candidate those that went to them. A referee's are told with them."""
    if wanted.candidate_id is None:
        return {}
    mails = Email.objects.of(wanted.organisation).filter(application_id__in=wanted.application_ids)
    if not wanted.by_member:
        address = (
            Candidate.objects.of(wanted.organisation)
            .values_list("email", flat=True)
            .get(pk=wanted.candidate_id)
        )
        own = Q(link_purpose=Link.Purpose.CANDIDATE)
        mails = mails.filter(own | Q(to_address__iexact=address) if address else own)
    untold = WITHOUT_TEXT if wanted.by_member else frozenset()
    return {"mails": [told_of(mail, text=mail.kind not in untold) for mail in mails.order_by("pk")]}


def told_of(mail: Email, *, text: bool = True) -> dict[str, Any]:
    """A mail as it was sent, its link blotted out; of one that was not sent what it was to say. Without its `text`:
    that it was sent."""
    return without_nothing(
        {
            "to": mail.to_address,
            "name": mail.to_name,
            "from": mail.from_name,
            "what": mail.kind,
            "queued": mail.created_at,
            "sent": mail.settled_at if mail.state == Email.State.SENT else None,
            "delivered": mail.delivered_at,
            "came back": mail.bounced_at,
            "came back because": mail.bounce_reason,
            "subject": mail.subject,
            "text": mail.text if text else None,
            "not sent yet": mail.context if text and not mail.text else None,
        }
    )
