"""Deactivating a member: their roles, mails and open requests pass to others."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from goodword.accounts.domain import members
from goodword.accounts.domain.members import NotChanged
from goodword.accounts.models import Membership
from goodword.candidates.models import recruiter_of
from goodword.notifications.domain.queue import update_sender
from goodword.notifications.models import Email, Link
from goodword.reports.domain.reviews import ASSIGNED, ASSIGNED_SEVERAL
from goodword.roles.domain.role_changes import hand_over, possible_owners, set_viewed_roles
from goodword.roles.models import Role
from goodword.workspace.comments import MENTIONED
from goodword.workspace.members.invitations import withdraw_all_of
from goodword.workspace.needs_you.digest import KIND as DIGEST

#: kinds of e-mail that are not redirected
_PERSONAL = (MENTIONED, DIGEST, ASSIGNED, ASSIGNED_SEVERAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An admin's choices for a member. `roles`: those that a hiring manager sees."""

    kind: str
    roles: tuple[Role, ...]
    successor: Membership | None


def owned_roles(member: Membership) -> QuerySet[Role]:
    """All roles that the member owns, including archived ones."""
    return Role.objects.of(member.organisation).filter(owner=member).order_by("plain_title", "pk")


def possible_successors(member: Membership) -> QuerySet[Membership]:
    """Other active admins and recruiters, who can own the member's roles."""
    return possible_owners(member.organisation).exclude(pk=member.pk)


def deactivate(*, member: Membership, successor: Membership | None, by: Membership, now: datetime) -> bool:
    """Deactivate a member. `successor` gets their roles. Returns whether they had access. Raises NotChanged."""
    with transaction.atomic():
        members.lock_members(by)
        if not members.deactivate(member=member, by=by, now=now):
            return False
        _hand_over(member, successor, by=by, now=now)
        withdraw_all_of(member, by=by, now=now)
        address = member.user.email
        links = Link.objects.of(member.organisation).filter(
            email__to_address__same_address=address, ended_at=None
        )
        links.filter(purpose=Link.Purpose.REVIEW).update(ended_at=now)
        _lock_mails(member)
        _pass_mails_on(member, now=now)
        _let_others_send(member)
        return True


def change(*, member: Membership, wanted: Change, by: Membership, now: datetime) -> bool:
    """Change a member's kind and roles. Returns whether anything changed. Raises NotChanged."""
    with transaction.atomic():
        changed = members.change_kind(member=member, kind=wanted.kind, by=by, now=now)
        if wanted.kind != Membership.Kind.ADMIN:
            withdraw_all_of(member, by=by, now=now)
        if wanted.kind != Membership.Kind.HIRING_MANAGER:
            return changed
        _hand_over(member, wanted.successor, by=by, now=now)
        return set_viewed_roles(member, wanted.roles, by=by, now=now) or changed


def _hand_over(member: Membership, to: Membership | None, *, by: Membership, now: datetime) -> None:
    roles = list(owned_roles(member))
    if not roles:
        return
    if to is None or not possible_successors(member).filter(pk=to.pk).exists():
        raise NotChanged(_("Choose who takes over the roles of %(name)s.") % {"name": member.user})
    hand_over(roles, to=to, by=by, now=now)


def _to(member: Membership) -> Q:
    # not other mails to this address, since the member may also be a candidate or referee
    return Q(member=member) | Q(for_recruiter=True, to_address__same_address=member.user.email)


def _in_name_of(member: Membership) -> Q:
    return Q(reply_to__same_address=member.user.email, application__isnull=False)


def _lock_mails(member: Membership) -> None:
    """Lock the unsent mails to the member and in their name together, in the order in which erasures lock them. Workers
    then give up those that they haven't handed over to the mail server yet: `attempts` tells them that their claim has
    ended, and what the server says about the old address no longer counts."""
    claimed = Q(state=Email.State.SENDING, handed_over_at=None)
    unsent = Email.objects.of(member.organisation).filter(
        _to(member) | _in_name_of(member), Q(state=Email.State.QUEUED) | claimed
    )
    list(unsent.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    unsent.filter(claimed).update(
        state=Email.State.QUEUED, attempts=F("attempts") + 1, excused=F("excused") + 2
    )


def _pass_mails_on(member: Membership, *, now: datetime) -> None:
    """Cancel unsent personal mails, and redirect other unsent mails to the current recruiter."""
    waiting = Email.objects.of(member.organisation).filter(_to(member), state=Email.State.QUEUED)
    waiting.filter(kind__in=_PERSONAL).update(state=Email.State.CANCELLED, settled_at=now)
    mails = waiting.filter(application__isnull=False)
    for email in mails.select_related("application__role__owner__user", "application__organisation"):
        assert email.application is not None
        recruiter = recruiter_of(email.application)
        email.to_address, email.to_name = recruiter.address, recruiter.name[:200]
        email.context = {**email.context, "to_name": recruiter.name}
        email.member, email.for_recruiter = None, True
        email.save(update_fields=["to_address", "to_name", "context", "member", "for_recruiter"])


def _let_others_send(member: Membership) -> None:
    """Change the sender of the member's queued mail to candidates and referees to the current recruiters."""
    queued = Email.objects.of(member.organisation).filter(_in_name_of(member), state=Email.State.QUEUED)
    for email in queued.select_related("application__role__owner__user", "application__organisation"):
        update_sender(email)
        email.save(update_fields=["from_name", "reply_to", "context"])
