"""Pages of drafts published, discarded or changed in another tab."""

import pytest

from goodword.accounts.models import Membership
from goodword.assessments.catalogue.drafts import DRAFTS as TESTS
from goodword.questionnaires.domain.drafts import DRAFTS as QUESTIONNAIRES
from goodword.questionnaires.domain.drafts import publish
from tests.assessments.judgement import support as judgement
from tests.questionnaires.editor import support as questionnaires
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db

NOW = factories.NOW
TYPED = "Whom did they <lead>?"


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation())


def test_text_typed_for_a_discarded_draft_of_a_questionnaire_is_shown(rita: Membership) -> None:
    ours = questionnaires.made(rita, questionnaires.LED)
    publish(questionnaire=ours, revision=0, reason="", without=[], by=rita, now=NOW)
    begun = QUESTIONNAIRES.begin(ours, now=NOW)
    where = questionnaires.url("questionnaire_question", ours, "led")
    QUESTIONNAIRES.discard(ours, revision=begun.revision, by=rita, now=NOW)
    response = signed_in(rita).post(where, {"text": TYPED, "required": "yes", "revision": "0"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Not saved: the draft no longer exists" in page
    assert "Whom did they &lt;lead&gt;?" in page
    assert QUESTIONNAIRES.find(ours) is None


def test_text_typed_for_a_discarded_draft_of_a_test_is_shown(rita: Membership) -> None:
    test = judgement.published(rita)
    typed = {"text": TYPED, "revision": "0"}
    response = signed_in(rita).post(judgement.url("judgement_situation_new", test), typed)
    assert (response.status_code, "Whom did they &lt;lead&gt;?" in response.content.decode()) == (409, True)
    assert TESTS.find(test) is None


def test_text_typed_for_a_test_deleted_with_its_only_draft_is_shown(rita: Membership) -> None:
    test = judgement.own(rita)
    where = judgement.url("judgement_situation_new", test)
    TESTS.discard(test, revision=judgement.revision(test), by=rita, now=NOW)
    browser = signed_in(rita)
    response = browser.post(where, {"text": TYPED, "revision": "0"})
    page = response.content.decode()
    assert (response.status_code, "Whom did they &lt;lead&gt;?" in page) == (404, True)
    assert "Not saved: the draft no longer exists" in page
    assert [browser.get(where).status_code, browser.post(where, {"revision": "0"}).status_code] == [404, 404]


@pytest.mark.world
def test_a_form_without_text_for_a_discarded_draft_redirects_with_a_message(rita: Membership) -> None:
    test = judgement.published(rita)
    where = judgement.url("judgement_discard", test)
    response = signed_in(rita).post(where, {"revision": "0"}, follow=True)
    assert response.redirect_chain == [(judgement.url("judgement", test), 302)]
    assert "The draft no longer exists. It was published or discarded." in response.content.decode()


@pytest.mark.world
def test_a_stale_confirmation_discards_nothing(rita: Membership) -> None:
    test = judgement.own(rita, judgement.LATE)
    response = signed_in(rita).post(judgement.url("judgement_discard", test), {"revision": "0"}, follow=True)
    assert "Not changed: the draft was changed in another tab" in response.content.decode()
    assert len(judgement.situations(test)) == 1
