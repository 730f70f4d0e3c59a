"""Creates, withdraws and accepts invitations of members. workspace.members has their mails and links."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write_by
from goodword.accounts.domain.members import check_name, lock_members
from goodword.accounts.models import Invitation, Membership, Organisation, User, admins_of
from goodword.core.addresses import check_address, is_same, normalised


class NotInvited(Exception):
    """The message is shown to the member."""


class NotAccepted(Exception):
    """The invitation has already been accepted or withdrawn."""


class InviterGone(NotAccepted):
    pass


def invite(*, email: str, kind: str, role_ids: Sequence[int], by: Membership, now: datetime) -> Invitation:
    """Create an invitation. Raises NotInvited."""
    email = normalised(email)
    try:
        check_address(email)
    except ValidationError as error:
        raise NotInvited(error.messages[0]) from error
    with transaction.atomic():
        lock_members(by)
        known = Membership.objects.of(by.organisation).filter(user__email=email).first()
        if known is not None and known.deactivated_at is None:
            raise NotInvited(_("%(email)s is already a member.") % {"email": email})
        if known is not None:
            raise NotInvited(
                _("%(email)s is a deactivated member. Reactivate them instead.") % {"email": email}
            )
        if open_invitation(by, email) is not None:
            raise NotInvited(_("%(email)s is already invited. Send the invitation again.") % {"email": email})
        made = Invitation.objects.create(
            organisation=by.organisation,
            email=email,
            kind=kind,
            role_ids=list(role_ids) if kind == Membership.Kind.HIRING_MANAGER else [],
            invited_by=by,
            created_at=now,
        )
        write_by(
            by,
            "member.invited",
            now=now,
            details={"invitation": made.pk, "kind": kind, "roles": made.role_ids},
        )
        return made


def open_invitation(by: Membership, email: str) -> Invitation | None:
    rows = Invitation.objects.of(by.organisation).filter(accepted_at=None, withdrawn_at=None)
    return rows.filter(email=email).first()


def lock_open(invitation: Invitation) -> Invitation | None:
    """Return the invitation, locked, or None if it has been accepted or withdrawn."""
    rows = Invitation.objects.of(invitation.organisation).select_for_update(of=("self",), no_key=True)
    row = rows.select_related("organisation", "invited_by__user").get(pk=invitation.pk)
    return row if row.is_open else None


def open_invitations_of(member: Membership) -> QuerySet[Invitation]:
    rows = Invitation.objects.of(member.organisation).filter(accepted_at=None, withdrawn_at=None)
    return rows.filter(invited_by=member).select_related("organisation").order_by("pk")


def is_inviter_admin(invitation: Invitation) -> bool:
    return admins_of(invitation.organisation).filter(pk=invitation.invited_by_id or 0).exists()


def _lock_acceptable(invitation: Invitation) -> Invitation:
    """Return the invitation, locked along with the organisation's members. Raises NotAccepted and InviterGone."""
    Organisation.objects.select_for_update(no_key=True).get(pk=invitation.organisation_id)
    row = lock_open(invitation)
    if row is None:
        raise NotAccepted
    if not is_inviter_admin(row):
        raise InviterGone
    return row


def withdraw(*, invitation: Invitation, by: Membership, now: datetime) -> bool:
    with transaction.atomic():
        row = lock_open(invitation)
        if row is None:
            return False
        row.withdrawn_at = now
        row.save(update_fields=["withdrawn_at"])
        write_by(by, "member.invitation_withdrawn", now=now, details={"invitation": row.pk})
        return True


def user_of(invitation: Invitation) -> User | None:
    return User.objects.filter(email=invitation.email).first()


def create_user(*, invitation: Invitation, name: str, password: str | None) -> User:
    """Create the login of an invited person, without a password for single sign-on. Raises ValidationError for the
    password, NotAccepted if the invitation isn't open or the login exists, and NameRefused."""
    _lock_acceptable(invitation)  # a second click waits for this lock and then finds the login
    check_name(name, [invitation.organisation])
    user = User(email=invitation.email, name=" ".join(name.split()))
    if password is not None:
        validate_password(password, user)
    if user_of(invitation) is not None:
        raise NotAccepted
    user.set_password(password)
    user.save()
    return user


def accept(*, invitation: Invitation, user: User, now: datetime) -> Membership:
    """Make the user a member. Raises NotAccepted if the invitation isn't open or they are already a member."""
    with transaction.atomic():
        row = _lock_acceptable(invitation)
        if not is_same(row.email, user.email):
            raise NotAccepted
        if Membership.objects.of(row.organisation).filter(user=user).exists():
            raise NotAccepted
        member = Membership.objects.create(
            organisation=row.organisation, user=user, kind=row.kind, created_at=now
        )
        row.accepted_at, row.accepted_by = now, member
        row.save(update_fields=["accepted_at", "accepted_by"])
        write_by(member, "member.joined", now=now, details={"member": member.pk, "invitation": row.pk})
        return member
