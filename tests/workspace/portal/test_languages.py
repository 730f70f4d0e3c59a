"""Portals use the chosen language, else the browser's, else the stored one; mails use the last one used."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.mails import mail_candidate
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application, Candidate
from goodword.notifications.models import Email
from goodword.references.domain.member_actions import correct_address
from goodword.references.domain.reminders import remind_candidate
from goodword.workflow.portal import browser_languages, first_offered
from tests.assessments.plans import JUDGEMENT, REASONING, WORK_STYLE, asked_on
from tests.assessments.support import assigned, part_of, rows
from tests.references import story
from tests.references.story import Story, candidate_path, referee_path
from tests.support import factories
from tests.support.kept import kept
from tests.workspace.applications import checked, named, portal

NOW = factories.NOW
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
MARIA = "maria@globex.example"
GERMAN = "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7"
SPANISH = "es-ES,es;q=0.9"


def language_of(path: str, browser: str = "") -> str:
    """The language of the page."""
    response: Any = Client().get(path, headers={"accept-language": browser} if browser else {}, follow=True)
    html: str = response.content.decode()
    return html.partition('<html lang="')[2].partition('"')[0]


def press(path: str, data: dict[str, Any], browser: str = "") -> Any:
    return Client().post(path, data, headers={"accept-language": browser} if browser else {})


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("header", "asked"),
    [
        (GERMAN, ["de-de", "de", "en-us", "en"]),
        ("fr;q=0.2, de", ["de", "fr"]),
        ("en;q=0, de;q=0.5, *;q=0.1", ["de", "*"]),
        ("", []),
        ("not a header; at all", []),
    ],
)
def test_browser_languages_keep_their_order(header: str, asked: list[str]) -> None:
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = header
    assert browser_languages(request) == asked


def test_the_first_preferred_language_on_offer_is_used() -> None:
    assert first_offered(["en", "de"], "", "es", "de-AT", "en") == "de"
    assert first_offered(["en", "pt-br"], "pt") == "pt-br"
    assert first_offered(["en"], "es", "*") == ""


@pytest.mark.slow
def test_referees_see_the_browsers_language_and_nothing_is_stored() -> None:
    check = story.sent()
    door = referee_path(MARIA)
    for path in ("", "no/", "facts/", "ask/", "data/"):
        assert language_of(f"{door}{path}", GERMAN) == "de", path
    assert [language_of(door, header) for header in ("fr", SPANISH, "")] == ["fr", "en", "en"]
    assert [(request.language, request.chosen_language) for request in check.requests] == [("en", "")] * 2


@pytest.mark.world
def test_mails_to_a_referee_use_the_language_of_their_answers() -> None:
    check = story.sent()
    press(f"{referee_path(MARIA)}begin/", {}, GERMAN)
    assert [(request.language, request.chosen_language) for request in check.requests] == [
        ("de", ""),
        ("en", ""),
    ]
    assert language_of(referee_path(MARIA), SPANISH) == "de"
    assert language_of(referee_path(MARIA), "fr") == "fr"


@pytest.mark.world
def test_a_referees_choice_overrides_the_browser() -> None:
    check = story.sent()
    door = referee_path(MARIA)
    press(f"{door}language/", {"language": "fr"}, GERMAN)
    press(f"{door}begin/", {}, GERMAN)
    assert [(request.language, request.chosen_language) for request in check.requests] == [
        ("fr", "fr"),
        ("en", ""),
    ]
    assert language_of(door, GERMAN) == "fr"
    press(f"{door}language/", {"language": "en"}, GERMAN)
    assert language_of(door, GERMAN) == "en"


@pytest.mark.world
def test_a_corrected_address_resets_the_choice() -> None:
    check = story.sent()
    press(f"{referee_path(MARIA)}language/", {"language": "fr"})
    request = check.requests[0]
    correct_address(
        request_id=request.pk,
        address="maria.s@globex.example",
        member=factories.member(check.application.organisation),
        now=NOW,
    )
    assert (check.requests[0].language, check.requests[0].chosen_language) == ("en", "")


@pytest.mark.world
@pytest.mark.parametrize(
    ("known", "works_in", "browser", "read"),
    [
        ("fr", "de", GERMAN, "de"),
        ("fr", "de", SPANISH, "fr"),
        ("fr", "de", "", "fr"),
        ("es", "de", SPANISH, "de"),
        ("", "de", SPANISH, "de"),
        ("", "en", GERMAN, "de"),
    ],
)
def test_candidates_see_browser_known_then_organisation_language(
    known: str, works_in: str, browser: str, read: str
) -> None:
    attempt = in_assessment(known=known, works_in=works_in)
    of = attempt.step_request.application
    check = checked(of)
    door = portal(check.step_request)
    pages = ("", "references/", "assessment/")
    assert [language_of(f"{door}{page}", browser) for page in pages] == [read] * len(pages)
    known_first = next(language for language in (known, works_in) if language in {"en", "de", "fr"})
    assert {mail.language for mail in Email.objects.of(of.organisation)} == {known_first}
    attempt.refresh_from_db()
    check.refresh_from_db()
    assert (attempt.language, check.language) == (known_first, known_first)


@pytest.mark.slow
def test_every_page_of_a_candidate_has_the_same_language() -> None:
    attempt = in_assessment(known="fr", works_in="de")
    checked(attempt.step_request.application)
    door = portal(attempt.step_request)
    for page in ("", "ask/", "data/", "references/", "references/1/", "assessment/", "assessment/decline/"):
        assert language_of(f"{door}{page}", GERMAN) == "de", page
        assert language_of(f"{door}{page}") == "fr", page


@pytest.mark.world
def test_opening_an_assessment_does_not_change_its_language() -> None:
    attempt = in_assessment()
    before = rows(attempt)
    door = f"{portal(attempt.step_request)}assessment/"
    html = Client().get(door, headers={"accept-language": GERMAN}).content.decode()
    assert ("Situationen mit Kundschaft" in html, "Situations with customers" in html) == (True, False)
    for page in ("1/", "1/practice/1/", "1/item/1/", "adjustment/"):
        assert language_of(f"{door}{page}", GERMAN) == "de", page
    item = Client().get(f"{door}1/item/1/", headers={"accept-language": GERMAN}).content.decode()
    assert ("Stimme" in item, "Agree" in item) == (True, False)
    assert rows(attempt) == before


@pytest.mark.world
def test_the_first_answer_fixes_the_language_of_the_assessment() -> None:
    attempt = in_assessment()
    door = f"{portal(attempt.step_request)}assessment/"
    said = Client().post(
        f"{door}1/item/1/", {"answer": "4"}, headers={"accept-language": GERMAN, "X-Goodword": "script"}
    )
    assert said.json()["saved"] is True
    attempt.refresh_from_db()
    assert (attempt.language, attempt.progress) == ("de", "in_progress")
    assert [part_of(attempt, order).version.language for order in (1, 2, 3)] == ["de", "", "de"]
    # once started it stays in its language, on any device
    assert language_of(f"{door}1/item/2/", "fr") == "de"
    assert (
        Client().get(door, headers={"accept-language": "fr"}).content.decode().count('name="language"') == 0
    )


@pytest.mark.world
def test_languages_that_a_test_lacks_are_skipped() -> None:
    attempt = in_assessment()
    version = part_of(attempt, 3).version
    version.test.versions.filter(language="de").delete()
    assert language_of(f"{portal(attempt.step_request)}assessment/", "de, fr;q=0.5, en;q=0.3") == "fr"


@pytest.mark.slow
def test_a_choice_overrides_the_browser_in_both_steps_and_mails() -> None:
    attempt = in_assessment()
    of = attempt.step_request.application
    checked(of)
    door = portal(attempt.step_request)
    press(f"{door}assessment/language/", {"language": "fr"}, GERMAN)
    pages = ("", "ask/", "data/", "references/", "assessment/", "assessment/1/")
    assert [language_of(f"{door}{page}", GERMAN) for page in pages] == ["fr"] * len(pages)
    press(f"{door}references/language/", {"language": "de"})
    assert [language_of(f"{door}{page}", "fr") for page in pages] == ["de"] * len(pages)
    of.candidate.refresh_from_db()
    assert (of.candidate.chosen_language, of.candidate.language) == ("de", "")
    mail_candidate(attempt, application=of, name="reminder", key="x", now=NOW, left=1)
    mail = Email.objects.of(of.organisation).latest("pk")
    assert mail.language == "de"
    assert "Situationen mit Kundschaft" in [part["title"] for part in mail.context["overview"]["parts"]]


@pytest.mark.world
def test_invitations_use_the_language_chosen_before() -> None:
    of = applied()
    Candidate.objects.of(of.organisation).filter(pk=of.candidate_id).update(chosen_language="fr")
    of.refresh_from_db()
    assert (assessed(of).language, checked(of).language) == ("fr", "fr")
    assert {mail.language for mail in Email.objects.of(of.organisation)} == {"fr"}


@pytest.mark.world
def test_the_portal_stores_a_choice_without_a_reference_check() -> None:
    attempt = in_assessment()
    of = attempt.step_request.application
    door = portal(attempt.step_request)
    assert press(f"{door}language/", {"language": "fr", "back": f"{door}ask/"}).url == f"{door}ask/"
    of.candidate.refresh_from_db()
    assert of.candidate.chosen_language == "fr"
    assert language_of(f"{door}ask/", GERMAN) == "fr"
    html = press(f"{door}ask/", {"language": "de", "a-question": "Warum"}).content.decode()
    assert ('<html lang="de"' in html, "Warum</textarea>" in html) == (True, True)


@pytest.mark.world
def test_your_data_has_language_buttons() -> None:
    door = portal(in_assessment().step_request)
    assert Client().get(f"{door}data/").content.decode().count('name="language"') == 2
    assert press(f"{door}language/", {"language": "de", "back": f"{door}data/"}).url == f"{door}data/"
    assert language_of(f"{door}data/", "fr") == "de"


@pytest.mark.matrix
@pytest.mark.parametrize("language", ["xx", "", "<b>"])
def test_languages_not_on_offer_are_not_stored(language: str) -> None:
    attempt = in_assessment()
    of, door = attempt.step_request.application, portal(attempt.step_request)
    assert press(f"{door}language/", {"language": language, "back": "https://evil.example/"}).url == door
    of.candidate.refresh_from_db()
    assert of.candidate.chosen_language == ""


def test_unknown_and_expired_links_store_no_choice() -> None:
    attempt = in_assessment()
    of, door = attempt.step_request.application, portal(attempt.step_request)
    assert press(reverse("portal_language", args=["x" * 43]), {"language": "fr"}).status_code == 404
    assert Client().get(f"{door}language/").status_code == 405
    with time_machine.travel(NOW + timedelta(days=90), tick=False):
        press(f"{door}language/", {"language": "fr"})
    of.candidate.refresh_from_db()
    assert of.candidate.chosen_language == ""


@pytest.mark.world
def test_switching_language_keeps_a_typed_adjustment_request() -> None:
    attempt = in_assessment()
    path = f"{portal(attempt.step_request)}assessment/adjustment/"
    html = press(path, {"a-text": "A larger screen", "a-form": "on", "language": "de"}).content.decode()
    assert ('<html lang="de"' in html, "A larger screen</textarea>" in html) == (True, True)
    assert attempt.adjustments.count() == 0


@pytest.mark.world
def test_language_buttons_before_an_assessment_return_to_the_page() -> None:
    attempt = in_assessment()
    door = f"{portal(attempt.step_request)}assessment/"
    for page in ("", "1/", "1/practice/1/", "decline/", "adjustment/"):
        html = Client().get(f"{door}{page}").content.decode()
        assert html.count('class="languages"') == 1, page
        sent = press(f"{door}language/", {"language": "en", "back": f"{door}{page}"})
        assert sent.url == f"{door}{page}"
    assert press(f"{door}language/", {"language": "de", "back": "https://evil.example/"}).url == door


@pytest.mark.world
def test_a_check_in_one_language_ignores_the_browser() -> None:
    check = story.opened(step={"languages": ["en"]})
    assert language_of(candidate_path(check), GERMAN) == "en"


@pytest.mark.world
def test_reminders_use_the_language_the_candidate_last_read() -> None:
    check: Story = story.opened()
    press(f"{candidate_path(check)}1/", {"r-name": ""}, GERMAN)
    assert check.check.language == "de"
    at = check.check.next_reminder_at
    assert at is not None
    assert remind_candidate(check_id=check.check.pk, now=at)
    last = Email.objects.of(check.application.organisation).filter(kind="references.reminder").latest("pk")
    assert last.language == "de"


def applied(*, known: str = "", works_in: str = "en") -> Application:
    organisation = factories.organisation(name="Acme", language=works_in)
    of = named(factories.role(organisation, title="Baker"), "Ada", "Zorn")
    Candidate.objects.of(organisation).filter(pk=of.candidate_id).update(language=known)
    of.candidate.refresh_from_db()
    return of


def assessed(of: Application) -> Attempt:
    """An assessment of three parts, the second one timed."""
    assert of.role is not None
    asked_on(of.role, WORK_STYLE, REASONING, JUDGEMENT)
    return assigned(of)


@kept
def in_assessment(*, known: str = "", works_in: str = "en") -> Attempt:
    return assessed(applied(known=known, works_in=works_in))
