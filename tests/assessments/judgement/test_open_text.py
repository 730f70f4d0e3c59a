"""The open-text version of a judgement set: custom questions with rubrics."""

import pytest

from goodword.accounts.models import Membership
from goodword.assessments.catalogue.drafts import DRAFTS
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.kinds.custom_questions import drafts as custom_drafts
from goodword.assessments.kinds.custom_questions.content import CustomQuestions, read_custom_questions
from goodword.assessments.kinds.custom_questions.drafts import publish_test
from goodword.assessments.kinds.judgement.drafts import create_open_text
from goodword.assessments.kinds.judgement.open_text import open_text_contents
from goodword.assessments.models import Test
from goodword.assessments.queries import content_of
from tests.assessments.judgement.support import LATE, NOW, draft, own, revision, url
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(name="Acme Bikes"))


def test_each_situation_becomes_a_question_with_a_rubric_in_each_language(rita: Membership) -> None:
    situations = ensure_builtin(rita.organisation, "judgement_customer", now=NOW)
    made = create_open_text(test=situations, by=rita, now=NOW)
    publish_test(test=made, revision=revision(made), by=rita, now=NOW)
    found = {row.language: content_of(row) for row in DRAFTS.newest(made)}
    assert sorted(found) == ["de", "en", "fr"]
    english = found["en"]
    assert isinstance(english, CustomQuestions)
    assert english.name == "Situations with customers, in your own words"
    assert len(english.questions) == len(english.rubrics) == 8
    criteria = next(iter(english.rubrics.values()))
    assert [(criterion.text, criterion.points) for criterion in criteria] == [
        ("Takes effective action", 5),
        ("Gives reasons that fit the situation", 3),
    ]
    assert "0 points: as ineffective as “Write to the customer" in criteria[0].anchors
    german = found["de"]
    assert isinstance(german, CustomQuestions)
    assert german.name.endswith("in eigenen Worten")
    file = signed_in(rita).get(url("test_export", made)).content.decode()
    assert ("Takes effective action" in file, "as ineffective as" in file) == (True, False)


def test_a_long_situation_continues_below_the_question(rita: Membership) -> None:
    content = draft(own(rita, " ".join(["Something happens in the workshop."] * 25))).content
    [question] = read_custom_questions(open_text_contents({"en": content})["en"]).questions
    assert (len(question.text) <= 500, question.text[-1], question.help[:9]) == (True, ".", "Something")


@pytest.mark.world
def test_the_menu_creates_it_as_a_draft(rita: Membership) -> None:
    browser, situations = signed_in(rita), own(rita, LATE)
    page = browser.post(url("judgement_open_text", situations), follow=True).content.decode()
    assert "An open-text version is created as a draft." in page
    assert "An open-text version of a judgement test: its questions were the situations" in page
    assert LATE in page
    assert browser.post(url("judgement_open_text", own(rita))).status_code == 404
    stranger = factories.member(factories.organisation(name="Elsewhere"))
    assert signed_in(stranger).post(url("judgement_open_text", situations)).status_code == 404
    assert Test.objects.of(rita.organisation).filter(kind=Test.Kind.CUSTOM_QUESTIONS).count() == 1


@pytest.mark.world
def test_its_questions_can_be_edited_like_those_of_a_questionnaire(rita: Membership) -> None:
    test = create_open_text(
        test=ensure_builtin(rita.organisation, "judgement_customer", now=NOW), by=rita, now=NOW
    )
    [first, second, *others] = [question["id"] for question in draft(test).content["questions"]]
    browser = signed_in(rita)
    typed = {f"first_{row.language}": f"{row.language}: The van is late." for row in draft(test).rows}
    where = url("custom_question_text", test, first)
    assert browser.post(where, typed | {"revision": revision(test)}).status_code == 302
    assert [row.content["questions"][0]["text"] for row in draft(test).rows] == list(typed.values())
    assert "Write it in the source language." in browser.post(where, {"revision": 1}).content.decode()
    assert revision(test) == 1
    added = browser.post(
        url("custom_question_new", test), typed | {"revision": revision(test), "first_de": ""}
    )
    assert added.status_code == 302
    browser.post(url("custom_question_file_move", test, second), {"by": "up", "revision": revision(test)})
    browser.post(url("custom_question_file_remove", test, first), {"revision": revision(test)})
    content = draft(test).content
    new = content["questions"][-1]
    assert [question["id"] for question in content["questions"]] == [second, *others, new["id"]]
    assert (new["type"], new["text"]) == ("long_text", typed["first_en"])
    assert first not in [rubric["question"] for rubric in content["rubrics"]]
    publish_test(test=test, revision=revision(test), by=rita, now=NOW)
    # the German question is still empty
    assert sorted(row.language for row in DRAFTS.newest(test)) == ["en", "fr"]


def test_the_last_question_stays(rita: Membership) -> None:
    test = create_open_text(test=own(rita, LATE), by=rita, now=NOW)
    [only] = draft(test).content["questions"]
    with pytest.raises(custom_drafts.LastQuestion):
        custom_drafts.remove_question(test=test, question_id=only["id"], revision=revision(test))
    page = signed_in(rita).post(
        url("custom_question_file_remove", test, only["id"]), {"revision": revision(test)}, follow=True
    )
    assert "Not removed: a test needs at least one question." in page.content.decode()
