"""Access to pages for members, by organisation and kind of member."""

import io
import logging
import re
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from goodword.accounts.access import MemberRequest, member, membership_of
from goodword.accounts.models import AuditEntry, Organisation
from goodword.core.telemetry import ErrorReference
from goodword.roles.models import Role
from tests.support import factories
from tests.support.pages import comparable, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return factories.organisation()


def page(name: str, organisation: Organisation) -> str:
    return reverse(name, args=[organisation.slug])


def test_anonymous_users_are_redirected_to_sign_in_and_back(organisation: Organisation) -> None:
    response = Client().get(page("roles", organisation) + "?q=ada")
    assert (response.status_code, response["Location"]) == (
        302,
        f"/accounts/login/?next=/o/{organisation.slug}/roles/%3Fq%3Dada",
    )


NOT_SAVED = "Nothing was saved, because you had been signed out. Sign in, then try again."


@pytest.mark.parametrize(
    ("came_from", "then"),
    [
        ("http://testserver/o/acme/candidates/?q=ada", "/o/acme/candidates/%3Fq%3Dada"),
        ("http://elsewhere.example/o/acme/candidates/", "/"),
        ("", "/"),
    ],
)
def test_a_form_sent_after_the_session_has_ended_leads_back_to_its_page(came_from: str, then: str) -> None:
    made = factories.member(factories.organisation(slug="acme"), kind="admin")
    client = Client(headers={"referer": came_from} if came_from else {})
    response = client.post(reverse("member_reactivate", args=["acme", made.pk]))
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={then}")
    assert [str(message) for message in get_messages(response.wsgi_request)] == [NOT_SAVED]


def test_a_script_without_a_session_redirects_the_whole_page(organisation: Organisation) -> None:
    here = f"{page('roles', organisation)}?q=ada"
    client = Client(headers={"hx-request": "true", "hx-current-url": f"http://testserver{here}"})
    posted = client.post(reverse("member_reactivate", args=[organisation.slug, 1]))
    for response in (client.get(page("search", organisation)), posted):
        assert (response.status_code, response.get("HX-Redirect")) == (
            200,
            f"/accounts/login/?next={quote(here)}",
        )


def test_a_page_that_polls_without_a_session_stays(organisation: Organisation) -> None:
    client = Client(headers={"hx-request": "true", "x-goodword": "poll"})
    response = client.get(page("roles", organisation))
    assert (response.status_code, response.headers.get("HX-Redirect")) == (401, None)


@pytest.mark.parametrize("path", ["/o/acme/settings/members/1/reactivate/", "/accounts/sessions/1/end/"])
def test_a_url_that_only_takes_forms_leads_to_the_start_page(path: str) -> None:
    response = Client().get(path)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert 'href="/"' in response.content.decode()


def test_other_organisations_look_like_missing_ones(organisation: Organisation) -> None:
    stranger = signed_in(factories.member(factories.organisation(), kind="admin"))
    theirs = stranger.get(page("roles", organisation))
    nobodys = stranger.get("/o/no-such-thing/roles/")
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert comparable(theirs) == comparable(nobodys)


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("kind", "may"),
    [("admin", 200), ("recruiter", 200), ("hiring_manager", 403)],
)
def test_hiring_managers_cannot_open_pages_for_recruiters(
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


def test_a_deactivated_user_is_signed_out(organisation: Organisation) -> None:
    who = factories.member(organisation)
    client = signed_in(who)
    who.user.is_active = False
    who.user.save()
    assert client.get(page("roles", organisation)).status_code == 302


def test_membership_is_found_by_user_and_organisation(organisation: Organisation) -> None:
    who, other = factories.member(organisation), factories.organisation()
    assert membership_of(who.user, slug=organisation.slug) == who
    assert membership_of(who.user, slug=other.slug) is None


def test_the_decorator_keeps_name_and_docstring_of_the_view() -> None:
    @member()
    def shown(request: MemberRequest, /) -> HttpResponse:
        """A page."""
        return HttpResponse(request.method)

    assert (shown.__name__, shown.__doc__) == ("shown", "A page.")


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("admin", ["Home", "Roles", "Candidates", "Results to review", "Library", "Settings", "Help"]),
        ("recruiter", ["Home", "Roles", "Candidates", "Results to review", "Library", "Settings", "Help"]),
        ("hiring_manager", ["Home", "Roles", "Candidates", "Results to review", "Help"]),
    ],
)
def test_navigation_depends_on_the_kind_of_member(
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
    assert (context["organisation"], context["search_query"]) == (organisation, "")
    assert context["search_url"] == page("search", organisation)


def test_anonymous_pages_show_the_help_contact_and_no_navigation() -> None:
    context = Client().get("/accounts/login/").context
    assert context["help_contact"] == "help@goodword.example"
    assert "organisation" not in context
    assert "nav" not in context


def test_a_missing_page_offers_members_the_search(organisation: Organisation) -> None:
    member = factories.member(organisation)
    missing = signed_in(member).get(f"/o/{organisation.slug}/candidates/999999/")
    page_text = missing.content.decode()
    assert (missing.status_code, page_text.count(f'action="{page("search", organisation)}"')) == (404, 1)
    stranger = signed_in(factories.member(factories.organisation()))
    for browser, where in (
        (Client(), "/nowhere/"),
        (stranger, f"/o/{organisation.slug}/candidates/999999/"),
        (signed_in(member), "/nowhere/"),
    ):
        text = browser.get(where).content.decode()
        assert ("Page not found" in text, "/search/" in text) == (True, False)


def test_a_server_error_shows_the_reference_number_that_is_in_the_log(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    browser = signed_in(factories.member(organisation))
    browser.raise_request_exception = False
    monkeypatch.setattr("goodword.workspace.search.find", fail)
    logger, out = logging.getLogger("django.request"), io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(ErrorReference())
    logger.addHandler(handler)
    try:
        response = browser.get(page("search", organisation) + "?q=ada")
    finally:
        logger.removeHandler(handler)
    text = response.content.decode()
    found = re.search(r">(\d{4}-\d{4})<", text)
    assert response.status_code == 500
    assert found and f"[reference {found[1]}] Internal Server Error: " in out.getvalue()
    assert "the disk is full" in out.getvalue()
    assert "help@goodword.example" in text and "the disk" not in text
    assert "reference" in str(settings.LOGGING["handlers"])


def test_a_database_that_cannot_be_used_is_named_with_the_remedy(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password in DATABASE_URL, a full disk or no server: members are pointed to `goodword doctor`."""

    def fail(*_: object, **__: object) -> None:
        raise OperationalError from psycopg.OperationalError("password authentication failed")

    browser = signed_in(factories.member(organisation))
    browser.raise_request_exception = False
    monkeypatch.setattr("goodword.workspace.search.find", fail)
    response = browser.get(page("search", organisation) + "?q=ada")
    text = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "Goodword is unavailable" in text and "goodword doctor" in text
    assert "help@goodword.example" in text and "password" not in text
