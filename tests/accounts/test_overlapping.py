"""A second click while the first is being handled."""

import json
import re
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django.fixtures import Settings

from goodword.accounts.domain.audit import APP_REMOVED, PASSKEY_REMOVED, RESET, SIGNED_IN
from goodword.accounts.domain.members import change_name
from goodword.accounts.domain.whole_organisation import delete_for_good
from goodword.accounts.models import AuditEntry, Organisation, User
from goodword.accounts.second_factor import remove_all
from goodword.accounts.sign_in import reset_link
from goodword.accounts.single_sign_on import show_failures
from goodword.core.sign_on_settings import member_claim
from goodword.workspace.comments import write_comment
from tests.accounts.test_single_sign_on import CLAIM, RITA
from tests.support import factories, oidc
from tests.support.oidc import arrive
from tests.support.overlap import before_commit
from tests.support.pages import signed_in
from tests.support.second_factors import code, recovery_codes, with_app
from tests.workspace.test_concurrent_edits import fields_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]


def test_an_authenticator_app_is_added_once() -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    browser, where = signed_in(ann), reverse("mfa_activate_totp")
    found = re.search(r"\b[A-Z2-7]{32}\b", browser.get(where).content.decode())
    assert found is not None
    answer = {"code": code(found[0], seconds=10)}
    with before_commit(lambda: browser.post(where, answer)) as replies:
        user = User.objects.select_for_update().get(pk=ann.user_id)
        TOTP.activate(user, found[0])
        RecoveryCodes.activate(user)
    assert replies[0].status_code == 302
    types = Authenticator.objects.filter(user=ann.user_id).order_by("type").values_list("type", flat=True)
    assert list(types) == ["recovery_codes", "totp"]


@pytest.mark.parametrize("kind", ["totp", "webauthn"])
def test_a_second_factor_is_removed_once(kind: str) -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    found = Authenticator.objects.create(user=ann.user, type=kind, data={"secret": "", "name": "Passkey"})
    browser, ids = signed_in(ann, method="mfa"), [found.pk] if kind == "webauthn" else []
    where = reverse({"totp": "mfa_deactivate_totp", "webauthn": "mfa_remove_webauthn"}[kind], args=ids)
    with before_commit(lambda: browser.post(where)) as replies:
        User.objects.select_for_update().get(pk=ann.user_id)
        found.delete()
    assert (replies[0].status_code, replies[0]["Location"]) == (302, reverse("account"))
    assert not AuditEntry.objects.filter(action__in=[APP_REMOVED, PASSKEY_REMOVED]).exists()
    assert "It has already been removed." in browser.get(reverse("account")).content.decode()


def test_a_code_is_refused_while_its_app_is_being_removed() -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    secret = with_app(ann.user)
    browser = Client()
    browser.post(reverse("account_login"), {"login": ann.user.email, "password": factories.PASSWORD})
    answer = {"code": code(secret, seconds=10)}
    with before_commit(lambda: browser.post(reverse("mfa_authenticate"), answer)) as replies:
        remove_all(ann.user, by=None, now=factories.NOW)
    assert replies[0].status_code == 302
    assert not AuditEntry.objects.filter(action=SIGNED_IN).exists()


def test_a_recovery_code_is_refused_while_it_is_being_removed() -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    with_app(ann.user)
    browser = Client()
    browser.post(reverse("account_login"), {"login": ann.user.email, "password": factories.PASSWORD})
    answer = {"code": recovery_codes(ann.user)[0]}
    with before_commit(lambda: browser.post(reverse("mfa_authenticate"), answer)) as replies:
        remove_all(ann.user, by=None, now=factories.NOW)
    assert replies[0].status_code == 302
    assert not AuditEntry.objects.filter(action=SIGNED_IN).exists()


def test_a_new_password_undoes_no_other_change() -> None:
    ann = factories.member(factories.organisation(), kind="admin", name="Ann Admin")
    browser = signed_in(ann)
    answer = {
        "oldpassword": factories.PASSWORD,
        "password1": "rope-and-ladder-9",
        "password2": "rope-and-ladder-9",
    }
    with before_commit(lambda: browser.post(reverse("account_change_password"), answer)) as replies:
        change_name(user=User.objects.get(pk=ann.user_id), name="Ann Other", now=factories.NOW)
    assert replies[0].status_code == 302
    user = User.objects.get(pk=ann.user_id)
    assert (user.name, user.check_password("rope-and-ladder-9")) == ("Ann Other", True)


def test_a_reset_link_sets_one_password() -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    link = urlsplit(reset_link(User.objects.get(pk=ann.user_id))).path
    browser = Client()
    where = browser.get(link)["Location"]
    first, second = (
        {"password1": one, "password2": one} for one in ("rope-and-ladder-8", "rope-and-ladder-9")
    )
    with before_commit(lambda: browser.post(where, second)) as replies:
        user = User.objects.select_for_update().get(pk=ann.user_id)
        user.set_password(first["password1"])
        user.save()
    assert "This link has expired or was already used." in replies[0].content.decode()
    assert User.objects.get(pk=ann.user_id).check_password(first["password1"])


def test_a_second_click_on_a_new_password_says_that_it_is_set() -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    browser = Client()
    where = browser.get(urlsplit(reset_link(User.objects.get(pk=ann.user_id))).path)["Location"]
    form = fields_of(browser.get(where).content.decode(), having="password1")
    form |= {"password1": ["rope-and-ladder-9"], "password2": ["rope-and-ladder-9"]}
    replies = [browser.post(where, form)["Location"] for _ in range(2)]
    assert replies == [reverse("account_reset_password_from_key_done")] * 2
    assert AuditEntry.objects.filter(action=RESET).count() == 1


@pytest.mark.parametrize("when", ["before the sign-up", "during it"])
def test_two_first_sign_ins_create_one_user(settings: Settings, when: str) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = oidc.configuration("http://127.0.0.1:9/o")
    factories.organisation(name="Acme", slug="acme")
    settings.GOODWORD_SSO_MEMBERS = member_claim(json.dumps(CLAIM))
    request = RequestFactory().get("/")
    request.session, request.user = SessionStore(), AnonymousUser()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]  # as the middleware does

    @show_failures
    def view(_: HttpRequest) -> HttpResponseBase:
        return arrive(RITA | {"groups": ["team"]})[1]

    with before_commit(lambda: view(request)) as replies, connection.cursor() as cursor:
        if when == "before the sign-up":
            cursor.execute("LOCK TABLE accounts_organisation IN ACCESS EXCLUSIVE MODE")
        User.objects.create(email="rita@acme.example", name="Rita")
    assert replies[0]["Location"] == reverse("account_login")
    assert "didn't work. Try again" in str(next(iter(get_messages(request))))
    assert User.objects.count() == 1


def test_an_organisation_is_deleted_while_somebody_works_in_it() -> None:
    """They have locked a row that the deletion needs, and their new row refers to the organisation."""
    ada = factories.application(factories.role(factories.organisation()))
    admin = factories.member(ada.organisation, kind="admin")

    def delete() -> int:
        return len(delete_for_good(ada.organisation, now=factories.NOW))

    with before_commit(delete) as deleted:
        write_comment(application_id=ada.pk, text="She was on time.", author=admin, now=factories.NOW)
        with connection.cursor() as cursor:
            # or PostgreSQL might end this transaction instead of the deletion
            cursor.execute("SET LOCAL deadlock_timeout = '60s'")
    assert deleted[0] > 3
    assert not Organisation.objects.exists()
