"""Who gets in: a member of the organisation, of a kind that may; everybody else is sent to where they belong."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from goodword.accounts.access import MemberRequest, member, membership_of
from goodword.accounts.models import AuditEntry, Organisation
from goodword.roles.models import Role
from tests.support import factories
from tests.support.pages import comparable, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return factories.organisation()


def page(name: str, organisation: Organisation) -> str:
    return reverse(name, args=[organisation.slug])


def test_who_is_signed_out_goes_to_sign_in_and_comes_back_after_it(organisation: Organisation) -> None:
    response = Client().get(page("roles", organisation) + "?q=ada")
    assert (response.status_code, response["Location"]) == (
        302,
        f"/accounts/login/?next=/o/{organisation.slug}/roles/%3Fq%3Dada",
    )


def test_a_stranger_does_not_learn_which_organisations_there_are(organisation: Organisation) -> None:
    stranger = signed_in(factories.member(factories.organisation(), kind="admin"))
    theirs = stranger.get(page("roles", organisation))
    nobodys = stranger.get("/o/no-such-thing/roles/")
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert comparable(theirs) == comparable(nobodys)


@pytest.mark.parametrize(
    ("kind", "may"),
    [("admin", 200), ("recruiter", 200), ("hiring_manager", 403)],
)
def test_a_page_for_those_who_work_refuses_those_who_look(
    organisation: Organisation, kind: str, may: int
) -> None:
    assert (
        signed_in(factories.member(organisation, kind=kind)).get(page("role_new", organisation)).status_code
        == may
    )


def test_a_refused_form_changes_nothing(organisation: Organisation) -> None:
    for client in (
        Client(),
        signed_in(factories.member(organisation, kind="hiring_manager")),
        signed_in(factories.member(factories.organisation(), kind="admin")),
    ):
        assert client.post(page("role_new", organisation), {"title": "Mine"}).status_code in {302, 403, 404}
    assert (
        Role.objects.across_organisations().count(),
        AuditEntry.objects.across_organisations().count(),
    ) == (0, 0)


def test_a_login_that_was_switched_off_is_signed_out(organisation: Organisation) -> None:
    who = factories.member(organisation)
    client = signed_in(who)
    who.user.is_active = False
    who.user.save()
    assert client.get(page("roles", organisation)).status_code == 302


def test_a_membership_is_found_by_person_and_organisation(organisation: Organisation) -> None:
    who, other = factories.member(organisation), factories.organisation()
    assert membership_of(who.user, slug=organisation.slug) == who
    assert membership_of(who.user, slug=other.slug) is None


def test_a_view_keeps_its_name_and_words_behind_the_door() -> None:
    @member()
    def shown(request: MemberRequest, /) -> HttpResponse:
        """What it says."""
        return HttpResponse(request.method)

    assert (shown.__name__, shown.__doc__) == ("shown", "What it says.")


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("admin", ["Roles", "Candidates", "Results to review", "Library", "Settings", "Help"]),
        ("recruiter", ["Roles", "Candidates", "Results to review", "Library", "Settings", "Help"]),
        ("hiring_manager", ["Roles", "Candidates", "Results to review", "Help"]),
    ],
)
def test_the_shell_shows_each_kind_what_is_theirs(
    organisation: Organisation, kind: str, labels: list[str]
) -> None:
    who = factories.member(organisation, kind=kind)
    context = signed_in(who).get(page("candidates", organisation) + "?q=ada").context
    assert [entry["label"] for entry in context["nav"]] == labels
    assert [entry["label"] for entry in context["nav"] if entry["current"]] == ["Candidates"]
    assert context["member"] == {
        "name": who.user.name,
        "email": who.user.email,
        "kind": who.get_kind_display(),
    }
    assert (context["organisation"], context["search_query"]) == (organisation, "ada")
    assert context["search_url"] == page("candidates", organisation)


def test_pages_without_a_member_show_whom_to_ask_and_nothing_else() -> None:
    context = Client().get("/accounts/login/").context
    assert context["help_contact"] == "help@goodword.example"
    assert "organisation" not in context
    assert "nav" not in context
