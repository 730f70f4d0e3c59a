"""What is erased of mail: the mails about an application, to whomever, and their links."""

from datetime import datetime

from goodword.core.erasure import Counts, Subject, erases
from goodword.notifications.domain import links
from goodword.notifications.models import Email, Link


@erases("notifications.Email", "notifications.Link")
def erase(subject: Subject, now: datetime) -> Counts:
    """Rows are deleted, so that a worker that is about to send one finds nothing to send."""
    del now  # nothing here has a moment of its own
    mails = Email.objects.across_organisations().filter(application_id__in=subject.application_ids)
    dead = links.forget(purpose=Link.Purpose.REVIEW, subject_ids=subject.application_ids)
    in_mails, _ = Link.objects.across_organisations().filter(email__in=mails).delete()
    gone, _ = mails.delete()
    return {"mails": gone, "links": dead + in_mails}
