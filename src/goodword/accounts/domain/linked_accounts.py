"""Unlinking members from their accounts at the identity provider. The next sign-in with the same verified address
links the account used."""

from collections.abc import Iterable
from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts import security_mails
from goodword.accounts.domain.audit import SSO_UNLINKED
from goodword.accounts.domain.members import NotChanged, follow_up_changed_sign_in, lock_colleague
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
    for user in found:
        follow_up_changed_sign_in(
            user, action=SSO_UNLINKED, change=security_mails.SSO_UNLINKED, by=by, now=now
        )
    return found
