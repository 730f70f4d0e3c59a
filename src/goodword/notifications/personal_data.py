"""Erasure and export of mails about an application, to any recipient, and of their links."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from goodword.candidates.models import Candidate
from goodword.core.models import HasPk
from goodword.core.personal_data import (
    Counts,
    ExportRequest,
    Sections,
    Subject,
    erases,
    exports,
    without_empty,
)
from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link


@erases("notifications.Email", "notifications.Link")
def erase(subject: Subject, now: datetime) -> Counts:
    """Delete the rows, so that a worker about to send one finds nothing."""
    del now
    mails = Email.objects.across_organisations().filter(application_id__in=subject.application_ids)
    deleted_links = links.forget(purpose=Link.Purpose.REVIEW, subject_ids=subject.application_ids)
    deleted_mails, in_mails = links.forget_mails(mails)
    return {"mails": deleted_mails, "links": deleted_links + in_mails}


@exports("notifications.Email")
def export(wanted: ExportRequest) -> Sections:
    """Export all mails about the applications; for candidates only those to them, as referees get their own export."""
    if wanted.candidate_id is None:
        return {}
    mails = Email.objects.of(wanted.organisation).filter(application_id__in=wanted.application_ids)
    if not wanted.by_member:
        address = (
            Candidate.objects.of(wanted.organisation)
            .values_list("email", flat=True)
            .get(pk=wanted.candidate_id)
        )
        own = Q(link_purpose__in=[Link.Purpose.CANDIDATE, Link.Purpose.CANDIDATE_DATA])
        mails = mails.filter(own | Q(to_address__same_address=address) if address else own)
    exported = [
        exported_mail(mail, text=not (wanted.seen_by_member and mail.is_private))
        for mail in mails.order_by("pk")
    ]
    if wanted.by_member:
        return {"mails": exported}
    refs = [f"asked:{pk}:candidate" for pk in wanted.application_ids]
    return {"mails": exported, "questions": exported_questions(wanted.organisation, refs)}


def exported_questions(organisation: HasPk, refs: Sequence[str]) -> list[dict[str, Any]]:
    """Questions that somebody sent to the recruiter from their page, for their own data export. `refs`: `subject_ref`
    of the mails, which themselves contain links for members."""
    mails = Email.objects.of(organisation).filter(subject_ref__in=refs).order_by("pk")
    return [
        without_empty(
            {
                "asked": mail.created_at,
                "to": mail.to_name,
                "question": "\n".join(mail.context.get("lines", [])),
            }
        )
        for mail in mails
    ]


def exported_mail(mail: Email, *, text: bool = True) -> dict[str, Any]:
    """The mail as sent (or to be sent), without its link. `text`: whether to include the text."""
    return without_empty(
        {
            "to": mail.to_address,
            "name": mail.to_name,
            "from": mail.from_name,
            "what": mail.kind,
            "queued": mail.created_at,
            "sent": mail.settled_at if mail.state == Email.State.SENT else None,
            "delivered": mail.delivered_at,
            "returned": mail.bounced_at,
            "returned because": mail.bounce_reason,
            "marked as spam by": mail.complained_address,
            "subject": mail.subject,
            "text": mail.text if text else None,
            "not sent yet": mail.context if text and not mail.text else None,
        }
    )
