"""Every built-in template can be answered in every language, by every referee and as a self-assessment."""

from collections.abc import Sequence

import pytest

from goodword.questionnaires.builtin import keys, languages, load
from goodword.questionnaires.forms import QuestionForm
from goodword.questionnaires.questions import applicable, fill_placeholders, for_self, pages
from goodword.questionnaires.types import RELATIONSHIPS, Question
from tests.questionnaires.sample_answers import Posted, sample_answer
from tests.questionnaires.samples import KINDS, STATED, question

each = pytest.mark.parametrize(
    ("key", "language"), [(key, each) for key in keys() for each in languages(key)]
)


def answered(questions: Sequence[Question]) -> list[str]:
    """The ids of all questions that got an answer, page by page."""
    found: list[str] = []
    for page in pages(fill_placeholders(questions, candidate="Ada")):
        data: Posted = {}
        for one in page:
            data |= sample_answer(one)
        form = QuestionForm(page, data=data, stated=STATED)
        assert form.is_valid(), form.errors
        found += [name for name, answer in form.answers.items() if answer is not None]
    return found


@each
def test_referees_can_answer_all_their_questions(key: str, language: str) -> None:
    questions = load(key, language=language).questions
    for relationship in RELATIONSHIPS:
        asked = applicable(questions, relationship=relationship)
        assert answered(asked) == [question.id for question in asked]


@each
def test_candidates_can_answer_all_questions_about_themselves(key: str, language: str) -> None:
    own = for_self(load(key, language=language).questions)
    assert answered(own) == [question.id for question in own]
    assert [question.id for question in own if "{candidate}" in question.text] == []


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_a_sample_answer_to_every_type(kind: str) -> None:
    assert answered([question(kind)]) == ["it"]
