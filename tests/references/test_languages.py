"""Referees choose their language; stored answers are the same in all languages."""

import pytest

from goodword.references.domain.responses import DraftAnswers
from goodword.references.models import Slot
from tests.references.asking import PEER_ANSWERS, asks
from tests.references.story import Story, candidate_path, get, post, referee_path, sent
from tests.support.kept import kept

pytestmark = pytest.mark.django_db

PAUL = "paul@globex.example"


@pytest.fixture
@kept
def story() -> Story:
    story = sent()
    asks(story)
    return story


def text_of(path: str) -> str:
    return " ".join(get(path).content.decode().split())


def test_every_page_offers_the_languages_of_the_check(story: Story) -> None:
    door = referee_path(PAUL)
    for path in ("", "questions/1/", "review/", "facts/", "no/", "ask/"):
        page = text_of(f"{door}{path}")
        assert 'value="de" lang="de"' in page, path
        assert "Français" not in page


@pytest.mark.world
def test_the_chosen_language_applies_to_all_pages(story: Story) -> None:
    path = referee_path(PAUL)
    assert post(f"{path}language/", {"language": "de", "back": f"{path}no/"}).url == f"{path}no/"
    assert [request.language for request in story.requests] == ["en", "de"]
    assert '<html lang="de"' in text_of(path)
    assert "Hat Ada" in text_of(f"{path}questions/3/")
    assert '<html lang="en"' in text_of(candidate_path(story))


@pytest.mark.matrix
@pytest.mark.parametrize("language", ["fr", "", "xx", "<b>"])
def test_languages_that_the_check_does_not_offer_are_ignored(story: Story, language: str) -> None:
    path = referee_path(PAUL)
    assert post(f"{path}language/", {"language": language}).url == path
    assert [request.language for request in story.requests] == ["en", "en"]


@pytest.mark.matrix
@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/", ""])
def test_redirects_stay_within_the_portal(story: Story, back: str) -> None:
    path = referee_path(PAUL)
    assert post(f"{path}language/", {"language": "de", "back": back}).url == path


def test_changing_the_language_keeps_the_answers_on_the_page(story: Story) -> None:
    path = referee_path(PAUL)
    page = post(f"{path}questions/5/", {"q-strengths": "Half a sen", "language": "de"})
    assert page.status_code == 200
    assert page.context["form"]["strengths"].value() == "Half a sen"
    assert "Was waren die Stärken" in page.content.decode()
    assert DraftAnswers.read(story.requests[1].draft).answers == {"strengths": "Half a sen"}
    assert "Half a sen" in get(f"{path}questions/5/").content.decode()


def test_changing_the_language_on_the_decline_page_submits_nothing(story: Story) -> None:
    path = referee_path(PAUL)
    page = post(f"{path}no/", {"d-why": "not_me", "d-reason": "I am", "d-opt_out": "on", "language": "de"})
    form = page.context["form"]
    assert (form["why"].value(), form["reason"].value(), form["opt_out"].value()) == (
        "not_me",
        "I am",
        True,
    )
    assert story.requests[1].state == "sent"


def test_changing_the_language_of_dates_and_title_submits_nothing(story: Story) -> None:
    path = referee_path(PAUL)
    page = post(f"{path}facts/", {"q-relationship": "confirmed", "language": "de"})
    assert page.context["form"]["relationship"].value() == "confirmed"
    assert (story.references, story.requests[1].state) == ([], "sent")


@pytest.mark.world
def test_a_reference_belongs_to_the_version_of_its_language(story: Story) -> None:
    path = referee_path(PAUL)
    post(f"{path}language/", {"language": "de"})
    for number, page in PEER_ANSWERS:
        post(f"{path}questions/{number}/", page)
    post(f"{path}language/", {"language": "en"})
    post(f"{path}language/", {"language": "de"})
    post(f"{path}review/")
    (reference,) = story.references
    assert reference.version.language == "de"
    assert reference.answers["led"] == {"answer": "no", "comment": ""}


def test_a_single_language_offers_no_choice() -> None:
    story = sent()
    asks(story, languages=("en",))
    assert "languages__one" not in text_of(referee_path(PAUL))


@pytest.mark.world
def test_hints_are_marked_with_the_organisations_language(story: Story) -> None:
    Slot.objects.of(story.application.organisation).update(hint="Somebody from sales")
    path = candidate_path(story)
    assert '<p class="slot__hint">Somebody from sales</p>' in text_of(path)
    assert post(f"{path}language/", {"language": "de"}).status_code == 302
    assert '<p class="slot__hint" lang="en">Somebody from sales</p>' in text_of(path)
