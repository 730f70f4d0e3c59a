"""What is erased of reference checks: referees, what they were asked and answered, and their links.

Who asked not to be written to is not asked again: the keyed hash of their address (DoNotContact) outlives it.
"""

from datetime import datetime

from goodword.core.erasure import Counts, Subject, holds
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.references.domain.blank_referee import blank_referees
from goodword.references.models import (
    Check,
    Referee,
    Reference,
    ReferenceRequest,
    SelfReference,
    Sign,
    Slot,
    Trace,
)
from goodword.steps.domain.erased import close_for_good


@holds(
    "references.Check",
    "references.Slot",
    "references.SelfReference",
    "references.Referee",
    "references.ReferenceRequest",
    "references.Reference",
    "references.Sign",
    "references.Trace",
)
def erase(subject: Subject, now: datetime) -> Counts:
    """Under the checks' locks, so that no answer comes in beside it."""
    if subject.referee_ids:
        return blank_referees(subject.referee_ids, now=now)
    checks = close_for_good(Check, subject.application_ids, now=now)
    requests = ReferenceRequest.objects.across_organisations().filter(check_run__in=checks)
    dead = links.forget(purpose=Link.Purpose.REFEREE, subject_ids=requests.values_list("pk", flat=True))
    references, _ = Reference.objects.across_organisations().filter(request__in=requests).delete()
    for model in (Sign, Trace, SelfReference):
        model.objects.across_organisations().filter(check_run__in=checks).delete()
    requests.delete()
    referees, _ = Referee.objects.across_organisations().filter(check_run__in=checks).delete()
    slots = Slot.objects.across_organisations().filter(check_run__in=checks)
    slots.update(hint="", cannot_reason="", answer_note="")
    Check.objects.across_organisations().filter(pk__in=[check.pk for check in checks]).update(
        decline_reason="", marked_reason=""
    )
    return {"referees": referees, "references": references, "links": dead}
