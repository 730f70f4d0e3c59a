"""Reads about candidates and applications."""

from dataclasses import dataclass

from goodword.candidates.models import Application


@dataclass(frozen=True, kw_only=True)
class Recruiter:
    """Who stands behind an application: sender name and reply address of what we send, receiver of reviews."""

    name: str
    address: str


def recruiter_of(application: Application) -> Recruiter:
    """The application's Greenhouse recruiter (already resolved when it was synced), else the role's owner.

    Raises LookupError for an application without either; such a one has no role, and nothing is sent for it.
    """
    if application.recruiter_email:
        return Recruiter(
            name=application.recruiter_name or application.recruiter_email,
            address=application.recruiter_email,
        )
    if application.role is None:
        raise LookupError(f"Application {application.pk} has neither a recruiter nor a role.")
    owner = application.role.owner.user
    return Recruiter(name=owner.name, address=owner.email)
