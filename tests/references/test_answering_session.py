"""Pages of questions depend on relationship and answers, but keep their numbers."""

import pytest

from goodword.questionnaires.questions import parse
from goodword.questionnaires.types import Stated
from goodword.references.domain.responses import AnsweringSession, DraftAnswers, Incomplete
from tests.references.asking import QUESTIONS
from tests.support.factories import NOW

CONFIRMED = {"answer": "confirmed", "relationship": "peer"}
AS_MANAGER = {"answer": "corrected", "relationship": "manager"}
YES, NO = ({"answer": answer, "comment": ""} for answer in ("yes", "no"))


def walk(**answers: object) -> AnsweringSession:
    return AnsweringSession(
        questions=parse(QUESTIONS),
        draft=DraftAnswers(answers=answers),  # type: ignore[arg-type]  # JSON, as a draft holds it
        stated=Stated(relationship="peer"),
        today=NOW.date(),
    )


def ids(way: AnsweringSession) -> list[str]:
    return [question.id for question in way.asked]


def test_questions_for_managers_are_asked_of_managers_only() -> None:
    assert ids(walk()) == ["relationship", "led", "strengths"]
    assert ids(walk(relationship=CONFIRMED)) == ["relationship", "led", "strengths"]
    assert ids(walk(relationship=AS_MANAGER)) == ["relationship", "targets", "led", "strengths"]


def test_conditional_pages_do_not_change_page_numbers() -> None:
    assert walk().page_numbers == (1, 3, 5)
    assert walk(led=NO).page_numbers == (1, 3, 5)
    asked = walk(led=YES)
    assert asked.page_numbers == (1, 3, 4, 5)
    assert (asked.after(3), asked.before(5), asked.after(5), asked.before(1)) == (4, 4, None, None)
    assert (asked.position(4), walk().position(5)) == ((3, 4), (3, 3))
    assert asked.page_of("strengths") == 5
    assert walk().on_page(4, asked_only=True) == ()
    assert [one.id for one in walk().on_page(4, asked_only=False)] == ["team"]
    assert walk().on_page(6, asked_only=False) == ()


def test_questions_no_longer_asked_are_neither_missing_nor_answered() -> None:
    way = walk(relationship=CONFIRMED, led=NO, team="Ten.", strengths="Calm.")
    assert way.validated() == {"relationship": CONFIRMED, "led": NO, "strengths": "Calm."}


def test_missing_questions_are_listed_in_order() -> None:
    way = walk(led=YES)
    assert way.missing() == ("relationship", "team", "strengths")
    with pytest.raises(Incomplete):
        way.validated()
    assert walk(relationship=CONFIRMED, led=NO, strengths="Calm.").missing() == ()


def test_an_unfinished_answer_is_missing() -> None:
    way = AnsweringSession(
        questions=parse(QUESTIONS),
        draft=DraftAnswers(
            answers={"led": NO, "strengths": "Calm."}, typed={"relationship": {"q-x": ["corrected"]}}
        ),
        stated=Stated(relationship="peer"),
        today=NOW.date(),
    )
    assert way.missing() == ("relationship",)
