"""What the candidate's pages say beside naming and sending: while typing, in another language, to a slow referee."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goodword.references.domain.declines import bar_address
from tests.references.story import (
    MANAGER,
    NOW,
    PEER,
    answer,
    candidate_door,
    get,
    named,
    opened,
    post,
    referee_door,
    sent,
)
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db

MARIA = "maria@globex.example"


def test_the_first_page_says_what_is_asked_by_when_who_reads_it_and_how_often_we_remind() -> None:
    page = get(candidate_door(opened())).content.decode()
    for words in (
        "Acme would like to hear from 2 people who know your work",
        "Tuesday 17 March",
        "The people at Acme who decide on your application",
        "we remind you at most twice",
        "We contact nobody until you've read the e-mail and pressed Send",
        "Questions? Ask ",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("change", "problem", "flag"),
    [
        ({"r-email": "maria@gmail.com"}, "", "A private address is fine,"),
        ({"r-email": "maria@mailinator.com"}, "", "This looks like a temporary address."),
        ({"r-email": MARIA}, "", ""),
        ({"r-email": "maria at globex"}, "Enter an e-mail address in the form", ""),
        ({"r-email": MARIA, "r-name": ""}, "", ""),
    ],
)
def test_while_typing_the_server_says_what_it_would_say_on_save_and_keeps_nothing(
    change: dict[str, str], problem: str, flag: str
) -> None:
    story = opened()
    said = post(f"{candidate_door(story)}1/look/", MANAGER | change).json()
    assert said["problems"].get("email", "").startswith(problem)
    assert bool(said["problems"].get("email")) is bool(problem)
    assert said["flags"].get("email", "").startswith(flag)
    assert story.check.referees.count() == 0


def test_while_typing_the_own_address_and_crossing_dates_are_told_though_the_rest_is_missing() -> None:
    story = opened()
    own = story.application.candidate.email
    said = post(f"{candidate_door(story)}1/look/", {"r-email": own}).json()["problems"]
    assert said["email"].startswith("This is your own address.")
    said = post(f"{candidate_door(story)}1/look/", MANAGER | {"r-to_month_year": "2019"}).json()["problems"]
    assert said == {"to_month": "The last month is before the first month. Please check both."}


def test_typing_an_address_alone_does_not_tell_who_asked_not_to_be_contacted() -> None:
    story = opened()
    bar_address(organisation=story.application.organisation, address=MARIA, now=NOW)
    assert "email" not in post(f"{candidate_door(story)}1/look/", {"r-email": MARIA}).json()["problems"]


def test_a_members_address_is_taken_and_flagged() -> None:
    story = opened()
    member = factories.member(story.application.organisation)
    assert post(f"{candidate_door(story)}1/", MANAGER | {"r-email": member.user.email}).status_code == 302
    assert "This is an address at Acme." in get(candidate_door(story)).content.decode()


def test_the_language_is_changed_by_a_button_and_what_was_typed_stays() -> None:
    story = opened()
    door = candidate_door(story)
    page = post(f"{door}1/", {"r-name": "Maria Schmidt", "language": "de"}).content.decode()
    assert '<html lang="de"' in page
    assert "Maria Schmidt" in page
    assert story.check.language == "de"
    assert story.check.referees.count() == 0
    assert post(f"{door}language/", {"language": "fr", "back": f"{door}notice/"}).url == f"{door}notice/"
    assert '<html lang="fr"' in get(door).content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/o/acme/"])
def test_the_button_leads_nowhere_else(back: str) -> None:
    story = opened()
    door = candidate_door(story)
    found = post(f"{door}language/", {"language": "de", "back": back}).url
    assert found == door.removesuffix("references/")


def test_a_language_that_is_not_offered_changes_nothing() -> None:
    story = opened()
    post(f"{candidate_door(story)}language/", {"language": "tlh"})
    assert story.check.language == "en"


def test_a_nudge_is_a_text_of_the_candidates_own_and_we_send_nothing() -> None:
    story = sent()
    before = len(mail.outbox)
    page = get(f"{candidate_door(story)}1/nudge/")
    mailto = urlsplit(page.context["mailto"])
    assert (mailto.scheme, unquote(mailto.path)) == ("mailto", MARIA)
    (body,) = parse_qs(mailto.query)["body"]
    assert body == page.context["text"]
    assert "Thursday 12 March" in body
    assert "/r/" not in body
    run_jobs()
    assert len(mail.outbox) == before


def test_who_has_answered_or_has_no_mail_is_not_nudged() -> None:
    story = named()
    assert get(f"{candidate_door(story)}1/nudge/").url == candidate_door(story)
    story = sent()
    answer(referee_door(MARIA))
    assert get(f"{candidate_door(story)}1/nudge/").url == candidate_door(story)


def test_a_reload_a_second_tab_and_the_way_back_change_nothing() -> None:
    story = opened()
    door = candidate_door(story)
    for _ in range(2):
        assert post(f"{door}1/", MANAGER).url == door
    assert post(f"{door}2/", PEER).url == door
    assert [row.email for row in story.check.referees.order_by("slot")] == [MARIA, "paul@globex.example"]
    assert get(f"{door}1/").context["form"]["name"].value() == "Maria Schmidt"


def test_a_submit_after_cancellation_shows_the_neutral_page_and_loses_nothing_that_was_saved() -> None:
    story = named()
    door = candidate_door(story)
    story.happens("application.rejected", reason="x")
    page = post(f"{door}1/", MANAGER | {"r-name": "Changed"})
    assert b"There is nothing to do here at the moment" in page.content
    assert story.check.referees.get(slot=1).name == "Maria Schmidt"


def test_the_notice_follows_the_switch_of_device_signs_and_the_time_of_keeping() -> None:
    story = opened()
    organisation, door = story.application.organisation, candidate_door(story)
    assert "Network and device" not in get(f"{door}notice/").content.decode()
    page = get(f"{door}notice/").content.decode()
    assert f"{organisation.name} has set no date for automatic erasure." in page
    organisation.watches_devices, organisation.erases_old, organisation.keep_months = True, True, 18
    organisation.save()
    page = get(f"{door}notice/").content.decode()
    assert "Network and device" in page
    assert f"It is erased 18 months after your last application at {organisation.name} ends" in page
    assert "has set no date" not in page


def test_three_slots_ask_no_more_queries_than_one() -> None:
    counts = []
    for number in (1, 3):
        story = opened(
            step={"slots": [{"relationship": "any", "count": number, "needed": False, "hint": ""}]}
        )
        door = candidate_door(story)
        with CaptureQueriesContext(connection) as queries:
            get(door)
        counts.append(len(queries))
    assert counts[0] == counts[1]
