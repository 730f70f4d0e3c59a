"""The preview: the real pages as a referee sees them, without storing answers."""

from typing import Any

import pytest
from django.test import Client

from goodword.accounts.models import Membership
from goodword.questionnaires.domain.drafts import add_language, add_question, save_texts
from goodword.questionnaires.models import QuestionnaireVersion
from tests.questionnaires.editor.support import LED, NOW, SIZE, STRENGTHS, made, rating, url
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation())


@pytest.fixture
def works(rita: Membership) -> Client:
    return signed_in(rita)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_the_preview_follows_the_answers_and_stores_nothing(rita: Membership, works: Client) -> None:
    ours = made(rita, LED, SIZE, STRENGTHS)
    where = url("questionnaire_preview", ours)
    first = text_of(works.get(where))
    assert "Did Alex Muster lead people?" in first
    assert "Not asked yet. Only if 1 is answered “Yes”" in first
    before = list(QuestionnaireVersion.objects.of(rita.organisation).values())
    missing = text_of(works.post(where, {}))
    assert "Choose one of the answers." in missing
    second = works.post(where, {"q-led": "yes"}, follow=True)
    assert "How large was the team?" in text_of(second)
    third = works.post(where + "?page=2", {"q-size": "large"}, follow=True)
    assert "What does Alex Muster do well?" in text_of(third)
    end = text_of(works.post(where + "?page=3", {"q-strengths": "<b>Much</b>"}, follow=True))
    assert ("Review your answers" in end, "&lt;b&gt;Much" in end) == (True, True)
    other = text_of(works.post(where + "?page=1", {"q-led": "no"}, follow=True))
    assert ("What does Alex Muster do well?" in other, "How large was the team?</" in other) == (True, True)
    assert "Not asked yet. Only if 1 is answered “Yes”" in other
    assert list(QuestionnaireVersion.objects.of(rita.organisation).values()) == before


@pytest.mark.world
def test_the_relationship_decides_which_questions_are_asked(rita: Membership, works: Client) -> None:
    ours = made(rita, {**LED, "only_for": ["manager"]}, STRENGTHS)
    where = url("questionnaire_preview", ours)
    assert "Did Alex Muster lead people?" in text_of(works.get(where + "?relationship=manager"))
    peer = text_of(works.get(where + "?relationship=peer"))
    assert ("What does Alex Muster do well?" in peer, "Not asked here. Only for: Manager" in peer) == (
        True,
        True,
    )
    assert works.get(where + "?relationship=%00&page=99999&language=xx").status_code == 200


def test_missing_translations_show_the_source_text(rita: Membership, works: Client) -> None:
    ours = made(rita, LED, rating("quality", "Quality"))
    add_language(questionnaire=ours, language="de", now=NOW)
    save_texts(questionnaire=ours, language="de", texts={"led": {"text": "Geführt?"}}, revision=0)
    where = url("questionnaire_preview", ours) + "?language=de"
    page = text_of(works.get(where))
    assert ("Geführt?" in page, "Nein" in page, 'lang="de"' in page) == (True, True, True)
    assert "How was quality?" in text_of(works.get(where + "&at=quality"))


@pytest.mark.world
def test_the_preview_restarts_on_request_and_after_changes(rita: Membership, works: Client) -> None:
    ours = made(rita, LED, SIZE)
    where = url("questionnaire_preview", ours)
    works.post(where, {"q-led": "yes"})
    assert "Not asked yet" not in text_of(works.get(where))
    works.post(where, {"again": "yes"})
    assert "Not asked yet" in text_of(works.get(where))
    works.post(where, {"q-led": "yes"})
    add_question(questionnaire=ours, entry={"type": "date", "text": "When?"})
    assert "Not asked yet" in text_of(works.get(where))


def test_an_unknown_version_is_not_found(rita: Membership, works: Client) -> None:
    ours = made(rita, LED)
    where = url("questionnaire_preview", ours)
    assert works.get(where + "?version=1").status_code == 404
    empty = made(rita)
    assert works.get(url("questionnaire_preview", empty))["Location"] == url("questionnaire_edit", empty)
