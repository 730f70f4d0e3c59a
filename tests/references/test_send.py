"""Referees are contacted only after the candidate has read the mail and pressed Send."""

from datetime import UTC, datetime, timedelta
from html import escape

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core import mail
from django.test import Client

from goodword.notifications.models import MailText
from goodword.references.domain.requests import store_opt_out
from goodword.references.domain.sending import NotAsShown, fingerprint, preview_mails, send_requests
from tests.references.story import (
    MANAGER,
    NOW,
    PEER,
    answer,
    candidate_path,
    get,
    html_of,
    mails_to,
    named,
    opened,
    post,
    press_send,
    referee_path,
    sent,
)
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db


@pytest.mark.main_case
def test_the_page_shows_the_exact_mails() -> None:
    story = named()
    page = get(f"{candidate_path(story)}review/")
    shown = [(mail.email.to_address, mail.subject, mail.text) for mail in page.context["mails"]]
    press_send(story)
    went = [mails_to(address)[0] for address in ("maria@globex.example", "paul@globex.example")]
    assert len(shown) == len(went) == 2
    for (address, subject, text), message in zip(shown, went, strict=True):
        assert address in message.to[0]
        assert subject == message.subject
        said = [line for line in str(message.body).splitlines() if "/r/" not in line]
        assert said == [line for line in text.splitlines() if "(a personal link" not in line]


def test_the_second_mail_shows_what_differs_and_folds_the_rest() -> None:
    story = named()
    page = get(f"{candidate_path(story)}review/").content.decode()
    first, second = page.split('id="mail-1"')[1].split('id="mail-2"')
    assert ("<details" in first, second.count("<details")) == (False, 1)
    shown = second.split("<details")[0]
    assert "paul@globex.example" in shown
    assert "Globex, April 2021 to August 2023" in shown
    assert "has applied for" not in shown


def test_the_mail_names_the_candidate_and_quotes_their_message() -> None:
    story = sent()
    (message,) = mails_to("maria@globex.example")
    assert message.subject == f"A reference for {story.application.candidate.name}?"
    assert message.reply_to == ["rita@acme.example"]
    assert f"\n> {MANAGER['r-message']}\n" in str(message.body)
    html = html_of(message)
    assert "<img" not in html
    assert html.count("http") == 1  # no external resources
    for part in (str(message.body), html):
        for words in (
            "Window Washer",
            "Acme is the data controller",
            "Thursday 12 March",  # seven working days after Tuesday 3 March
            "twice at most",
        ):
            assert words in part


def test_sending_ends_the_candidates_reminders() -> None:
    check = sent().check
    assert (check.progress, check.next_reminder_at) == ("in_progress", None)
    assert event_names().count("check.requests_sent") == 1


@pytest.mark.main_case
def test_pressing_send_twice_sends_once() -> None:
    story = named()
    path = candidate_path(story)
    seen = get(f"{path}review/").context["seen"]
    for _ in range(2):
        assert post(f"{path}review/", {"seen": seen}).url == path
    run_jobs()
    assert len(story.requests) == 2
    assert len(mail.outbox) == 3
    assert event_names().count("check.requests_sent") == 1


@pytest.mark.world
def test_changes_from_another_tab_are_shown_before_sending() -> None:
    story = named()
    path = candidate_path(story)
    seen = get(f"{path}review/").context["seen"]
    post(f"{path}1/", MANAGER | {"r-email": "mary@globex.example"})
    page = post(f"{path}review/", {"seen": seen})
    assert page.context["problem"] == (
        "Something changed since you opened this page. Please read the e-mails again."
    )
    assert story.requests == []
    assert post(f"{path}review/", {"seen": page.context["seen"]}).status_code == 302
    assert [request.referee.email for request in story.requests] == [
        "mary@globex.example",
        "paul@globex.example",
    ]


@pytest.mark.world
def test_mails_must_be_shown_before_sending() -> None:
    story = named()
    page = post(f"{candidate_path(story)}review/")
    assert "Please read the e-mails again." in page.content.decode()
    assert all(
        address in page.content.decode() for address in ("maria@globex.example", "paul@globex.example")
    )
    assert story.requests == []


@pytest.mark.world
def test_named_referees_can_be_contacted_before_others_are_named() -> None:
    story = opened()
    path = candidate_path(story)
    post(f"{path}1/", MANAGER)
    page = get(f"{path}review/")
    assert page.context["missing"] == ["somebody who knows your work"]
    assert "Still missing: somebody who knows your work." in page.content.decode()
    press_send(story)
    assert [request.referee.email for request in story.requests] == ["maria@globex.example"]
    assert story.check.next_reminder_at == NOW + timedelta(days=2)  # still promised
    post(f"{path}2/", PEER)
    press_send(story)
    assert len(mails_to("maria@globex.example")) == len(mails_to("paul@globex.example")) == 1
    assert story.check.next_reminder_at is None


def test_without_named_referees_nothing_is_sent() -> None:
    story = opened()
    path = candidate_path(story)
    assert get(f"{path}review/").url == path
    assert post(f"{path}review/", {"seen": "x"}).url == path
    assert story.requests == []


@pytest.mark.world
def test_referees_who_opted_out_meanwhile_are_not_contacted() -> None:
    story = named()
    path = candidate_path(story)
    seen = get(f"{path}review/").context["seen"]
    store_opt_out(organisation=story.application.organisation, address="maria@globex.example", now=NOW)
    page = post(f"{path}review/", {"seen": seen})
    assert page.context["problem"] == (
        "Maria Schmidt has asked not to be contacted. Please name somebody else."
    )
    assert story.requests == []


@pytest.mark.world
def test_referees_get_the_full_time_even_if_the_candidate_is_late() -> None:
    story = named()
    with time_machine.travel(NOW + timedelta(days=13), tick=False):  # Monday 16 March
        press_send(story)
    seven_working_days_later = datetime(2026, 3, 25, 22, 59, tzinfo=UTC)
    assert [request.deadline_at for request in story.requests] == [seven_working_days_later] * 2
    assert story.check.deadline_at == seven_working_days_later
    assert "Wednesday 25 March" in str(mails_to("maria@globex.example")[0].body)


@pytest.mark.world
def test_the_request_is_in_the_language_chosen_by_the_candidate() -> None:
    story = opened()
    path = candidate_path(story)
    post(f"{path}1/", MANAGER | {"r-language": "de"})
    (shown,) = get(f"{path}review/").context["mails"]
    press_send(story)
    (request,) = story.requests
    (message,) = mails_to("maria@globex.example")
    assert (request.language, story.check.language, message.subject) == ("de", "en", shown.subject)
    assert "Donnerstag" in str(message.body)


def test_languages_that_are_not_offered_are_refused() -> None:
    story = opened()
    page = post(f"{candidate_path(story)}1/", MANAGER | {"r-language": "pl"})
    assert list(page.context["form"].errors) == ["language"]


@pytest.mark.world
def test_the_status_page_shows_who_has_answered_but_not_what() -> None:
    story = sent()
    answer(referee_path("maria@globex.example"))
    page = get(candidate_path(story))
    assert [slot.state for slot in page.context["shown"].slots] == ["answered", "sent"]
    text = page.content.decode()
    assert "1 of 2 has answered" in text
    assert "thinks before" not in text
    assert "Above what the job needed" not in text


@pytest.mark.world
def test_own_texts_are_shown_and_a_change_meanwhile_is_shown_before_it_is_sent() -> None:
    story = named()
    check, name = story.check, story.application.candidate.name
    texts = MailText.objects.create(
        organisation=check.organisation,
        kind="references.request",
        language="en",
        texts={"subject": "A word about {candidate}?"},
        changed_at=NOW,
    )
    shown = preview_mails(check, now=NOW, link="")
    assert {preview.subject for preview in shown} == {f"A word about {name}?"}
    texts.texts = {"subject": "Do you know {candidate}?"}
    texts.save()
    with pytest.raises(NotAsShown):
        send_requests(check_id=check.pk, seen=fingerprint(shown), link="", now=NOW)
    assert mails_to("maria@globex.example") == []
    press_send(story)
    assert mails_to("maria@globex.example")[0].subject == f"Do you know {name}?"


@pytest.mark.world
@pytest.mark.parametrize(
    ("deferred", "button", "message"),
    [
        ((), "Send 2 e-mails", "2 e-mails are on their way."),
        ((1,), "Send 1 e-mail, hold 1", "1 e-mail is on its way, 1 won't be sent before you have an offer."),
        ((1, 2), "Hold 2 e-mails", "2 e-mails won't be sent before you have an offer."),
    ],
)
def test_the_page_after_send_lists_sent_and_deferred_requests(
    deferred: tuple[int, ...], button: str, message: str
) -> None:
    story = opened()
    path = candidate_path(story)
    for slot, details in ((1, MANAGER), (2, PEER)):
        post(f"{path}{slot}/", details | ({"r-after_offer": "on"} if slot in deferred else {}))
    client = Client()
    review = client.get(f"{path}review/")
    buttons = BeautifulSoup(review.content, "html.parser").select("#send button")
    assert [shown.get_text(strip=True) for shown in buttons] == [button]
    after = client.post(f"{path}review/", {"seen": review.context["seen"]}, follow=True)
    assert [str(shown) for shown in after.context["messages"]] == [message]
    assert escape(message) in after.content.decode()
    again = client.post(f"{path}review/", {"seen": review.context["seen"]}, follow=True)
    assert list(again.context["messages"]) == []
