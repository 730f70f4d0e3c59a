from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation
from goodword.accounts.queries import active_members
from goodword.roles.models import Role


def possible_owners(organisation: Organisation) -> QuerySet[Membership]:
    kinds = [Membership.Kind.ADMIN, Membership.Kind.RECRUITER]
    return active_members(organisation).filter(kind__in=kinds).order_by("user__name", "pk")


def hand_over(roles: Iterable[Role], *, to: Membership, by: Membership, now: datetime) -> int:
    """Make `to` the owner of these roles. Returns how many changed."""
    with transaction.atomic():
        rows = Role.objects.of(to.organisation).select_for_update(of=("self",), no_key=True)
        changed = rows.filter(pk__in=[role.pk for role in roles]).exclude(owner=to).order_by("pk")
        count = 0
        for row in changed:
            before, row.owner = row.owner_id, to
            row.save(update_fields=["owner"])
            write(
                organisation=row.organisation,
                action="role.owner_changed",
                member=by,
                now=now,
                details={"role": row.pk, "from_member": before, "member": to.pk},
            )
            count += 1
        return count


def add_viewer(role: Role, *, member: Membership, by: Membership | None, now: datetime) -> bool:
    """Let the member see the role, private candidates included. `by`: None for an accepted invitation. Returns whether
    they were added."""
    with transaction.atomic():
        row = (
            Role.objects.of(member.organisation).select_for_update(of=("self",), no_key=True).get(pk=role.pk)
        )
        if row.viewers.filter(pk=member.pk).exists():
            return False
        row.viewers.add(member)
        _audit("role.viewer_added", row, member=member, by=by, now=now)
        return True


def remove_viewer(role: Role, *, member: Membership, by: Membership, now: datetime) -> bool:
    with transaction.atomic():
        row = (
            Role.objects.of(member.organisation).select_for_update(of=("self",), no_key=True).get(pk=role.pk)
        )
        if not row.viewers.filter(pk=member.pk).exists():
            return False
        row.viewers.remove(member)
        _audit("role.viewer_removed", row, member=member, by=by, now=now)
        return True


def set_viewed_roles(
    member: Membership, roles: Collection[Role], *, by: Membership | None, now: datetime
) -> bool:
    """Let the member see exactly these roles of those not archived. Returns whether anything changed."""
    with transaction.atomic():
        before = set(Role.objects.of(member.organisation).filter(viewers=member, archived_at=None))
        added = [add_viewer(role, member=member, by=by, now=now) for role in roles if role not in before]
        gone = before.difference(roles)
        removed = [remove_viewer(role, member=member, by=by or member, now=now) for role in gone]
        return any([*added, *removed])


def _audit(action: str, role: Role, *, member: Membership, by: Membership | None, now: datetime) -> None:
    write(
        organisation=member.organisation,
        action=action,
        member=by,
        now=now,
        details={"role": role.pk, "member": member.pk},
    )
