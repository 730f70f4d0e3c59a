from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation, active_members
from goodword.core.text import WithoutAccents
from goodword.roles.domain.job_analysis import copy_requirements
from goodword.roles.domain.settings import REQUIREMENT_FIELDS, CheckSettings, NotAnOwner, add_role
from goodword.roles.models import Role, Step, is_confidential


class RoleChanged(Exception):
    """The role has changed since the page was opened. `role`: the current one."""

    def __init__(self, role: Role) -> None:
        super().__init__(f"Role {role.pk} has changed.")
        self.role = role


def version_of(role: Role) -> str:
    return f"{role.owner_id}:{int(role.confidential)}:{role.title}"


def change_role(
    *,
    role: Role,
    title: str,
    owner: Membership,
    confidential: bool,
    seen: str,
    by: Membership,
    now: datetime,
) -> bool:
    """Change a role. `seen`: the version that `by` saw. Returns whether anything changed. Raises RoleChanged,
    NotAnOwner."""
    title = " ".join(title.split())
    with transaction.atomic():
        # locked before the role, as in deactivation; otherwise a member who is losing access could become owner
        Membership.objects.of(role.organisation).select_for_update(of=("self",), no_key=True).get(pk=owner.pk)
        row = _locked(role)
        if (title, owner.pk, confidential) == (row.title, row.owner_id, row.confidential):
            return False
        if seen != version_of(row):
            raise RoleChanged(row)
        if owner.pk != row.owner_id:
            if not possible_owners(role.organisation).filter(pk=owner.pk).exists():
                raise NotAnOwner
            hand_over([row], to=owner, by=by, now=now)
        if title != row.title:
            before, row.title = row.title, title
            row.save(update_fields=["title"])
            _audit("role.renamed", row, by=by, now=now, before=before, after=title)
        if confidential != row.confidential:
            row.confidential = confidential
            row.save(update_fields=["confidential"])
            _audit("role.hidden" if confidential else "role.shown", row, by=by, now=now)
        return True


def set_archived(*, role: Role, archived: bool, by: Membership, now: datetime) -> bool:
    """Archive or restore a role. The stages of an archived role start nothing (`needs_click` in workflow). Returns
    whether it changed."""
    with transaction.atomic():
        row = _locked(role)
        if (row.archived_at is not None) == archived:
            return False
        row.archived_at = now if archived else None
        row.save(update_fields=["archived_at"])
        _audit("role.archived" if archived else "role.restored", row, by=by, now=now)
        return True


#: days after the hire: earlier, managers know too little; later, ratings aren't comparable
RATING_DAYS: Final = range(60, 181)


def ask_for_ratings(*, role: Role, on: bool, days: int, by: Membership, now: datetime) -> bool:
    """Turn requests for ratings on or off. They apply to candidates who start the assessment after that. Returns
    whether anything changed."""
    with transaction.atomic():
        row = _locked(role)
        was_on = row.asks_for_ratings_since is not None
        if (on, days) == (was_on, row.rating_days):
            return False
        if on != was_on:
            row.asks_for_ratings_since = now if on else None
        row.rating_days = days
        row.save(update_fields=["asks_for_ratings_since", "rating_days"])
        _audit("role.ratings_asked" if on else "role.ratings_not_asked", row, by=by, now=now, days=days)
        return True


def copy_role(*, role: Role, title: str, by: Membership, now: datetime) -> Role:
    """Copy a role's step settings and job requirements to a new role of `by`, but not jobs, viewers and candidates.
    Raises NotAnOwner."""
    with transaction.atomic():
        made = add_role(title=title, owner=by, now=now)
        if is_confidential(role):
            made.confidential = True
            made.save(update_fields=["confidential"])
        names = [field.name for field in fields(CheckSettings)]
        names += REQUIREMENT_FIELDS
        theirs = {step.kind: step for step in Step.objects.of(role.organisation).filter(role=role)}
        for step in Step.objects.of(role.organisation).filter(role=made):
            for name in names:
                setattr(step, name, getattr(theirs[step.kind], name))
            step.save(update_fields=names)
        copy_requirements(role, to=made)
        _audit("role.duplicated", made, by=by, now=now, from_role=role.pk)
        return made


def _locked(role: Role) -> Role:
    rows = Role.objects.of(role.organisation).select_related("organisation")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=role.pk)


def _audit(action: str, role: Role, *, by: Membership, now: datetime, **more: str | int) -> None:
    write(
        organisation=role.organisation, action=action, member=by, now=now, details={"role": role.pk, **more}
    )


def possible_owners(organisation: Organisation) -> QuerySet[Membership]:
    kinds = [Membership.Kind.ADMIN, Membership.Kind.RECRUITER]
    return active_members(organisation).filter(kind__in=kinds).order_by(WithoutAccents("user__name"), "pk")


def hand_over(roles: Iterable[Role], *, to: Membership, by: Membership, now: datetime) -> int:
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
    """Show the role to the member, including its private candidates. `by`: for an accepted invitation, who sent it.
    Returns whether they were added."""
    with transaction.atomic():
        row = (
            Role.objects.of(member.organisation).select_for_update(of=("self",), no_key=True).get(pk=role.pk)
        )
        if row.viewers.filter(pk=member.pk).exists():
            return False
        row.viewers.add(member)
        _audit_viewer("role.viewer_added", row, member=member, by=by, now=now)
        return True


def remove_viewer(role: Role, *, member: Membership, by: Membership, now: datetime) -> bool:
    with transaction.atomic():
        row = (
            Role.objects.of(member.organisation).select_for_update(of=("self",), no_key=True).get(pk=role.pk)
        )
        if not row.viewers.filter(pk=member.pk).exists():
            return False
        row.viewers.remove(member)
        _audit_viewer("role.viewer_removed", row, member=member, by=by, now=now)
        return True


def set_viewed_roles(member: Membership, roles: Collection[Role], *, by: Membership, now: datetime) -> bool:
    """Show the member exactly these roles, among those that aren't archived. Returns whether anything changed."""
    with transaction.atomic():
        before = set(Role.objects.of(member.organisation).filter(viewers=member, archived_at=None))
        added = [add_viewer(role, member=member, by=by, now=now) for role in roles if role not in before]
        gone = before.difference(roles)
        removed = [remove_viewer(role, member=member, by=by, now=now) for role in gone]
        return any([*added, *removed])


def _audit_viewer(
    action: str, role: Role, *, member: Membership, by: Membership | None, now: datetime
) -> None:
    write(
        organisation=member.organisation,
        action=action,
        member=by,
        now=now,
        details={"role": role.pk, "member": member.pk},
    )
