"""No page or mail of a check in German or French contains English.

Every page loaded by the test's browsers, and every mail, is searched for the source sentences of the catalogues.
"""

from collections.abc import Callable, Iterator

import catalogues
import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from pytest_django.fixtures import Settings

from goodword.notifications.models import Email, Link
from goodword.references.domain import reminders
from goodword.references.models import Check
from goodword.roles.models import Step
from goodword.workflow.domain.legal_holds import lift_hold, place_hold
from goodword.workflow.domain.step_requests import request_step
from tests.references.answered import data_path
from tests.references.story import (
    FACTS,
    MANAGER,
    NOW,
    PEER,
    Story,
    answer,
    candidate_path,
    get,
    post,
    press_send,
    referee_path,
)
from tests.support import factories
from tests.support.english import english_in, pieces
from tests.support.jobs import run_jobs

#: long tests on a busy machine
pytestmark = [pytest.mark.slow, pytest.mark.django_db]

_pages: list[tuple[str, str]] = []


def kept(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A middleware that records the text of every page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            _pages.append((request.path, response.content.decode()))
        return response

    return middleware


@pytest.fixture
def pages(settings: Settings) -> Iterator[list[tuple[str, str]]]:
    settings.MIDDLEWARE = [f"{__name__}.kept", *settings.MIDDLEWARE]
    _pages.clear()
    yield _pages
    _pages.clear()


def opened(language: str, **step: object) -> Story:
    """A check with everything its pages can show, in this language."""
    organisation = factories.organisation(name="Acme", language=language, watches_devices=True)
    role = factories.role(organisation)
    story = Story(factories.application(role))
    row = factories.step(role, Step.Kind.REFERENCE_CHECK)
    for name, value in step.items():
        setattr(row, name, value)
    row.save()
    with transaction.atomic():
        request_step(application=story.application, step=row, at=NOW, by="greenhouse")
    run_jobs()
    return story


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_pages_and_mails_are_fully_translated(language: str, pages: list[tuple[str, str]]) -> None:
    slots = [
        {"relationship": "manager", "count": 1, "needed": True, "hint": ""},
        {"relationship": "any", "count": 2, "needed": False, "hint": ""},
    ]
    story = opened(language, slots=slots, self_reference="needed", least=2)
    door = candidate_path(story)
    for path in ("", "notice/", "decline/", "1/", "3/cannot/", "self-reference/"):
        assert get(f"{door}{path}").status_code == 200, path
    post(f"{door}1/", {"r-name": ""})
    post(f"{door}1/", MANAGER | {"r-email": "not an address", "r-message": "see www.example.com"})
    post(f"{door}1/", MANAGER | {"r-language": language, "r-message": ""})
    post(f"{door}2/", PEER | {"r-language": language})
    post(f"{door}3/cannot/", {"c-reason": ""})
    post(f"{door}3/cannot/", {"c-reason": "Ich war dort allein."})
    press_send(story)
    maria, paul = referee_path("maria@globex.example"), referee_path("paul@globex.example")
    for path in (
        "",
        "questions/1/",
        "questions/2/",
        "review/",
        "facts/",
        "no/",
        "ask/",
        "data/",
        "data/?sent=1",
    ):
        assert get(f"{maria}{path}").status_code == 200, path
    for path in own_data(story):
        assert get(path).status_code == 200, path
    for path in (maria, door.removesuffix("references/")):
        post(f"{path}data/link/")
    run_jobs()
    admin = factories.member(story.application.organisation, kind="admin")
    hold = place_hold(on=story.application.candidate, ground="duty", reason="x", by=admin, now=NOW)
    for path in own_data(story):
        assert get(path).status_code == 200, path
    lift_hold(hold_id=hold.pk, by=admin, now=NOW)
    post(f"{maria}questions/1/", {})
    post(f"{maria}ask/", {"q-text": ""})
    get(f"{door}2/another/")
    get(f"{door}2/nudge/")
    reminders.mail_all_about_slow_referees(now=story.requests[0].deadline_at)
    run_jobs()
    answer(maria)
    get(maria)
    post(f"{maria}copy/")
    run_jobs()
    post(f"{paul}facts/", FACTS)
    get(paul)
    get(door)
    _search(language, pages)


def own_data(story: Story) -> list[str]:
    """*Your data* pages, also under a legal hold and with an expired link."""
    check, request = story.check, story.requests[0]
    who = story.application.candidate
    doors = [
        data_path(Link.Purpose.CANDIDATE_DATA, check, check.step_request_id, who.email),
        data_path(Link.Purpose.REFEREE_DATA, check, request.pk, request.referee.email),
    ]
    expired = data_path(Link.Purpose.CANDIDATE_DATA, check, check.step_request_id, "old@mail.example")
    return [*(f"{path}{more}" for path in doors for more in ("", "erase/")), expired]


def _search(language: str, pages: list[tuple[str, str]]) -> None:
    found = {}
    for path, page in pages:
        soup = BeautifulSoup(page, "html.parser")
        assert str(soup.html and soup.html.get("lang")).startswith(language), path
        attributes = " ".join(
            str(element.get(name, ""))
            for element in soup.find_all(True)
            for name in ("title", "aria-label", "alt")
        )
        if words := english_in(f"{soup.get_text(' ')} {attributes}", language):
            found[path] = words
    for message in mail.outbox:
        assert isinstance(message, EmailMultiAlternatives)
        shown = BeautifulSoup(str(message.alternatives[0][0]), "html.parser").get_text(" ")
        both = f"{message.subject} {message.body} {shown}"
        if words := english_in(both, language):
            found[str(message.subject)] = words
    assert found == {}
    assert len(pages) > 20
    assert Email.objects.across_organisations().exclude(language=language).count() == 0
    assert Check.objects.across_organisations().get().language == language


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_the_search_for_english_text_works(language: str) -> None:
    assert english_in("<p>Bitte: You can decline on the page; no reason needed.</p>", language) == [
        "You can decline on the page; no reason needed"
    ]
    assert len(pieces(language)) > 500
