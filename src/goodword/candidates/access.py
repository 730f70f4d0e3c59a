"""Which applications a member sees."""

from django.db.models import Q, QuerySet

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.roles.access import visible_roles
from goodword.roles.models import Role


def visible_applications(member: Membership) -> QuerySet[Application]:
    """Private candidates are only visible to admins, the role's owner and its viewers."""
    rows = (
        Application.objects.of(member.organisation)
        .filter(role__in=visible_roles(member))
        .select_related("candidate", "organisation")
    )
    if member.is_admin:
        return rows
    theirs = Role.objects.of(member.organisation).filter(Q(owner=member) | Q(viewers=member))
    return rows.filter(Q(candidate__private=False) | Q(role__in=theirs))


def sees_private_candidates(role: Role, member: Membership) -> bool:
    return member.is_admin or role.owner_id == member.pk or role.viewers.filter(pk=member.pk).exists()


def of_own_roles(member: Membership) -> Q:
    """Applications of roles that the member owns, or where they are the recruiter. No filter for hiring managers, who
    only see roles to which they were added."""
    if not member.may_work:
        return Q()
    # ids instead of a join, so that PostgreSQL combines two indexes
    owned = list(Role.objects.of(member.organisation).filter(owner=member).values_list("pk", flat=True))
    return Q(role__in=owned) | Q(recruiter_email__same_address=member.user.email)
