"""Unlinking members from their accounts at the identity provider. The next sign-in with the same verified address
links the account used."""

from collections.abc import Iterable
from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from goodword.accounts import security_mails
from goodword.accounts.domain.audit import SSO_UNLINKED, write
from goodword.accounts.domain.members import NotChanged, lock_colleague
from goodword.accounts.models import Membership, User


def unlink_colleague(*, member: Membership, by: Membership, now: datetime) -> bool:
    """Unlink another member's account at the provider. Returns whether one was linked. Raises NotChanged, for example
    for a member of several organisations."""
    with transaction.atomic():
        if member.pk == by.pk:
            raise NotChanged(_("You can't unlink your own account. Ask another admin."))
        return bool(unlink([lock_colleague(member, by=by)], by=by, now=now))


def unlink(users: Iterable[User], *, by: Membership | None, now: datetime) -> list[User]:
    """Unlink the accounts of locked users, end their sessions and mail them. `by`: None for the operator. Returns those
    who were linked."""
    locked = list(users)
    known = set(SocialAccount.objects.filter(user__in=locked).values_list("user", flat=True))
    found = [user for user in locked if user.pk in known]
    SocialAccount.objects.filter(user__in=found).delete()
    User.objects.filter(pk__in=[user.pk for user in found]).update(session_epoch=F("session_epoch") + 1)
    members = Membership.objects.across_organisations().filter(user__in=found).order_by("pk")
    for member in members.select_related("organisation"):
        write(
            organisation=member.organisation,
            action=SSO_UNLINKED,
            member=by,
            actor="" if by else "operator",
            now=now,
            details={"member": member.pk},
        )
    for user in found:
        security_mails.queue_mail(
            user,
            security_mails.SSO_UNLINKED,
            now=now,
            by=by.user.name if by else str(_("the operator of Goodword")),
        )
    return found
