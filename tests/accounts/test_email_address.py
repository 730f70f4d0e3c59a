"""Members can't change their e-mail address."""

import pytest
from django.core import mail
from django.test import Client

from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.mark.matrix
@pytest.mark.parametrize("kind", ["admin", "recruiter", "hiring_manager"])
def test_members_cannot_change_their_address(kind: str) -> None:
    member = factories.member(factories.organisation(), kind=kind)
    client = Client()
    client.post("/accounts/login/", {"login": member.user.email, "password": factories.PASSWORD})
    for act in ("action_add", "action_primary", "action_send"):
        response = client.post("/accounts/email/", {"email": "victim@elsewhere.example", act: ""})
        assert response.status_code == 404
    before = member.user.email
    member.user.refresh_from_db()
    assert (member.user.email, mail.outbox) == (before, [])


@pytest.mark.matrix
@pytest.mark.parametrize("path", ["email/", "confirm-email/", "confirm-email/abc/", "login/code/confirm/"])
def test_unused_allauth_pages_are_disabled(path: str) -> None:
    assert Client().get(f"/accounts/{path}").status_code == 404


@pytest.mark.world
def test_a_member_can_change_their_password() -> None:
    member = factories.member(factories.organisation())
    client = Client()
    client.post("/accounts/login/", {"login": member.user.email, "password": factories.PASSWORD})
    new = "a staple of batteries"
    page = "/accounts/password/change/"
    assert client.get(page).status_code == 200
    client.post(page, {"oldpassword": factories.PASSWORD, "password1": new, "password2": new})
    member.user.refresh_from_db()
    assert member.user.check_password(new)
