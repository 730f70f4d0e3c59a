"""Reads about candidates and applications."""

from dataclasses import dataclass

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.roles.queries import automation_of


@dataclass(frozen=True, kw_only=True)
class Recruiter:
    """Who stands behind an application: sender name and reply address of what we send, receiver of reviews."""

    name: str
    address: str


def recruiter_of(application: Application) -> Recruiter:
    """The application's Greenhouse recruiter (already resolved when it was synced), else the role's owner.

    Else, where the role is gone, the first admin of the organisation: a portal always names a person to ask.
    """
    if application.recruiter_email:
        return Recruiter(
            name=application.recruiter_name or application.recruiter_email,
            address=application.recruiter_email,
        )
    if application.role is not None:
        owner = application.role.owner.user
    else:
        admins = Membership.objects.of(application.organisation).filter(kind=Membership.Kind.ADMIN)
        owner = admins.select_related("user").order_by("pk")[0].user
    return Recruiter(name=owner.name, address=owner.email)


def public_title(application: Application) -> str:
    """The title of the role as candidates and referees see it: that of the chosen job post, else the role's own."""
    if application.connection_id is not None:
        automation = automation_of(connection_id=application.connection_id, job_id=application.job_id)
        if automation is not None and automation.job_post_title:
            return automation.job_post_title
    return application.role.title if application.role else ""
