"""Settings > Your notifications."""

import re

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from tests.references.story import (
    MANAGER,
    PEER,
    Story,
    answer,
    candidate_path,
    mails_to,
    opened,
    post,
    press_send,
)
from tests.references.story import referee_path as door_of
from tests.support import factories
from tests.support.kept import kept
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db

NORA = PEER | {"r-name": "Nora Berg", "r-email": "nora@globex.example"}


def choose(member: Membership, *, each: bool) -> None:
    data = {"each_reference": "on"} if each else {}
    response = signed_in(member).post(path("notification_settings", member.organisation), data)
    assert response["Location"] == path("notification_settings", member.organisation)
    member.refresh_from_db()


@kept
def three_asked() -> Story:
    story = opened(step={"slots": [{"relationship": "any", "count": 3, "needed": False, "hint": ""}]})
    for slot, details in enumerate((MANAGER, PEER, NORA), start=1):
        assert post(f"{candidate_path(story)}{slot}/", details).status_code == 302
    press_send(story)
    return story


def subjects(address: str) -> list[str]:
    return [re.split(" (?:for|of) ", str(message.subject))[0] for message in mails_to(address)]


def test_the_notification_setting_is_stored_and_audited_once() -> None:
    rita = factories.member(factories.organisation())
    for _ in range(2):
        choose(rita, each=True)
    assert rita.mails_each_reference
    page = signed_in(rita).get(path("notification_settings", rita.organisation)).content.decode()
    (box,) = BeautifulSoup(page, "html.parser").select("input[name=each_reference]")
    assert box.has_attr("checked")
    assert [entry.details for entry in AuditEntry.objects.filter(action="member.mails_chosen")] == [
        {"each_reference": True, "daily_digest": False}
    ]
    choose(rita, each=False)
    assert not rita.mails_each_reference


@pytest.mark.world
def test_the_first_mail_does_not_promise_the_report_only_after_the_last_reference() -> None:
    slots = [{"relationship": "any", "count": 3, "needed": False, "hint": ""}]
    story = opened(step={"slots": slots, "least": 2})
    for slot, details in enumerate((MANAGER, PEER, NORA), start=1):
        post(f"{candidate_path(story)}{slot}/", details)
    press_send(story)
    rita = factories.member(story.application.organisation, email="rita@acme.example")
    for address in ("maria", "paul"):
        answer(door_of(f"{address}@globex.example"))
    assert subjects(rita.user.email) == ["First reference", "The reference check"]
    body = " ".join(str(mails_to(rita.user.email)[0].body).split())
    assert "It is the first of 3 references." in body
    assert "You'll get the report when the check is complete." in body


@pytest.mark.world
def test_recruiters_can_be_mailed_about_each_reference() -> None:
    story = three_asked()
    rita = factories.member(story.application.organisation, email="rita@acme.example")
    Membership.objects.of(rita.organisation).filter(pk=rita.pk).update(mails_each_reference=True)
    for address in ("maria", "paul", "nora"):
        answer(door_of(f"{address}@globex.example"))
    assert subjects(rita.user.email) == ["First reference", "Another reference", "The reference check"]
    body = " ".join(str(mails_to(rita.user.email)[1].body).split())
    assert "Paul Meier has answered the questions" in body
    assert "2 of 3 references are in." in body


@pytest.mark.world
def test_by_default_recruiters_are_mailed_about_the_first_reference_and_completion() -> None:
    story = three_asked()
    factories.member(story.application.organisation, email="rita@acme.example")
    for address in ("maria", "paul", "nora"):
        answer(door_of(f"{address}@globex.example"))
    assert subjects("rita@acme.example") == ["First reference", "The reference check"]


@pytest.mark.world
def test_settings_of_another_organisation_are_ignored() -> None:
    three_asked()
    stranger = factories.member(factories.organisation(), email="rita@acme.example")
    Membership.objects.of(stranger.organisation).update(mails_each_reference=True)
    for address in ("maria", "paul"):
        answer(door_of(f"{address}@globex.example"))
    assert subjects("rita@acme.example") == ["First reference"]


def test_only_own_recruiters_can_change_the_setting() -> None:
    org = factories.organisation()
    rita = factories.member(org)
    where = path("notification_settings", org)
    assert signed_in(factories.member(org, kind="hiring_manager")).post(where).status_code == 403
    assert signed_in(factories.member(factories.organisation())).post(where).status_code == 404
    assert Client().post(where)["Location"].startswith("/accounts/login/")
    rita.refresh_from_db()
    assert not rita.mails_each_reference
    assert not Membership.objects.of(org).filter(mails_each_reference=True).exists()
    assert mail.outbox == []
