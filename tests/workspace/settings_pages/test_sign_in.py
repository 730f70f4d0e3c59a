"""Settings > Sign-in."""

import pytest
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership, Organisation, User
from tests.support import factories
from tests.support.pages import signed_in
from tests.support.second_factors import with_app

pytestmark = pytest.mark.django_db
RULES = "/o/acme/settings/sign-in/"


@pytest.fixture
def admin() -> Membership:
    return factories.member(factories.organisation(slug="acme"), kind="admin")


def test_an_admin_requires_a_second_factor_and_lifts_it_again(admin: Membership) -> None:
    with_app(admin.user)
    client = signed_in(admin, method="mfa")
    for data, required in (({"requires_second_factor": "on"}, True), ({}, False), ({}, False)):
        assert client.post(RULES, data)["Location"] == RULES
        assert Organisation.objects.get().requires_second_factor == required
    assert list(
        AuditEntry.objects.of(admin.organisation).order_by("pk").values_list("action", "details")
    ) == [
        ("organisation.sign_in_changed", {"changed": {"requires_second_factor": [False, True]}}),
        ("organisation.sign_in_changed", {"changed": {"requires_second_factor": [True, False]}}),
    ]


def test_the_page_counts_members_with_a_second_factor(admin: Membership) -> None:
    with_app(admin.user)
    with_app(factories.member(factories.organisation()).user)
    User.objects.filter(pk=factories.member(admin.organisation).user_id).update(is_active=False)
    factories.member(admin.organisation)
    assert "1 of 2 members have one." in signed_in(admin, method="mfa").get(RULES).content.decode()


@pytest.mark.world
def test_others_are_refused_and_change_nothing(admin: Membership) -> None:
    refused = [
        (Client(), 302),
        (signed_in(factories.member(admin.organisation, kind="recruiter")), 403),
        (signed_in(factories.member(admin.organisation, kind="hiring_manager")), 403),
        (signed_in(factories.member(factories.organisation(), kind="admin")), 404),
    ]
    for client, status in refused:
        assert client.get(RULES).status_code == status
        assert client.post(RULES, {"requires_second_factor": "on"}).status_code == status
    assert not Organisation.objects.get(pk=admin.organisation_id).requires_second_factor
    assert not AuditEntry.objects.of(admin.organisation).exists()


def test_saving_says_whether_something_has_changed(admin: Membership) -> None:
    with_app(admin.user)
    client = signed_in(admin, method="mfa")
    for sentence in ("Saved. Applies from now on.", "Nothing has changed."):
        assert sentence in client.post(RULES, {"requires_second_factor": "on"}, follow=True).content.decode()


@pytest.mark.parametrize(
    "address",
    ["/o/acme/settings/notifications/", "/o/acme/settings/organisation/", "/o/acme/settings/retention/"],
)
def test_saving_a_page_as_it_is_is_answered(admin: Membership, address: str) -> None:
    with_app(admin.user)
    client = signed_in(admin, method="mfa")
    form = client.get(address).context["form"]
    sent = {
        field.html_name: "on" if field.value() is True else field.value()
        for field in form
        if field.value() not in (None, False)
    }
    assert "Nothing has changed." in client.post(address, sent, follow=True).content.decode()
