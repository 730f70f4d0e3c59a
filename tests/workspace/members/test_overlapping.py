"""A member is deactivated while they create a role, or while a candidate is erased."""

import pytest
from django.db import transaction
from django.urls import reverse

from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.core.addresses import Correspondent
from goodword.notifications.models import Email
from goodword.roles.models import Role
from goodword.workspace.comments import MENTIONED
from goodword.workspace.members.changes import deactivate
from tests.notifications.mails import queued
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


@pytest.mark.parametrize("older", ["to the recruiter", "to the candidate"])
def test_a_member_is_deactivated_while_a_candidate_of_theirs_is_erased(older: str) -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    rita = factories.member(ann.organisation)
    ada = factories.application(factories.role(ann.organisation, owner=rita))
    them = Correspondent(name="Rita", address=rita.user.email)
    if older == "to the recruiter":
        first = queued(ada, key="recruiter", for_recruiter=True, to=them)
    else:
        first = queued(ada, key="invitation", sender=them)
    queued(ada, key="mention", kind=MENTIONED, member=rita)
    with transaction.atomic():
        asked = request_erasure(of=ada.candidate, reason=Reason.MEMBER, now=NOW, by="goodword", due_at=NOW)

    def erase() -> None:
        assert carry_out_erasure(erasure_id=asked.pk, now=NOW)

    with before_commit(lambda: deactivate(member=rita, successor=ann, by=ann, now=NOW), then=erase) as done:
        Email.objects.of(ann.organisation).select_for_update().get(pk=first.pk)  # as the erasure does first
    assert done == [True]
    assert not Email.objects.of(ann.organisation).exists()
