"""A second click while the first is being handled."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse

from goodword.accounts.models import User
from tests.support import factories
from tests.support.overlap import before_commit
from tests.support.pages import signed_in
from tests.support.second_factors import code

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
