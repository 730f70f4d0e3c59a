"""A member changes a draft while another discards it or part of it. Discarding a draft that was never published
deletes its test or questionnaire too."""

from datetime import timedelta

import pytest

from goodword.assessments.catalogue.drafts import DRAFTS as TESTS
from goodword.assessments.kinds.judgement.panelists import erase_old, remind, remove
from goodword.assessments.models import Panelist
from goodword.questionnaires.domain.drafts import DRAFTS as QUESTIONNAIRES
from goodword.questionnaires.domain.drafts import add_language, remove_language
from tests.assessments.judgement import support as judgement
from tests.assessments.panels.support import invited
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


def test_a_translation_that_a_colleague_removes_is_not_saved() -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    questionnaire, browser = made(ann, LED), signed_in(ann)
    add_language(questionnaire=questionnaire, language="fr", now=NOW)
    row = draft(questionnaire).translation("fr")
    where = url("questionnaire_language", questionnaire, "fr")
    with before_commit(lambda: browser.post(where, {"revision": str(row.revision)}, follow=True)) as replies:
        remove_language(questionnaire=questionnaire, language="fr", revision=row.revision)
    assert "The draft has no translation into that language." in replies[0].content.decode()


def test_an_expert_is_removed_while_the_draft_is_discarded() -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    test = judgement.own(ann, "A rope tears.")
    expert, revision = invited(test, by=ann), judgement.revision(test)

    def discard() -> bool:
        return TESTS.discard(test, revision=revision, by=ann, now=NOW)

    with before_commit(discard, then=lambda: remove(panelist=expert, by=ann, now=NOW)) as found:
        Panelist.objects.of(ann.organisation).select_for_update().get(pk=expert.pk)
    assert found == [False]  # the test is gone, too
    assert not Panelist.objects.of(ann.organisation).exists()


def test_an_expert_is_removed_while_old_ones_are_erased() -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    expert = invited(judgement.own(ann, "A rope tears."), by=ann)
    ann.organisation.erases_old, ann.organisation.keep_months = True, 12

    def sweep() -> int:
        return erase_old(ann.organisation, now=NOW + timedelta(days=367))

    with before_commit(sweep, then=lambda: remove(panelist=expert, by=ann, now=NOW)) as erased:
        Panelist.objects.of(ann.organisation).select_for_update().get(pk=expert.pk)
    assert erased == [0]


def test_an_old_expert_who_is_just_being_reminded_is_not_erased() -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    test = judgement.own(ann, "A rope tears.")
    expert, content = invited(test, by=ann), judgement.draft(test).content
    ann.organisation.erases_old, ann.organisation.keep_months = True, 12
    later = NOW + timedelta(days=367)
    with before_commit(lambda: erase_old(ann.organisation, now=later)) as erased:
        remind(panelist=expert, content=content, by=ann, now=later)
    assert erased == [0]
    assert Panelist.objects.of(ann.organisation).exists()
