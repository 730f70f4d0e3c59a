"""Two members correct a referee's address at the same time."""

import pytest
from django.urls import reverse

from goodword.references.domain.member_actions import correct_address
from tests.references.story import NOW, sent
from tests.support import factories
from tests.support.overlap import before_commit
from tests.support.pages import signed_in
from tests.workspace.test_concurrent_edits import fields_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.programs,
    pytest.mark.world,
    pytest.mark.time_machine(NOW, tick=False),
]


def test_the_second_correction_names_the_first_and_sends_nothing() -> None:
    story = sent()
    application, request = story.application, story.requests[0]
    ann, ben = (factories.member(application.organisation, kind="admin") for _ in range(2))
    browser = signed_in(ben)
    where = reverse(
        "referee_address", args=[application.organisation.slug, application.pk, request.referee_id]
    )
    form = fields_of(browser.get(where).content.decode(), having="address")
    with before_commit(lambda: browser.post(where, form | {"address": ["ben@globex.example"]})) as replies:
        correct_address(request_id=request.pk, address="ann@globex.example", member=ann, now=NOW)
    assert "Somebody else has changed this in the meantime" in replies[0].content.decode()
    request.referee.refresh_from_db()
    assert request.referee.email == "ann@globex.example"
