"""The candidate's pages: live checks, languages, nudging."""

import html
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goodword.references.domain.invitations import invite_again
from goodword.references.domain.member_actions import pause_check
from goodword.references.domain.requests import store_opt_out
from goodword.references.models import ReferenceRequest
from tests.references.asking import GERMAN, QUESTIONS, asks
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
    referee_path,
    sent,
)
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db

MARIA = "maria@globex.example"


def test_the_first_page_shows_the_request_deadline_readers_and_reminders() -> None:
    page = get(candidate_path(opened())).content.decode()
    for words in (
        "Acme would like to hear from 2 people who know your work",
        "Tuesday 17 March",
        "The people at Acme who decide on your application",
        "we'll remind you at most twice",
        "We won't contact anyone until you've read the e-mail and pressed Send",
        "Questions? Ask ",
    ):
        assert words in page


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("change", "problem", "flag"),
    [
        ({"r-email": "maria@gmail.com"}, "", "A personal address is fine,"),
        ({"r-email": "maria@mailinator.com"}, "", "This looks like a temporary address."),
        ({"r-email": MARIA}, "", ""),
        ({"r-email": "maria at globex"}, "Enter an e-mail address in the form", ""),
        ({"r-email": MARIA, "r-name": ""}, "", ""),
    ],
)
def test_live_checks_show_the_errors_of_save_and_store_nothing(
    change: dict[str, str], problem: str, flag: str
) -> None:
    story = opened()
    said = post(f"{candidate_path(story)}1/validate/", MANAGER | change).json()
    assert said["problems"].get("email", "").startswith(problem)
    assert bool(said["problems"].get("email")) is bool(problem)
    assert said["flags"].get("email", "").startswith(flag)
    assert story.check.referees.count() == 0


def test_live_checks_show_errors_while_other_fields_are_empty() -> None:
    story = opened()
    own = story.application.candidate.email
    said = post(f"{candidate_path(story)}1/validate/", {"r-email": own}).json()["problems"]
    assert said["email"].startswith("This is your own address.")
    said = post(f"{candidate_path(story)}1/validate/", MANAGER | {"r-to_month_year": "2019"}).json()[
        "problems"
    ]
    assert said == {"to_month": "The last month is before the first month."}


def test_an_address_alone_does_not_reveal_an_opt_out() -> None:
    story = opened()
    store_opt_out(organisation=story.application.organisation, address=MARIA, now=NOW)
    assert "email" not in post(f"{candidate_path(story)}1/validate/", {"r-email": MARIA}).json()["problems"]


@pytest.mark.world
def test_a_members_address_is_accepted_and_flagged() -> None:
    story = opened()
    member = factories.member(story.application.organisation)
    assert post(f"{candidate_path(story)}1/", MANAGER | {"r-email": member.user.email}).status_code == 302
    assert "This is an address at Acme." in get(candidate_path(story)).content.decode()


@pytest.mark.world
def test_changing_the_language_keeps_the_form() -> None:
    story = opened()
    path = candidate_path(story)
    page = post(f"{path}1/", {"r-name": "Maria Schmidt", "language": "de"}).content.decode()
    assert '<html lang="de"' in page
    assert "Maria Schmidt" in page
    assert story.check.language == "de"
    assert story.check.referees.count() == 0
    assert post(f"{path}language/", {"language": "fr", "back": f"{path}notice/"}).url == f"{path}notice/"
    assert '<html lang="fr"' in get(path).content.decode()


@pytest.mark.matrix
@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/o/acme/"])
def test_the_language_button_redirects_within_the_portal_only(back: str) -> None:
    story = opened()
    path = candidate_path(story)
    found = post(f"{path}language/", {"language": "de", "back": back}).url
    assert found == path.removesuffix("references/")


def test_languages_that_are_not_offered_are_ignored() -> None:
    story = opened()
    post(f"{candidate_path(story)}language/", {"language": "tlh"})
    assert story.check.language == "en"


@pytest.mark.main_case
def test_a_nudge_is_a_draft_that_we_do_not_send() -> None:
    story = sent()
    before = len(mail.outbox)
    page = get(f"{candidate_path(story)}1/nudge/")
    mailto = urlsplit(page.context["mailto"])
    assert (mailto.scheme, unquote(mailto.path)) == ("mailto", MARIA)
    (body,) = parse_qs(mailto.query)["body"]
    assert body == page.context["text"]
    assert "Thursday 12 March" in body
    assert "/r/" not in body
    run_jobs()
    assert len(mail.outbox) == before


@pytest.mark.world
@pytest.mark.parametrize(
    ("reminders", "days_later", "words"),
    [
        (
            [3],
            0,
            "Answers are due by Thursday 12 March, 23:59 (CET); we'll remind your referees before then.",
        ),
        ([], 0, "Answers are due by Thursday 12 March, 23:59 (CET)."),
        ([3], 10, "Answers were due by Thursday 12 March, 23:59 (CET); they are still welcome."),
    ],
)
def test_the_candidate_reads_the_date_that_referees_were_given(
    reminders: list[int], days_later: int, words: str
) -> None:
    story = sent(opened(step={"deadline_days": 10, "referee_reminder_days": reminders}))
    assert "Thursday 12 March" in str(mails_to(MARIA)[-1].body)
    with time_machine.travel(NOW + timedelta(days=days_later), tick=False):
        page = " ".join(html.unescape(get(candidate_path(story)).content.decode()).split())
    assert f"You see who has answered, never what they said. {words}</p>" in page


@pytest.mark.world
def test_no_reminders_are_promised_while_the_check_is_paused() -> None:
    story = sent(opened(step={"deadline_days": 10, "referee_reminder_days": [3]}))
    pause_check(check_id=story.check.pk, member=factories.member(story.application.organisation), now=NOW)
    page = html.unescape(get(candidate_path(story)).content.decode())
    assert "Answers are due by Thursday 12 March, 23:59 (CET).</p>" in page


@pytest.mark.world
def test_no_reminder_is_promised_once_the_last_one_has_been_skipped() -> None:
    story = sent(opened(step={"deadline_days": 10, "referee_reminder_days": [3]}))
    ReferenceRequest.objects.of(story.application.organisation).update(next_reminder_at=None)
    page = html.unescape(get(candidate_path(story)).content.decode())
    assert "Answers are due by Thursday 12 March, 23:59 (CET).</p>" in page


def test_a_questionnaire_without_facts_is_not_said_to_confirm_any() -> None:
    story = opened()
    usual = " ".join(get(candidate_path(story)).content.decode().split())
    assert "They confirm what you say about your time together and answer questions about: " in usual
    assert "They may also decline, or confirm dates and title only." in usual
    asks(story, questions=QUESTIONS[1:], german=GERMAN[1:])
    page = " ".join(get(candidate_path(story)).content.decode().split())
    assert "They answer questions about your work. They may also decline.</dd>" in page


@pytest.mark.world
def test_the_second_invitation_no_longer_says_that_statements_are_confirmed() -> None:
    story = opened()
    asks(story, questions=QUESTIONS[1:], german=GERMAN[1:])
    later, member = NOW + timedelta(days=1), factories.member(story.application.organisation)
    with time_machine.travel(later, tick=False):
        invite_again(step_request=story.check.step_request, member=member, after=story.check.pk, now=later)
        run_jobs()
    first, second = mails_to(story.application.candidate.email)
    assert "They confirm what you say about your time together" in str(first.body)
    assert "They answer questions about your work." in str(second.body)
    assert "They confirm" not in f"{second.body} {html_of(second)}"


@pytest.mark.world
def test_only_referees_who_have_not_answered_can_be_nudged() -> None:
    story = named()
    assert get(f"{candidate_path(story)}1/nudge/").url == candidate_path(story)
    story = sent()
    answer(referee_path(MARIA))
    assert get(f"{candidate_path(story)}1/nudge/").url == candidate_path(story)


@pytest.mark.world
def test_reloads_tabs_and_the_back_button_change_nothing() -> None:
    story = opened()
    path = candidate_path(story)
    for _ in range(2):
        assert post(f"{path}1/", MANAGER).url == path
    assert post(f"{path}2/", PEER).url == path
    assert [row.email for row in story.check.referees.order_by("slot")] == [MARIA, "paul@globex.example"]
    assert get(f"{path}1/").context["form"]["name"].value() == "Maria Schmidt"


@pytest.mark.world
def test_submitting_after_cancellation_shows_the_neutral_page_and_keeps_the_draft() -> None:
    story = named()
    path = candidate_path(story)
    story.happens("application.rejected", reason="x")
    page = post(f"{path}1/", MANAGER | {"r-name": "Changed"})
    assert b"There is nothing to do here at the moment" in page.content
    assert story.check.referees.get(slot=1).name == "Maria Schmidt"


@pytest.mark.world
def test_the_notice_reflects_device_flags_and_the_retention_period() -> None:
    story = opened()
    organisation, path = story.application.organisation, candidate_path(story)
    assert "Network and device" not in get(f"{path}notice/").content.decode()
    page = get(f"{path}notice/").content.decode()
    assert f"{organisation.name} has not set a date for automatic erasure." in page
    organisation.watches_devices, organisation.erases_old, organisation.keep_months = True, True, 18
    organisation.save()
    page = get(f"{path}notice/").content.decode()
    assert "Network and device" in page
    assert f"It is erased 18 months after your last application at {organisation.name} ends" in page
    assert "set a date" not in page


@pytest.mark.world
def test_the_number_of_queries_does_not_depend_on_slots() -> None:
    counts = []
    for number in (1, 3):
        story = opened(
            step={"slots": [{"relationship": "any", "count": number, "needed": False, "hint": ""}]}
        )
        path = candidate_path(story)
        with CaptureQueriesContext(connection) as queries:
            get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]
