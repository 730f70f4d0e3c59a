"""Access to roles of confidential Greenhouse jobs."""

import pytest

from goodword.candidates.models import visible_applications
from goodword.roles.domain.automation import unlink
from goodword.roles.models import Role, visible_roles
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_confidential_roles_are_visible_to_admins_owner_and_viewers() -> None:
    organisation = factories.organisation()
    owner = factories.member(organisation)
    role = factories.role(organisation, owner=owner)
    plain = factories.role(organisation, owner=owner)
    made = factories.automation(role, connection_id=1, job_id=31, stages={})
    made.confidential = True
    made.save()
    application = factories.application(role)
    people = {
        "admin": factories.member(organisation, kind="admin"),
        "owner": owner,
        "recruiter": factories.member(organisation),
        "added recruiter": factories.member(organisation),
        "hiring manager": factories.member(organisation, kind="hiring_manager"),
        "added hiring manager": factories.member(organisation, kind="hiring_manager"),
    }
    role.viewers.add(people["added recruiter"], people["added hiring manager"])

    both: set[Role] = {role, plain}
    assert {who: set(visible_roles(member)) for who, member in people.items()} == {
        "admin": both,
        "owner": both,
        "recruiter": {plain},
        "added recruiter": both,
        "hiring manager": set(),
        "added hiring manager": {role},
    }
    assert {who for who, member in people.items() if application in visible_applications(member)} == {
        "admin",
        "owner",
        "added recruiter",
        "added hiring manager",
    }


def test_a_role_stays_confidential_when_its_job_is_unlinked() -> None:
    organisation = factories.organisation()
    admin = factories.member(organisation, kind="admin")
    role = factories.role(organisation, owner=admin)
    made = factories.automation(role, connection_id=1, job_id=31, stages={})
    made.confidential = True
    made.save()
    unlink(automation=made, by=admin, now=factories.NOW)
    assert list(visible_roles(factories.member(organisation))) == []
    assert list(visible_roles(admin)) == [role]
