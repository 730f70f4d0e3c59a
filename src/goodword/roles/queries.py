from django.db.models import Prefetch, Q, QuerySet

from goodword.accounts.models import Membership
from goodword.roles.models import Automation, Role, RoleNotice, StageRule


def visible_roles(member: Membership) -> QuerySet[Role]:
    """Hiring managers see roles they were added to; confidential jobs are visible to admins, the owner and
    those added."""
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
    """Whether the member can change who sees the role: not recruiters who can't see its private candidates."""
    if not member.may_work:
        return False
    return member.is_admin or role.owner_id == member.pk or role.viewers.filter(pk=member.pk).exists()


def is_confidential(role: Role) -> bool:
    return role.confidential or has_confidential_job(role)


def has_confidential_job(role: Role) -> bool:
    return Automation.objects.of(role.organisation).filter(role=role, confidential=True).exists()


def automations_of(role: Role) -> QuerySet[Automation]:
    """With stages and the steps they start. Two queries."""
    rules = StageRule.objects.of(role.organisation).select_related("step").order_by("step__kind", "pk")
    rows = Automation.objects.of(role.organisation).filter(role=role)
    return rows.prefetch_related(Prefetch("rules", rules)).order_by("pk")


def automation_of(*, connection_id: int, job_id: int | None) -> Automation | None:
    if job_id is None:
        return None
    return (
        Automation.objects.across_organisations()
        .select_related("role", "organisation")
        .filter(connection_id=connection_id, job_id=job_id)
        .first()
    )


def rules_of_stage(*, connection_id: int, job_id: int | None, stage_id: int | None) -> QuerySet[StageRule]:
    """The steps that a stage starts; none for a prospect, who has neither job nor stage."""
    if job_id is None or stage_id is None:
        return StageRule.objects.across_organisations().none()
    return (
        StageRule.objects.across_organisations()
        .select_related("step__role")
        .filter(automation__connection_id=connection_id, automation__job_id=job_id, stage_id=stage_id)
        .order_by("pk")
    )


def open_notices(role: Role) -> QuerySet[RoleNotice]:
    rows = RoleNotice.objects.of(role.organisation).filter(role=role, settled_at=None)
    return rows.select_related("automation").order_by("found_at", "pk")
