"""Drafts of custom questions, for tests of their editor."""

from typing import Any

from django.urls import reverse

from goodword.accounts.models import Membership
from goodword.assessments.catalogue import drafts
from goodword.assessments.kinds.content import Criterion
from goodword.assessments.kinds.custom_questions import drafts as custom_drafts
from goodword.assessments.kinds.custom_questions.drafts import add_file
from goodword.assessments.kinds.custom_questions.editor import FileSettings
from goodword.assessments.models import Test
from goodword.questionnaires.domain import drafts as questionnaire_drafts
from goodword.questionnaires.domain.drafts import publish as publish_questionnaire
from goodword.questionnaires.models import Questionnaire
from tests.assessments.custom_questions.support import CHOICE, NOW, TEXT
from tests.questionnaires.editor.support import made as questionnaire_made
from tests.questionnaires.editor.support import plain

SOME = {
    "id": "tools",
    "type": "multiple_choice",
    "text": "Which tools?",
    "choices": [{"value": value, "label": value.title()} for value in ("pump", "spanner", "spoon")],
    "least": 1,
    "most": 3,
}
PLAN = FileSettings(
    words={"en": ("Hand in a plan.", "One page."), "de": ("Geben Sie einen Plan ab.", "")},
    required=True,
    types=["pdf"],
    megabytes=5,
)
CRITERION = Criterion(id="", text="Can be followed", points=3, anchors="3: every step has an owner")


def questionnaire(by: Membership, *questions: Any, languages: tuple[str, ...] = ("en",)) -> Questionnaire:
    one = questionnaire_made(
        by, title="Workshop", languages={language: plain(*questions) for language in languages}
    )
    publish_questionnaire(questionnaire=one, revision=0, reason="", without=[], by=by, now=NOW)
    return one


def newer(one: Questionnaire, by: Membership, *questions: Any) -> None:
    """Publish the next version with these questions."""
    draft = questionnaire_drafts.DRAFTS.begin(one, now=NOW)
    for row in draft.rows:
        row.questions = plain(*questions)
        row.save()
    publish_questionnaire(
        questionnaire=one, revision=draft.source.revision, reason="", without=[], by=by, now=NOW
    )


def own(by: Membership, *, languages: tuple[str, ...] = ("en", "de")) -> Test:
    """A draft with three questions and a file."""
    one = questionnaire(by, TEXT, CHOICE, SOME, languages=languages)
    test = custom_drafts.create_test(questionnaire=one, name="Workshop questions", by=by, now=NOW)
    add_file(test=test, file=PLAN, revision=revision(test))
    return test


def draft(test: Test) -> drafts.TestDraft:
    found = drafts.DRAFTS.find(test)
    assert found is not None
    return found


def revision(test: Test) -> int:
    return draft(test).source.revision


def ids(test: Test) -> list[str]:
    return [entry["id"] for entry in draft(test).content["questions"]]


def url(name: str, test: Test, *more: str) -> str:
    return reverse(name, args=[test.organisation.slug, test.pk, *more])
