"""Who would read a request on one attempt: the contact, unless a mail to them about it has come back."""

from django.db.models import Q

from goodword.assessments.domain.adjust.contact import Contact, contact_of
from goodword.assessments.domain.adjust.mails import ASKED, ref_of
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.notifications.models import Email


def reader_of(attempt: Attempt, *, application: Application) -> Contact:
    """The person who will read the next request, as shown to the candidate. `application` as for contact_of."""
    refs = [ref_of(one) for one in attempt.adjustments.all()]
    mails = Email.objects.of(attempt.organisation).filter(kind=ASKED, subject_ref__in=refs)
    in_vain = mails.filter(Q(bounced_at__isnull=False) | Q(state=Email.State.FAILED))
    return contact_of(application, but=set(in_vain.values_list("to_address", flat=True)))
