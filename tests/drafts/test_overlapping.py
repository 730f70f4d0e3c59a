"""A member changes a draft while another discards it. It was never published, so its test or questionnaire goes too."""

import pytest

from goodword.assessments.catalogue.drafts import DRAFTS as TESTS
from goodword.questionnaires.domain.drafts import DRAFTS as QUESTIONNAIRES
from tests.assessments.judgement import support as judgement
from tests.questionnaires.editor.support import LED, draft, made, url
from tests.support import factories
from tests.support.overlap import before_commit
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]

NOW = factories.NOW


def test_what_was_typed_for_a_deleted_questionnaire_is_shown() -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    questionnaire, browser = made(ann, LED), signed_in(ann)
    revision = draft(questionnaire).revision
    typed = {"revision": str(revision), "text": "Was {candidate} on time?", "asked_of": "everybody"}
    where = url("questionnaire_question", questionnaire, "led")
    with before_commit(lambda: browser.post(where, typed)) as replies:
        QUESTIONNAIRES.discard(questionnaire, revision=revision, by=ann, now=NOW)
    assert (replies[0].status_code, "Was {candidate} on time?" in replies[0].content.decode()) == (404, True)


@pytest.mark.parametrize(
    "name", ["judgement_discard", "judgement_duplicate", "judgement_begin", "judgement_panel_invite"]
)
def test_a_deleted_test_is_not_found(name: str) -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    test, browser = judgement.own(ann, "A rope tears."), signed_in(ann)
    revision = judgement.revision(test)
    form = {"revision": str(revision), "name": "Ana", "email": "ana@workshop.example", "language": "en"}
    where = judgement.url(name, test)
    with before_commit(lambda: browser.post(where, form)) as replies:
        TESTS.discard(test, revision=revision, by=ann, now=NOW)
    assert replies[0].status_code == 404
