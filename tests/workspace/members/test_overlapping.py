"""A member creates a role while an admin deactivates them."""

import pytest
from django.urls import reverse

from goodword.roles.models import Role
from goodword.workspace.members.deactivation import deactivate
from tests.support import factories
from tests.support.overlap import before_commit
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]

NOW = factories.NOW


@pytest.mark.parametrize("page", ["role_new", "role_duplicate"])
def test_nobody_owns_a_role_without_access(page: str) -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    rita = factories.member(ann.organisation)
    role = factories.role(ann.organisation, owner=rita)
    browser, ids = signed_in(rita), [role.pk] if page == "role_duplicate" else []
    where = reverse(page, args=[ann.organisation.slug, *ids])
    form = {"title": "Rigger", "copy-title": "Rigger"}
    with before_commit(lambda: browser.post(where, form)):
        deactivate(member=rita, successor=ann, by=ann, now=NOW)
    assert list(Role.objects.of(ann.organisation).values_list("title", "owner")) == [(role.title, ann.pk)]
