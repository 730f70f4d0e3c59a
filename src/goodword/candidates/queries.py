from dataclasses import dataclass

from django.db.models import Q, QuerySet

from goodword.accounts.models import Membership
from goodword.accounts.queries import admins_of, is_deactivated
from goodword.candidates.models import Application
from goodword.roles.models import Role
from goodword.roles.queries import automation_of, visible_roles


@dataclass(frozen=True, kw_only=True)
class Recruiter:
    name: str
    address: str


def recruiter_of(application: Application) -> Recruiter:
    """Greenhouse's recruiter, else the role's owner, else the first admin. Skips deactivated members."""
    address = application.recruiter_email
    if address and not is_deactivated(application.organisation, address):
        return Recruiter(name=application.recruiter_name or address, address=address)
    if application.role is not None and application.role.owner.deactivated_at is None:
        owner = application.role.owner.user
    else:
        owner = admins_of(application.organisation)[0].user
    return Recruiter(name=owner.name, address=owner.email)


def public_title(application: Application) -> str:
    """The title for candidates and referees: of the chosen job post, else the role's."""
    if application.connection_id is not None:
        automation = automation_of(connection_id=application.connection_id, job_id=application.job_id)
        if automation is not None and automation.job_post_title:
            return automation.job_post_title
    return application.role.title if application.role else ""


def visible_applications(member: Membership) -> QuerySet[Application]:
    """Private candidates are visible only to admins, the role's owner and its viewers."""
    rows = (
        Application.objects.of(member.organisation)
        .filter(role__in=visible_roles(member))
        .select_related("candidate", "organisation")
    )
    if member.is_admin:
        return rows
    theirs = Role.objects.of(member.organisation).filter(Q(owner=member) | Q(viewers=member))
    return rows.filter(Q(candidate__private=False) | Q(role__in=theirs))


def of_own_roles(member: Membership) -> Q:
    """Filter for applications of the member's own roles, or that they recruit for; for hiring managers, all that they
    see."""
    if not member.may_work:
        return Q()
    # ids instead of a join: PostgreSQL then combines two indexes
    owned = list(Role.objects.of(member.organisation).filter(owner=member).values_list("pk", flat=True))
    return Q(role__in=owned) | Q(recruiter_email__same_address=member.user.email)
