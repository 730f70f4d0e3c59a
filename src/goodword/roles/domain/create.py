"""Make a role, with both of its steps at their defaults."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.roles.models import Role, Step

#: working days after the invitation on which reminders go out
REMINDER_DAYS = [2, 5]
DEADLINE_DAYS = {Step.Kind.ASSESSMENT: 7, Step.Kind.REFERENCE_CHECK: 10}


def create_role(*, title: str, owner: Membership, now: datetime) -> Role:
    """A role owned by a member. An unfinished assessment pauses on leaving its stage and closes on hiring, a
    reference check goes on (an offer often depends on it)."""
    with transaction.atomic():
        role = Role.objects.create(
            organisation=owner.organisation, title=" ".join(title.split()), owner=owner, created_at=now
        )
        for kind, days in DEADLINE_DAYS.items():
            check = kind == Step.Kind.REFERENCE_CHECK
            Step.objects.create(
                organisation=owner.organisation,
                role=role,
                kind=kind,
                deadline_days=days,
                reminder_days=REMINDER_DAYS,
                on_leave=Step.OnLeave.GO_ON if check else Step.OnLeave.PAUSE,
                on_hire=Step.OnClose.GO_ON if check else Step.OnClose.CLOSE,
            )
        write(
            organisation=owner.organisation,
            action="role.created",
            member=owner,
            now=now,
            details={"role": role.pk},
        )
        return role
