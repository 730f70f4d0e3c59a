"""Which mails a member wants beside those that everybody gets."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership


def choose_mails(*, member: Membership, each_reference: bool, now: datetime) -> bool:
    """Make it so; returns whether anything changed. It counts for references that come in from then on."""
    with transaction.atomic():
        rows = Membership.objects.of(member.organisation).filter(pk=member.pk)
        changed = rows.exclude(mails_each_reference=each_reference).update(
            mails_each_reference=each_reference
        )
        if changed:
            write(
                organisation=member.organisation,
                action="member.mails_chosen",
                member=member,
                now=now,
                details={"each_reference": each_reference},
            )
        return bool(changed)


def wants_each_reference(*, organisation_id: int, address: str) -> bool:
    """Whether the member who signs in with this address asked for a mail at each reference."""
    return (
        Membership.objects.across_organisations()
        .filter(
            organisation_id=organisation_id,
            user__email__iexact=address,
            user__is_active=True,
            mails_each_reference=True,
        )
        .exists()
    )
