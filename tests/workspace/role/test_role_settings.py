"""Role > Role settings: title, owner, a copy, archiving."""

import pytest
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.models import Assessment
from goodword.assessments.plans.editing import begin_draft
from goodword.candidates.models import Application
from goodword.roles.domain.settings import set_delay, set_requirement
from goodword.roles.models import Role, Step
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db

ACTS = ("role_settings", "role_duplicate", "role_archive", "role_restore")


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(name="Acme"), name="Rita Recruiter")


@pytest.fixture
def role(rita: Membership) -> Role:
    return factories.role(rita.organisation, title="Window Washer", owner=rita)


def url(name: str, role: Role) -> str:
    return reverse(name, args=[role.organisation.slug, role.pk])


def actions(role: Role) -> list[str]:
    rows = AuditEntry.objects.of(role.organisation).exclude(action="role.created").order_by("pk")
    return list(rows.values_list("action", flat=True))


def typed(role: Role, **values: object) -> dict[str, object]:
    seen = f"{role.owner_id}:{int(role.confidential)}:{role.title}"
    hidden = {"confidential": "on"} if role.confidential else {}
    return {"title": role.title, "owner": role.owner_id, "seen": seen} | hidden | values


def test_a_role_is_renamed_and_handed_over(rita: Membership, role: Role) -> None:
    cem = factories.member(rita.organisation, name="Cem Recruiter")
    client = signed_in(rita)
    assert url("role_settings", role) in client.get(url("role", role)).content.decode()
    form = typed(role, title=" Cleaner   of windows ", owner=cem.pk)
    assert client.post(url("role_settings", role), form)["Location"] == url("role", role)
    role.refresh_from_db()
    assert (role.title, role.owner) == ("Cleaner of windows", cem)
    assert actions(role) == ["role.owner_changed", "role.renamed"]
    client.post(url("role_settings", role), typed(role))
    assert len(actions(role)) == 2


@pytest.mark.world
def test_only_active_admins_and_recruiters_own_roles(rita: Membership, role: Role) -> None:
    left = factories.member(rita.organisation)
    left.deactivated_at = factories.NOW
    left.save()
    manager = factories.member(rita.organisation, kind="hiring_manager")
    stranger = factories.member(factories.organisation())
    client = signed_in(rita)
    for pk in (left.pk, manager.pk, stranger.pk, ""):
        page = client.post(url("role_settings", role), typed(role, title="New title", owner=pk))
        assert (page.status_code, list(page.context["form"].errors)) == (422, ["owner"])
        assert 'value="New title"' in page.content.decode()
    role.refresh_from_db()
    assert (role.title, role.owner, actions(role)) == ("Window Washer", rita, [])


def test_a_concurrent_change_is_shown_before_it_is_replaced(rita: Membership, role: Role) -> None:
    client, stale = signed_in(rita), typed(role, title="Mine")
    Role.objects.of(rita.organisation).update(title="Theirs")
    page = client.post(url("role_settings", role), stale)
    shown = page.content.decode()
    assert page.status_code == 422
    assert "it&#x27;s “Theirs” now, owned by Rita Recruiter" in shown
    assert 'value="Mine"' in shown
    client.post(url("role_settings", role), stale | {"seen": page.context["form"]["seen"].value()})
    role.refresh_from_db()
    assert role.title == "Mine"


@pytest.mark.world
def test_a_former_owner_no_longer_sees_a_confidential_role(rita: Membership, role: Role) -> None:
    factories.automation(role, connection_id=1, job_id=1, stages={})
    role.automations.update(confidential=True)
    cem = factories.member(rita.organisation)
    assert signed_in(cem).get(url("role_settings", role)).status_code == 404
    answer = signed_in(rita).post(url("role_settings", role), typed(role, owner=cem.pk))
    assert answer["Location"] == reverse("roles", args=[rita.organisation.slug])
    assert signed_in(cem).get(url("role_settings", role)).status_code == 200
    assert signed_in(rita).get(url("role_settings", role)).status_code == 404


def test_a_recruiter_who_was_not_added_does_not_take_a_role_or_hide_it(rita: Membership, role: Role) -> None:
    cem = factories.member(rita.organisation)
    private = factories.application(role, candidate=factories.candidate(rita.organisation, private=True))
    wanted = typed(role, title="Cleaner", owner=cem.pk, confidential="on")
    signed_in(cem).post(url("role_settings", role), wanted)
    role.refresh_from_db()
    assert (role.title, role.owner, role.confidential) == ("Cleaner", rita, False)
    assert (
        signed_in(cem).get(reverse("candidate", args=[role.organisation.slug, private.pk])).status_code == 404
    )


@pytest.mark.world
def test_a_role_is_made_confidential_and_shown_again_by_its_owner(rita: Membership, role: Role) -> None:
    cem, added = factories.member(rita.organisation), factories.member(rita.organisation)
    role.viewers.add(added)
    answer = signed_in(added).post(url("role_settings", role), typed(role, confidential="on"), follow=True)
    assert "Only admins, the owner and members added to the role see it now." in answer.content.decode()
    role.refresh_from_db()
    assert role.confidential
    assert signed_in(cem).get(url("role", role)).status_code == 404
    signed_in(added).post(url("role_settings", role), typed(role, confidential=""))
    role.refresh_from_db()
    assert role.confidential  # only the owner and admins can make it visible again
    signed_in(rita).post(url("role_settings", role), typed(role, confidential=""))
    assert signed_in(cem).get(url("role", role)).status_code == 200
    assert actions(role) == ["role.hidden", "role.shown"]


def test_further_copies_are_numbered(rita: Membership, role: Role) -> None:
    Role.objects.of(rita.organisation).filter(pk=role.pk).update(title="Baker (Night)")
    client, titles = signed_in(rita), []
    of = role
    for _ in range(3):
        titles.append(client.get(url("role_settings", of)).context["copy_form"]["title"].value())
        client.post(url("role_duplicate", of), {"copy-title": titles[-1]})
        of = Role.objects.of(rita.organisation).get(title=titles[-1])
    assert titles == ["Copy of Baker (Night)", "Copy of Baker (Night) (2)", "Copy of Baker (Night) (3)"]


def test_a_copy_of_a_confidential_role_is_confidential(rita: Membership, role: Role) -> None:
    factories.automation(role, connection_id=1, job_id=1, stages={})
    role.automations.update(confidential=True)
    signed_in(rita).post(url("role_duplicate", role), {"copy-title": "Copy"})
    assert Role.objects.of(rita.organisation).get(title="Copy").confidential


@pytest.mark.world
def test_an_archived_role_moves_to_its_own_list_and_back(rita: Membership, role: Role) -> None:
    client, listed = signed_in(rita), reverse("roles", args=[rita.organisation.slug])

    def titles(query: str = "") -> list[str]:
        return [row.title for row in client.get(listed + query).context["page"].object_list]

    for _ in range(2):
        assert client.post(url("role_archive", role))["Location"] == listed
    assert (titles(), titles("?status=archived")) == ([], ["Window Washer"])
    assert "Show archived roles" in client.get(listed).content.decode()
    assert "Restore role" in client.get(url("role", role)).content.decode()
    for _ in range(2):
        assert client.post(url("role_restore", role))["Location"] == url("role", role)
    assert (titles(), titles("?status=archived")) == (["Window Washer"], [])
    assert actions(role) == ["role.archived", "role.restored"]


@pytest.mark.world
def test_a_copy_has_the_settings_and_a_draft_but_neither_jobs_nor_people(
    rita: Membership, role: Role
) -> None:
    cem = factories.member(rita.organisation, name="Cem Recruiter")
    role.viewers.add(factories.member(rita.organisation, kind="hiring_manager"))
    factories.automation(role, connection_id=1, job_id=1, stages={"assessment": (5, "Test")})
    factories.application(role)
    test, check = factories.step(role, "assessment"), factories.step(role, "reference_check")
    set_requirement(
        step=test, text="Works carefully", scales=["conscientiousness"], by=rita, now=factories.NOW
    )
    set_delay(step=check, minutes=90, by=rita, now=factories.NOW)
    test.refresh_from_db()
    draft = begin_draft(step=test, by=rita, now=factories.NOW)
    answer = signed_in(cem).post(url("role_duplicate", role), {"copy-title": "Door  Washer"})
    made = Role.objects.of(rita.organisation).exclude(pk=role.pk).get()
    assert answer["Location"] == url("role", made)
    assert (made.title, made.owner, made.archived_at) == ("Door Washer", cem, None)
    assert not made.viewers.exists()
    assert not made.automations.exists()
    assert not Application.objects.of(rita.organisation).filter(role=made).exists()
    copied = factories.step(made, "assessment")
    assert (copied.requirement, copied.requirement_by) == ("Works carefully", "Rita Recruiter")
    assert copied.requirement_scales == ["conscientiousness"]
    assert factories.step(made, "reference_check").delay_minutes == 90
    plan = Assessment.objects.of(rita.organisation).get(step=copied)
    assert (plan.published_at, plan.created_by) == (None, cem)
    columns = ("order", "test", "number", "form", "requirement")
    assert list(plan.parts.values_list(*columns)) == list(draft.parts.values_list(*columns))
    entry = AuditEntry.objects.of(rita.organisation).get(action="role.duplicated")
    assert entry.details == {"role": made.pk, "from_role": role.pk}


def test_a_copy_of_a_role_with_the_default_assessment_has_no_draft(rita: Membership, role: Role) -> None:
    signed_in(rita).post(url("role_duplicate", role), {"copy-title": "Copy"})
    made = Role.objects.of(rita.organisation).get(title="Copy")
    assert Step.objects.of(rita.organisation).filter(role=made).count() == 2
    assert not Assessment.objects.of(rita.organisation).exists()


def test_a_copy_needs_a_title(rita: Membership, role: Role) -> None:
    page = signed_in(rita).post(url("role_duplicate", role), {"copy-title": " "})
    assert (page.status_code, list(page.context["copy_form"].errors)) == (422, ["title"])
    assert Role.objects.of(rita.organisation).count() == 1


@pytest.mark.world
def test_others_change_nothing(rita: Membership, role: Role) -> None:
    manager = factories.member(rita.organisation, kind="hiring_manager")
    role.viewers.add(manager)
    stranger = signed_in(factories.member(factories.organisation(), kind="admin"))
    data = typed(role, title="Mine") | {"copy-title": "Mine"}
    for name in ACTS:
        assert signed_in(manager).post(url(name, role), data).status_code == 403
        assert stranger.post(url(name, role), data).status_code == 404
        assert Client().post(url(name, role), data).status_code == 302
    role.refresh_from_db()
    assert (role.title, role.archived_at, actions(role)) == ("Window Washer", None, [])
    assert Role.objects.of(rita.organisation).count() == 1
    assert "Role settings" not in signed_in(manager).get(url("role", role)).content.decode()
