"""A member closes a check early: what is in is the result, and the report goes to Greenhouse."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.references.domain.by_member import Refused, actor, held_check, refuse_unless_open
from goodword.references.domain.complete import finish
from goodword.references.models import Check, Reference
from goodword.steps.models import StepRun


def mark_complete(*, check_id: int, reason: str, member: Membership, now: datetime) -> Check:
    """Mark it complete; `reason` is a member's own words, for members, and may be empty. Said twice, the first counts.

    Wants one reference at least: without any there would be nothing to report, and *Cancel* is what is meant. Raises
    Refused, Check.DoesNotExist for a check of another organisation.
    """
    with transaction.atomic():
        check = held_check(check_id, member=member)
        if check.progress == StepRun.Progress.MARKED_COMPLETE:
            return check
        refuse_unless_open(check)
        if not Reference.objects.of(check.organisation).filter(request__check_run=check).exists():
            raise Refused(
                _("No reference is in yet, so there would be nothing to report. Cancel the check instead.")
            )
        check.marked_reason = reason
        finish(check, act="mark_complete", by=actor(member), now=now)
        return check
