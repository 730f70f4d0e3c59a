"""Start page, help and settings."""

import pytest
from django.test import Client

from goodword.accounts.models import Membership
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db


def test_a_member_of_one_organisation_starts_at_its_home() -> None:
    who = factories.member(factories.organisation())
    assert signed_in(who).get("/")["Location"] == path("needs_you", who.organisation)
    assert Client().get("/")["Location"] == "/accounts/login/?next=/"


def test_a_member_of_two_organisations_chooses() -> None:
    who = factories.member(factories.organisation(name="Beta"))
    other = factories.organisation(name="Alpha <1>")
    Membership.objects.create(organisation=other, user=who.user, kind="admin", created_at=factories.NOW)
    factories.organisation(name="Not theirs")
    response = signed_in(who).get("/")
    html = response.content.decode()
    assert [found.organisation.name for found in response.context["memberships"]] == ["Alpha <1>", "Beta"]
    assert (path("needs_you", other) in html, "Alpha &lt;1&gt;" in html, "Not theirs" in html) == (
        True,
        True,
        False,
    )


def test_a_user_without_organisation_sees_a_contact_and_can_sign_out() -> None:
    who = factories.member(factories.organisation())
    client = signed_in(who)
    who.delete()
    html = client.get("/").content.decode()
    assert "You don't belong to an organisation yet." in html
    assert "mailto:help@goodword.example" in html
    assert 'action="/accounts/logout/"' in html


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("help", {"admin": 200, "recruiter": 200, "hiring_manager": 200}),
        ("library", {"admin": 200, "recruiter": 200, "hiring_manager": 403}),
        ("settings", {"admin": 302, "recruiter": 302, "hiring_manager": 403}),
        ("needs_you", {"admin": 302, "recruiter": 200, "hiring_manager": 200}),
        ("roles", {"admin": 200, "recruiter": 200, "hiring_manager": 200}),
        ("candidates", {"admin": 200, "recruiter": 200, "hiring_manager": 200}),
        ("results", {"admin": 200, "recruiter": 200, "hiring_manager": 200}),
    ],
)
def test_pages_check_the_kind_of_member(name: str, kinds: dict[str, int]) -> None:
    organisation = factories.organisation()
    where = path(name, organisation)
    for kind, status in kinds.items():
        assert signed_in(factories.member(organisation, kind=kind)).get(where).status_code == status
    assert signed_in(factories.member(factories.organisation(), kind="admin")).get(where).status_code == 404
    assert Client().get(where).status_code == 302
    assert signed_in(factories.member(organisation, kind="admin")).post(where).status_code == 405


def test_help_shows_the_configured_contact() -> None:
    who = factories.member(factories.organisation(), kind="hiring_manager")
    html = signed_in(who).get(path("help", who.organisation)).content.decode()
    assert 'href="mailto:help@goodword.example"' in html
