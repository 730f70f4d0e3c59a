"""Erasure of mails about an application, to any recipient, and of their links."""

from datetime import datetime

from goodword.core.erasure import Counts, Subject, erases
from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link


@erases("notifications.Email", "notifications.Link")
def erase(subject: Subject, now: datetime) -> Counts:
    """Deletes the rows, so a worker about to send one finds nothing."""
    del now
    mails = Email.objects.across_organisations().filter(application_id__in=subject.application_ids)
    deleted_links = links.forget(purpose=Link.Purpose.REVIEW, subject_ids=subject.application_ids)
    in_mails, _ = Link.objects.across_organisations().filter(email__in=mails).delete()
    deleted_mails, _ = mails.delete()
    return {"mails": deleted_mails, "links": deleted_links + in_mails}
