"""A warning before an assessment is published: who reads candidates' requests for adjustments."""

from django.utils.translation import gettext as _

from goodword.assessments.domain.adjust.contact import contact_of_role
from goodword.roles.models import Role


def reader_warning(role: Role) -> str:
    """The warning that only the hiring team reads requests, and who does; empty if somebody outside is named."""
    named, contact = role.organisation.adjustments_email, contact_of_role(role)
    if contact is not None and contact.address == named:
        return ""
    if named:
        first = _("%(name)s is named for adjustment requests, but hires for this role.") % {
            "name": role.organisation.adjustments_name
        }
    else:
        first = _("Nobody outside the hiring team is named to answer adjustment requests.")
    if contact is None:
        return first + " " + _("The recruiter reads them. Candidates see this, and some will not ask.")
    return (
        first
        + " "
        + _("%(name)s reads them, as an admin who does not hire for this role.") % {"name": contact.name}
    )
