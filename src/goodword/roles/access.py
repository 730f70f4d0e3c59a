"""Which roles a member sees, and who may change that."""

from django.db.models import Q, QuerySet

from goodword.accounts.models import Membership
from goodword.roles.models import Automation, Role


def visible_roles(member: Membership) -> QuerySet[Role]:
    """The roles that the member can see. Hiring managers see those they were added to. Confidential ones are only
    visible to admins, the owner and added members."""
    roles = Role.objects.of(member.organisation)
    if member.is_admin:
        return roles
    if not member.may_work:
        return roles.filter(viewers=member)
    confidential = Automation.objects.of(member.organisation).filter(confidential=True)
    added = Role.objects.of(member.organisation).filter(Q(owner=member) | Q(viewers=member))
    open_to_all = Q(confidential=False) & ~Q(pk__in=confidential.values("role_id"))
    return roles.filter(open_to_all | Q(pk__in=added.values("pk")))


def may_share(role: Role, member: Membership) -> bool:
    """Whether the member can change who sees the role. Recruiters can only if they see its private candidates."""
    if not member.may_work:
        return False
    return member.is_admin or role.owner_id == member.pk or role.viewers.filter(pk=member.pk).exists()


def is_confidential(role: Role) -> bool:
    return role.confidential or has_confidential_job(role)


def has_confidential_job(role: Role) -> bool:
    return Automation.objects.of(role.organisation).filter(role=role, confidential=True).exists()
