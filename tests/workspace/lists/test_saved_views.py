"""Saved views of lists."""

import pytest
from django.test import Client

from goodword.accounts.models import Membership
from goodword.roles.models import Role
from goodword.workspace.models import SavedView
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import named, path

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(), name="Rita Recruiter")


@pytest.fixture
def role(rita: Membership) -> Role:
    made = factories.role(rita.organisation, owner=rita)
    named(made, "Ada", "Zorn")
    return made


def views(who: Membership) -> list[tuple[str, int | None, str]]:
    rows = SavedView.objects.of(who.organisation).filter(member=who).order_by("pk")
    return [(row.name, row.role_id, row.query) for row in rows]


def test_a_view_is_saved_replaced_shown_and_deleted(role: Role, rita: Membership) -> None:
    client, where = signed_in(rita), path("role_view_save", role.organisation, role.pk)
    client.post(f"{where}?status=active&q=ada&page=2", {"name": "Mine"})
    back = client.post(f"{where}?assessment=overdue&sort=-name&q=ada", {"name": "Mine"})
    assert back["Location"].endswith("?q=ada&assessment=overdue&sort=-name")
    client.post(path("candidates_view_save", role.organisation) + "?sort=name", {"name": "Mine"})
    assert views(rita) == [
        ("Mine", role.pk, "assessment=overdue&sort=-name"),
        ("Mine", None, "sort=name"),
    ]
    page = client.get(path("role", role.organisation, role.pk)).content.decode()
    assert page.count('href="?assessment=overdue&amp;sort=-name"') == 1
    first = SavedView.objects.of(role.organisation).order_by("pk")[0]
    client.post(path("saved_view_delete", role.organisation, first.pk))
    assert views(rita) == [("Mine", None, "sort=name")]


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("query", "name", "sentence"),
    [
        ("status=active", "", "Enter a name for the view."),
        ("status=active", "x" * 61, "Use at most 60 characters."),
        ("q=ada", "Ada", "Choose filters or an order first"),
        (f"stage={'%C3%A9' * 170}", "Ada", "These filters are too long to be saved."),
    ],
)
def test_incomplete_views_are_refused(
    role: Role, rita: Membership, query: str, name: str, sentence: str
) -> None:
    where = path("role_view_save", role.organisation, role.pk)
    page = signed_in(rita).post(f"{where}?{query}", {"name": name}, follow=True)
    assert sentence in page.content.decode()
    assert views(rita) == []


@pytest.mark.world
def test_views_belong_to_one_member(role: Role, rita: Membership) -> None:
    where = path("role_view_save", role.organisation, role.pk)
    signed_in(rita).post(f"{where}?status=active", {"name": "Mine"})
    view = SavedView.objects.of(role.organisation).get()
    delete = path("saved_view_delete", role.organisation, view.pk)
    colleague = factories.member(role.organisation)
    stranger = factories.member(factories.organisation(), kind="admin")
    manager = factories.member(role.organisation, kind="hiring_manager")
    assert [signed_in(who).post(delete).status_code for who in (colleague, stranger, manager)] == [404] * 3
    assert [signed_in(who).post(where, {"name": "x"}).status_code for who in (stranger, manager)] == [404] * 2
    assert (Client().post(delete).status_code, signed_in(rita).get(delete).status_code) == (302, 405)
    assert "Mine" not in signed_in(colleague).get(path("role", role.organisation, role.pk)).content.decode()
    assert views(rita) == [("Mine", role.pk, "status=active")]
