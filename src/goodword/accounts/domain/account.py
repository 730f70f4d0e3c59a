from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, User


def change_name(*, user: User, name: str, now: datetime) -> bool:
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk).exclude(name=name).update(name=name):
            return False
        user.name = name
        for member in (
            Membership.objects.across_organisations().filter(user=user).select_related("organisation")
        ):
            write(
                organisation=member.organisation,
                action="member.name_changed",
                member=member,
                actor=str(user),
                now=now,
                details={"member": member.pk},
            )
        return True
