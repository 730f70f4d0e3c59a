"""Role > Who can see this role, and hiring managers' access."""

import pytest
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import AuditEntry, Membership
from goodword.roles.models import Automation, Role, visible_roles
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(name="Acme"), name="Rita Recruiter")


@pytest.fixture
def role(rita: Membership) -> Role:
    return factories.role(rita.organisation, title="Window Washer", owner=rita)


@pytest.fixture
def ben(rita: Membership) -> Membership:
    return factories.member(rita.organisation, kind="hiring_manager", name="Ben Manager")


def page(name: str, role: Role, *args: object) -> str:
    return reverse(name, args=[role.organisation.slug, *args])


def actions(role: Role) -> list[str]:
    return list(AuditEntry.objects.of(role.organisation).order_by("pk").values_list("action", flat=True))


def test_a_recruiter_adds_and_removes_a_hiring_manager(rita: Membership, role: Role, ben: Membership) -> None:
    client, url = signed_in(rita), page("role_viewers", role, role.pk)
    assert url in client.get(page("role", role, role.pk)).content.decode()
    added = client.post(url, {"member": ben.pk}, follow=True).content.decode()
    assert "Ben Manager can see this role." in added
    assert list(visible_roles(ben)) == [role]
    client.post(page("role_viewer_remove", role, role.pk, ben.pk))
    client.post(page("role_viewer_remove", role, role.pk, ben.pk))
    assert list(visible_roles(ben)) == []
    assert actions(role) == ["role.created", "role.viewer_added", "role.viewer_removed"]


@pytest.mark.world
def test_private_candidates_are_seen_by_members_who_were_added(
    rita: Membership, role: Role, ben: Membership
) -> None:
    private = factories.application(role, candidate=factories.candidate(rita.organisation, private=True))
    url = reverse("candidate", args=[role.organisation.slug, private.pk])
    other = factories.member(rita.organisation)
    for who in (ben, other):
        assert signed_in(who).get(url).status_code == 404
        signed_in(rita).post(page("role_viewers", role, role.pk), {"member": who.pk})
        assert signed_in(who).get(url).status_code == 200


@pytest.mark.world
def test_recruiters_who_were_not_added_add_and_remove_nobody(
    rita: Membership, role: Role, ben: Membership
) -> None:
    role.viewers.add(ben)
    cem = factories.member(rita.organisation)
    client, url = signed_in(cem), page("role_viewers", role, role.pk)
    sentence = "Only admins, the owner and members added to this role can change who sees it."
    assert sentence in client.get(url).content.decode()
    assert client.post(url, {"member": cem.pk}).status_code == 403
    gone = client.post(page("role_viewer_remove", role, role.pk, ben.pk), follow=True)
    assert sentence in gone.content.decode()
    assert (list(role.viewers.all()), actions(role)) == ([ben], ["role.created"])


@pytest.mark.world
def test_strangers_and_members_with_access_cannot_be_added(
    rita: Membership, role: Role, ben: Membership
) -> None:
    admin = factories.member(rita.organisation, kind="admin")
    stranger = factories.member(factories.organisation(), kind="hiring_manager")
    client, url = signed_in(rita), page("role_viewers", role, role.pk)
    for pk in ("", admin.pk, rita.pk, stranger.pk):
        assert client.post(url, {"member": pk}).status_code == 422
    assert not role.viewers.exists()


@pytest.mark.world
def test_only_editors_with_access_to_the_role_change_its_viewers(
    rita: Membership, role: Role, ben: Membership
) -> None:
    role.viewers.add(ben)
    cem = factories.member(rita.organisation, kind="hiring_manager")
    Automation.objects.create(
        organisation=role.organisation,
        role=role,
        connection_id=1,
        job_id=1,
        job_name="Window Washer",
        confidential=True,
        confirmed_at=role.created_at,
    )
    for who, status in (
        (ben, 403),
        (factories.member(rita.organisation), 404),
        (factories.member(factories.organisation(), kind="admin"), 404),
        (None, 302),
    ):
        client = signed_in(who) if who else Client()
        assert client.get(page("role_viewers", role, role.pk)).status_code == status
        assert client.post(page("role_viewers", role, role.pk), {"member": cem.pk}).status_code == status
        assert client.post(page("role_viewer_remove", role, role.pk, ben.pk)).status_code == status
    assert (list(role.viewers.all()), actions(role)) == ([ben], ["role.created"])


@pytest.mark.world
def test_a_hiring_manager_without_a_role_is_told_what_to_do(ben: Membership, role: Role) -> None:
    client = signed_in(ben)
    text = client.get(page("roles", role)).content.decode()
    assert "No role has been shared with you" in text
    assert "Window Washer" not in text
    for name in ("needs_you", "candidates", "results"):
        shown = client.get(page(name, role))
        assert shown.status_code == 200
        assert "Window Washer" not in shown.content.decode()
    assert client.get(page("role", role, role.pk)).status_code == 404
