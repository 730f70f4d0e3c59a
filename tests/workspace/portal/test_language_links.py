"""Language links on *Your data* and expired links store nothing, since somebody else may have an old link."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client

from goodword.candidates.models import Candidate
from goodword.notifications.models import Link
from goodword.references.models import Check, ReferenceRequest
from tests.references.answered import data_path
from tests.references.story import NOW, candidate_path, referee_path, sent
from tests.support.jobs import run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

TITLES = {"en": "Your data", "de": "Ihre Daten", "fr": "Vos données"}
EXPIRED = {"en": "This link has expired", "de": "Dieser Link ist abgelaufen", "fr": "Ce lien a expiré"}


@pytest.fixture
def check() -> Check:
    return sent().check


def candidates(check: Check) -> str:
    who = check.step_request.application.candidate
    return data_path(Link.Purpose.CANDIDATE_DATA, check, check.step_request_id, who.email)


def referees(check: Check) -> str:
    request = check.requests.select_related("referee").order_by("pk")[0]
    return data_path(Link.Purpose.REFEREE_DATA, check, request.pk, request.referee.email)


def links_of(html: str) -> list[str]:
    return re.findall(r'<a class="languages__one" href="\?language=(\w\w)', html)


def chosen(check: Check) -> set[str]:
    candidates = Candidate.objects.of(check.organisation).values_list("chosen_language", flat=True)
    requests = ReferenceRequest.objects.of(check.organisation).values_list("chosen_language", flat=True)
    return {*candidates, *requests}


@pytest.mark.parametrize("of", [candidates, referees])
def test_your_data_uses_the_browsers_language_unless_another_is_chosen(check: Check, of: object) -> None:
    assert callable(of)
    door, german = of(check), Client(headers={"Accept-Language": "de-AT"})
    page = german.get(door).content.decode()
    assert (TITLES["de"] in page, links_of(page)) == (True, ["en", "fr"])
    french = german.get(f"{door}?language=fr").content.decode()
    assert TITLES["fr"] in french
    erase = f"{door}erase/?language=fr"
    assert erase in french
    page = german.get(erase).content.decode()
    assert (links_of(page), f'action="{erase}"' in page) == (["en", "de"], True)
    assert german.get(f"{door}?language=xx").content.decode().count(TITLES["de"]) > 0
    assert chosen(check) == {""}


@pytest.mark.world
@pytest.mark.parametrize("of", [candidates, referees])
def test_expired_data_links_have_language_links(check: Check, of: object) -> None:
    assert callable(of)
    door = of(check)
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        page = Client().get(f"{door}?language=de").content.decode()
        assert (EXPIRED["de"] in page, links_of(page)) == (True, ["en", "fr"])
        assert f'action="{door}link/?language=de"' in page
        answer = Client().post(f"{door}link/?language=de")
        assert answer["Location"] == f"{door}?sent=1&language=de"
        page = Client().get(answer["Location"]).content.decode()
        assert 'href="?language=fr&amp;sent=1"' in page
        run_jobs()
    assert mail.outbox[-1].subject.startswith("Ihre Daten bei")
    assert chosen(check) == {""}


@pytest.mark.world
def test_expired_portal_links_have_language_links() -> None:
    story = sent()
    check = story.check
    doors = [f"/p/{candidate_path(story).split('/')[2]}/", referee_path("maria@globex.example")]
    with time_machine.travel(NOW + timedelta(days=31), tick=False):
        for door in doors:
            page = Client().get(f"{door}fresh/?language=de").content.decode()
            assert (EXPIRED["de"] in page, links_of(page)) == (True, ["en", "fr"])
            answer = Client().post(f"{door}fresh/?language=de")
            assert answer["Location"] == f"{door}fresh/?sent=1&language=de"
    assert chosen(check) == {""}


def test_the_referees_notice_has_language_links(check: Check) -> None:
    page = Client().get(f"{referee_path('maria@globex.example')}data/?language=de").content.decode()
    assert (TITLES["de"] in page, links_of(page)) == (True, ["en", "fr"])
