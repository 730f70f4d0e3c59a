"""Requests for adjustments are on the contact's Home only."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from goodword.assessments.models import Adjustment
from goodword.notifications.models import Email
from tests.assessments.adjustments.support import NOW, asked, timed
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db

SENTENCE = "has asked you for extra time or an accessible version"


@pytest.fixture
def request_() -> Adjustment:
    return asked(timed())


def mails(row: Adjustment) -> list[str]:
    rows = Email.objects.of(row.organisation).filter(kind="assessment.adjustment_request").order_by("pk")
    return list(rows.values_list("to_address", flat=True))


@pytest.mark.slow
def test_only_its_reader_sees_it_and_gets_a_new_link(request_: Adjustment) -> None:
    organisation = request_.organisation
    (address,) = mails(request_)
    owner = request_.attempt.step_request.application.role.owner  # type: ignore[union-attr]
    reader = factories.member(organisation, email=address)
    others = [owner, factories.member(organisation), factories.member(organisation, kind="admin")]
    stranger = factories.member(factories.organisation(), kind="admin")
    home, link = path("needs_you", organisation), path("adjustment_link", organisation, request_.pk)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        for member in others:
            client = signed_in(member)
            html = client.get(f"{home}?roles=all").content.decode()
            assert (SENTENCE in html, client.post(link).status_code) == (False, 404)
        assert [signed_in(stranger).post(link).status_code, Client().post(link).status_code] == [404, 302]
        assert mails(request_) == [address]
        client = signed_in(reader)
        assert SENTENCE in client.get(home).content.decode()
        for _ in range(2):
            assert client.post(link).headers["Location"] == home
        assert mails(request_) == [address, address]
        Adjustment.objects.of(organisation).update(state=Adjustment.State.GRANTED)
        assert SENTENCE not in client.get(home).content.decode()
        assert client.post(link).status_code == 404
