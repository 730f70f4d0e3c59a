"""Members and their accounts. Changes lock the organisation's members, so that at least one admin remains."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from goodword.accounts import security_mails
from goodword.accounts.domain.audit import write, write_by
from goodword.accounts.models import Membership, Organisation, User, active_members, admins_of
from goodword.core.events import record


class NotChanged(Exception):
    """The message is shown to the member."""


def lock_members(by: Membership) -> None:
    """Lock the organisation's members until the transaction ends. Raises NotChanged if `by` is no longer an admin."""
    Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    if not admins_of(by.organisation).filter(pk=by.pk).exists():
        raise NotChanged(_("You are no longer an admin. Nothing was changed."))


def lock_colleague(member: Membership, *, by: Membership) -> User:
    """Lock the user of another active member to change how they sign in. Raises NotChanged, also for members of several
    organisations."""
    lock_members(by)
    user = User.objects.select_for_update(no_key=True).get(pk=member.user_id)
    row = Membership.objects.of(by.organisation).get(pk=member.pk)
    if row.deactivated_at is not None:
        raise NotChanged(_("%(name)s is deactivated. Reactivate them first.") % {"name": user})
    if Membership.objects.across_organisations().filter(user=user).exclude(pk=member.pk).exists():
        raise NotChanged(
            _("Only the operator of Goodword can change how %(name)s signs in. Write to %(contact)s.")
            % {"name": user, "contact": settings.GOODWORD_HELP_CONTACT}
        )
    return user


def follow_up_changed_sign_in(
    user: User, *, action: str, change: str, by: Membership | None, now: datetime
) -> None:
    """Follow up on a change that somebody else made to how this user signs in: end their sessions, record it in the
    audit log of each of their organisations, and mail them. `action`: of the audit log. `change`: of security_mails.
    `by`: None for the operator."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    for member in Membership.objects.across_organisations().filter(user=user).select_related("organisation"):
        write(
            organisation=member.organisation,
            action=action,
            member=by,
            actor="" if by else "operator",
            now=now,
            details={"member": member.pk},
        )
    security_mails.queue_mail(
        user, change, now=now, by=by.user.name if by else str(_("the operator of Goodword"))
    )


def change_kind(*, member: Membership, kind: str, by: Membership, now: datetime) -> bool:
    """Change a member's kind. Returns whether it changed. Raises NotChanged for the last admin and for a deactivated
    member."""
    with transaction.atomic():
        lock_members(by)
        row = _row(member)
        if row.deactivated_at is not None:
            raise NotChanged(_("%(name)s is deactivated. Reactivate them first.") % {"name": row.user})
        if row.kind == kind:
            return False
        if row.is_admin:
            _check_not_last(row)
        before, row.kind = row.kind, kind
        row.save(update_fields=["kind"])
        write_by(
            by,
            "member.kind_changed",
            now=now,
            details={"member": row.pk, "changed": {"kind": [before, kind]}},
        )
        return True


def deactivate(*, member: Membership, by: Membership, now: datetime) -> bool:
    """End a member's access; the caller reassigns their roles. Returns whether they had access. Raises NotChanged."""
    with transaction.atomic():
        lock_members(by)
        row = _row(member)
        if row.pk == by.pk:
            raise NotChanged(_("You can't deactivate yourself. Ask another admin."))
        if row.deactivated_at is not None:
            return False
        if row.is_admin:
            _check_not_last(row)
        row.deactivated_at = now
        row.save(update_fields=["deactivated_at"])
        User.objects.filter(pk=row.user_id).update(session_epoch=F("session_epoch") + 1)
        write_by(by, "member.deactivated", now=now, details={"member": row.pk})
        record(
            "member.deactivated",
            organisation_id=row.organisation_id,
            actor=f"member:{by.pk}",
            at=now,
            data={"member_id": row.pk},
        )
        return True


def reactivate(*, member: Membership, by: Membership, now: datetime) -> bool:
    with transaction.atomic():
        lock_members(by)
        row = _row(member)
        if row.deactivated_at is None:
            return False
        row.deactivated_at = None
        row.save(update_fields=["deactivated_at"])
        write_by(by, "member.reactivated", now=now, details={"member": row.pk})
        return True


def _row(member: Membership) -> Membership:
    rows = Membership.objects.of(member.organisation).select_for_update(of=("self",), no_key=True)
    return rows.select_related("user", "organisation").get(pk=member.pk)


def _check_not_last(row: Membership) -> None:
    if not admins_of(row.organisation).exclude(pk=row.pk).exists():
        raise NotChanged(
            _("%(name)s is the only admin. Make someone else an admin first.") % {"name": row.user}
        )


#: actors in the audit log that aren't members
RESERVED: Final = ("goodword", "operator", "single sign-on", "not signed in", "candidate")
#: how the audit log names a person who used a link
_LINK: Final = re.compile(r"link \d+")


class NameRefused(Exception):
    """The message is shown to the user."""


def check_name(name: str, organisations: Iterable[Organisation], *, of: User | None = None) -> None:
    """Raise NameRefused for a name that could be mistaken for another actor in the audit log."""
    folded = _folded(name)
    if folded in {_folded(reserved) for reserved in RESERVED} or _LINK.fullmatch(folded):
        raise NameRefused(_("This name is used by Goodword itself. Enter your own."))
    for organisation in organisations:
        others = active_members(organisation).exclude(user=of).values_list("user__name", flat=True)
        if folded in {_folded(other) for other in others}:
            raise NameRefused(
                _("Another member of %(organisation)s has this name. Add an initial or a middle name.")
                % {"organisation": organisation.name}
            )


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def change_name(*, user: User, name: str, now: datetime) -> bool:
    """Change a user's name. Returns whether it changed. Raises NameRefused."""
    with transaction.atomic():
        row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if row.name == name:
            return False
        members = list(
            Membership.objects.across_organisations().filter(user=user).select_related("organisation")
        )
        check_name(
            name,
            [membership.organisation for membership in members if membership.deactivated_at is None],
            of=user,
        )
        before, row.name = row.name, name
        row.save(update_fields=["name"])
        user.name = name
        for member in members:
            write(
                organisation=member.organisation,
                action="member.name_changed",
                member=member,
                actor=str(user),
                now=now,
                details={"member": member.pk, "changed": {"name": [before, name]}},
            )
        return True
