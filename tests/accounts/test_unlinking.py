"""Admins unlink the single sign-on of a colleague who has a new account at the provider."""

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from goodword.accounts.models import AuditEntry, Membership, Organisation
from tests.support import factories, oidc
from tests.support.jobs import run_jobs, waiting
from tests.support.oidc import arrive, outcome
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db
RITA = {"sub": "1", "email": "rita@acme.example", "email_verified": True}
NED = RITA | {"sub": "2", "email": "ned@acme.example"}


@pytest.fixture(autouse=True)
def provider(settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = oidc.configuration("http://127.0.0.1:9/o")


@pytest.fixture
def rita() -> Membership:
    acme = factories.organisation(name="Acme", slug="acme")
    return factories.member(acme, kind="admin", email="rita@acme.example", name="Rita")


def unlinked(organisation: Organisation) -> list[Any]:
    rows = AuditEntry.objects.of(organisation).filter(action="sign_in.single_sign_on_unlinked")
    return list(rows.values_list("member", "actor", "details"))


@pytest.mark.main_case
def test_an_admin_lets_a_colleague_link_a_new_account(rita: Membership) -> None:
    ned = factories.member(rita.organisation, email="ned@acme.example", name="Ned")
    arrive(RITA)
    arrive(NED)
    theirs, client = signed_in(ned), signed_in(rita)
    member, unlink = (reverse(name, args=["acme", ned.pk]) for name in ("member", "member_unlink"))
    assert client.get(member).content.decode().count(unlink) == 1
    page = client.get(unlink).content.decode()
    assert "The next account at the provider to sign in with the verified address ned@acme.example" in page
    assert "They can also sign in with a password." in page
    assert client.post(unlink)["Location"] == member
    assert theirs.get("/o/acme/roles/").status_code == 302
    assert unlinked(rita.organisation) == [(rita.pk, "Rita", {"member": ned.pk})]
    assert unlink not in client.get(member).content.decode()
    client.post(unlink)
    assert len(unlinked(rita.organisation)) == 1
    run_jobs()
    body = " ".join(str(mail.outbox[-1].body).split())
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == (
        ["ned@acme.example"],
        "Single sign-on was unlinked from your account",
    )
    assert "Rita unlinked single sign-on from your Goodword account and signed you out everywhere." in body
    assert "The next account at your provider to sign in with ned@acme.example will be linked." in body
    mails = len(waiting())
    assert outcome(NED | {"sub": "3"}) == ("ned@acme.example", [])
    assert set(SocialAccount.objects.values_list("user", "uid")) == {(rita.user_id, "1"), (ned.user_id, "3")}
    assert len(waiting()) == mails + 1


def test_a_required_single_sign_on_is_named_before_unlinking(rita: Membership) -> None:
    Organisation.objects.update(requires_single_sign_on=True)
    ned = factories.member(rita.organisation, email="ned@acme.example", name="Ned")
    client = signed_in(rita, method="socialaccount")
    page = client.get(reverse("member_unlink", args=["acme", ned.pk])).content.decode()
    assert "They can't use a password, since Acme requires single sign-on." in page


def test_unlinking_needs_a_recent_sign_in(rita: Membership) -> None:
    ned = factories.member(rita.organisation, email="ned@acme.example")
    arrive(NED)
    response = signed_in(rita, seconds_ago=3600).post(reverse("member_unlink", args=["acme", ned.pk]))
    assert "/accounts/reauthenticate/" in response["Location"]
    assert (SocialAccount.objects.count(), unlinked(rita.organisation)) == (1, [])


@pytest.mark.world
def test_admins_cannot_unlink_themselves_deactivated_members_or_people_elsewhere(rita: Membership) -> None:
    gone, elsewhere = (factories.member(rita.organisation, name=name) for name in ("Gone", "Else"))
    Membership.objects.create(
        organisation=factories.organisation(), user=elsewhere.user, kind="recruiter", created_at=factories.NOW
    )
    for number, member in enumerate((rita, gone, elsewhere)):
        arrive(RITA | {"sub": str(number), "email": member.user.email})
    gone.deactivated_at = factories.NOW
    gone.save()
    for member, sentence in (
        (rita, "You can&#x27;t unlink your own account. Ask another admin."),
        (gone, "Gone is deactivated."),
        (elsewhere, "Only the operator of Goodword can change how Else signs in."),
    ):
        response = signed_in(rita).post(reverse("member_unlink", args=["acme", member.pk]))
        assert (response.status_code, sentence in response.content.decode()) == (422, True)
    assert (SocialAccount.objects.count(), unlinked(rita.organisation)) == (3, [])


@pytest.mark.world
def test_only_admins_of_the_organisation_unlink_its_members(rita: Membership) -> None:
    arrive(RITA)
    recruiter, manager = (
        factories.member(rita.organisation, kind=kind) for kind in ("recruiter", "hiring_manager")
    )
    stranger = factories.member(factories.organisation(slug="globex"), kind="admin")
    here, there = (reverse("member_unlink", args=[slug, rita.pk]) for slug in ("acme", "globex"))
    sent = ((recruiter, here), (manager, here), (stranger, here), (stranger, there))
    assert [signed_in(who).post(url).status_code for who, url in sent] == [403, 403, 404, 404]
    assert Client().post(here).status_code == 302
    assert (SocialAccount.objects.count(), unlinked(rita.organisation)) == (1, [])
