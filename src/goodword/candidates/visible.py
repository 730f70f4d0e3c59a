"""Which applications a member sees."""

from django.db.models import Q, QuerySet

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.roles.models import Role
from goodword.roles.queries import visible_roles


def visible_applications(member: Membership) -> QuerySet[Application]:
    """Applications on the roles a member sees. Private candidates: only admins, the role's owner and its viewers."""
    rows = (
        Application.objects.of(member.organisation)
        .filter(role__in=visible_roles(member))
        .select_related("candidate", "organisation")
    )
    if member.is_admin:
        return rows
    theirs = Role.objects.of(member.organisation).filter(Q(owner=member) | Q(viewers=member))
    return rows.filter(Q(candidate__private=False) | Q(role__in=theirs))
