"""A member pauses a check, or lets it go on. Paused: no reminders, links still work."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.notifications.domain.queue import cancel, restore_invitation
from goodword.references.domain.by_member import Refused, actor, held_check, refuse_unless_open
from goodword.references.domain.clock import settle_clock
from goodword.references.domain.requests import hold_reminders, plan_reminders
from goodword.references.domain.tell import tell
from goodword.references.models import Check
from goodword.roles.models import Step
from goodword.steps.domain.lifecycle import is_quiet, subject_ref
from goodword.steps.domain.move import move


def pause(*, check_id: int, member: Membership, now: datetime) -> Check:
    """Pause it until a member resumes it; one that is paused already stays so.

    Raises Refused, Check.DoesNotExist for a check of another organisation.
    """
    with transaction.atomic():
        check = held_check(check_id, member=member)
        refuse_unless_open(check)
        if check.paused_at is not None:
            return check
        move(check, "pause", at=now, by=actor(member))
        cancel(organisation=check.organisation, subject_ref=subject_ref(check.step_request), now=now)
        hold_reminders(check, now=now)
        settle_clock(check, now=now)
        tell("step.paused", check, by=actor(member), at=now, kind=Step.Kind.REFERENCE_CHECK.value)
        return check


def resume(*, check_id: int, member: Membership, now: datetime) -> Check:
    """Let it go on: reminders that are still to come are planned, the deadline stays. One that is not paused stays
    as it is.

    Raises Refused, Check.DoesNotExist for a check of another organisation.
    """
    with transaction.atomic():
        check = held_check(check_id, member=member)
        refuse_unless_open(check)
        if check.paused_at is None:
            return check
        if is_quiet(check):
            raise Refused(_("Press Invite again to resume it and notify the people it waits for."))
        move(check, "resume", at=now, by=actor(member))
        restore_invitation(
            organisation=check.organisation, subject_ref=subject_ref(check.step_request), now=now
        )
        plan_reminders(check, now=now)
        settle_clock(check, now=now)
        tell("step.resumed", check, by=actor(member), at=now, kind=Step.Kind.REFERENCE_CHECK.value)
        return check
