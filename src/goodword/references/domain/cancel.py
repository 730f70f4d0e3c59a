"""A member cancels a check: it is closed, whatever is out ends, and every link shows the neutral page."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.notifications.domain.queue import cancel as cancel_mails
from goodword.references.domain.by_member import Refused, actor, held_check
from goodword.references.domain.clock import settle_clock
from goodword.references.domain.requests import end_requests
from goodword.references.domain.tell import tell
from goodword.references.models import Check, ReferenceRequest
from goodword.roles.models import Step
from goodword.steps.domain.lifecycle import subject_ref
from goodword.steps.domain.move import move
from goodword.steps.states import UNFINISHED

#: why it was closed, as a run keeps it
CANCELLED = "cancelled"


def cancel(*, check_id: int, member: Membership, now: datetime) -> Check:
    """Close it; what was answered is kept, and *Invite again* opens it again. One that is closed already stays so.

    Raises Refused for one that is done, Check.DoesNotExist for a check of another organisation.
    """
    with transaction.atomic():
        check = held_check(check_id, member=member)
        if check.progress not in UNFINISHED:
            raise Refused(_("This reference check is over already: there is nothing to cancel."))
        if check.closed_at is not None:
            return check
        move(check, "close", at=now, by=actor(member), reason=CANCELLED)
        check.attention = ""
        end_requests(check, why=ReferenceRequest.Why.CHECK_CLOSED, now=now)
        cancel_mails(organisation=check.organisation, subject_ref=subject_ref(check.step_request), now=now)
        settle_clock(check, now=now)
        kind = Step.Kind.REFERENCE_CHECK.value
        tell("step.closed", check, by=actor(member), at=now, kind=kind, reason=CANCELLED)
        return check
