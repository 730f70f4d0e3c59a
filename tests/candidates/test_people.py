"""Displayed names, the recruiter of an application, and who may see which candidates."""

import pytest

from goodword.candidates.models import (
    Application,
    Candidate,
    public_title,
    recruiter_of,
    visible_applications,
)
from tests.support import factories
from tests.support.kept import kept

pytestmark = pytest.mark.django_db


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("first", "last", "preferred", "name", "short"),
    [
        ("Ada", "Lovelace", "", "Ada Lovelace", "Ada"),
        ("Augusta", "King", "Ada", "Ada King", "Ada"),
        ("Ada", "", "", "Ada", "Ada"),
        ("", "Lovelace", "", "Lovelace", "Lovelace"),
        ("", "", "", "Candidate without a name", "Candidate without a name"),
        ("Ada\r\nBcc: x", " King\u2028", "", "Ada Bcc: x King", "Ada Bcc: x"),
    ],
)
def test_a_name_is_one_line_and_the_preferred_one(
    first: str, last: str, preferred: str, name: str, short: str
) -> None:
    who = Candidate(first_name=first, last_name=last, preferred_name=preferred)
    assert (who.name, who.short_name) == (name, short)


@pytest.fixture
@kept
def application() -> Application:
    return factories.application(factories.role(factories.organisation(), title="Baker"))


def test_an_application_falls_to_its_recruiter_else_the_owner_else_an_admin(
    application: Application,
) -> None:
    def found() -> tuple[str, str]:
        recruiter = recruiter_of(application)
        return recruiter.name, recruiter.address

    assert found() == ("Rita Recruiter", "rita@acme.example")
    application.recruiter_name = ""
    assert found() == ("rita@acme.example", "rita@acme.example")
    application.recruiter_email = ""
    assert application.role is not None
    owner = application.role.owner.user
    assert found() == (owner.name, owner.email)
    application.role = None
    assert found() == (owner.name, owner.email)  # the only admin


def test_candidates_see_the_title_of_the_job_post(application: Application) -> None:
    assert application.role is not None
    assert public_title(application) == "Baker"
    automation = factories.automation(application.role, connection_id=1, job_id=31, stages={})
    application.job_id = 31
    assert public_title(application) == "Baker"
    automation.job_post_title = "Baker (all genders)"
    automation.save()
    assert public_title(application) == "Baker (all genders)"
    application.role = None
    application.job_id = 32
    assert public_title(application) == ""


def test_each_kind_of_member_sees_their_applications(application: Application) -> None:
    role = application.role
    assert role is not None
    organisation = application.organisation
    other = factories.application(factories.role(organisation))
    hidden = factories.application(role, candidate=factories.candidate(organisation, private=True))
    factories.application(factories.role(factories.organisation()))
    without = factories.application(role)
    Application.objects.of(organisation).filter(pk=without.pk).update(role=None)

    admin = factories.member(organisation, kind="admin")
    recruiter = factories.member(organisation, kind="recruiter")
    manager = factories.member(organisation, kind="hiring_manager")
    seen = {who: set(visible_applications(who)) for who in (admin, recruiter, manager, role.owner)}
    assert seen == {
        admin: {application, other, hidden},
        recruiter: {application, other},
        manager: set(),
        role.owner: {application, other, hidden},
    }
    role.viewers.add(manager, recruiter)
    assert set(visible_applications(manager)) == {application, hidden}
    assert set(visible_applications(recruiter)) == {application, other, hidden}


def test_an_owner_who_is_also_a_viewer_is_listed_once(application: Application) -> None:
    assert application.role is not None
    recruiter = factories.member(application.organisation, kind="recruiter")
    application.role.owner = recruiter
    application.role.save()
    application.role.viewers.add(recruiter, factories.member(application.organisation))
    assert list(visible_applications(recruiter)) == [application]
