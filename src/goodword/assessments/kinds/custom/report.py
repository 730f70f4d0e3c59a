"""The report of custom questions: totals of questions answered, correct answers and raters' points."""

from collections.abc import Iterator
from statistics import fmean
from typing import Literal, TypedDict

from goodword.assessments.kinds.custom.result import AnsweredQuestion, QuestionsResult
from goodword.assessments.kinds.report_parts import Moment, NormedScoreData, PartHead, sheet_blocks
from goodword.core.report_blocks import Block, Prose, Section, Words


class CriterionData(TypedDict):
    """One thing that raters look at: 0 to `points`, and what each gave, in their order."""

    text: str
    points: int
    given: list[int | None]


class Remark(TypedDict):
    """What a rater wrote; `None` once erased."""

    who: str
    text: str | None


class QuestionData(TypedDict):
    """A question with its answer in words, or the name of its file (`None`: no answer, or erased). `right` is `None`
    where there is no right answer. `state`: "none" (nobody marks it), "not_yet", "half" (by one of two) or "done"."""

    text: str
    answer: str | None
    is_file: bool
    right: bool | None
    right_answer: str
    state: str
    raters: list[str]
    criteria: list[CriterionData]
    remarks: list[Remark]


class CustomPart(PartHead):
    """Own questions: `right` of `keyed` that have a right answer; `None` where none has, or once erased."""

    kind: Literal["questions"]
    right: int | None
    keyed: int
    questions: list[QuestionData]


class CustomReport:
    method: tuple[str, ...] = ("method_own",)
    is_self_report = False
    is_distance = False

    def freeze(self, result: QuestionsResult, head: PartHead, moment: Moment) -> CustomPart:
        del moment
        return {
            **head,
            "kind": "questions",
            "right": result.right,
            "keyed": result.keyed,
            "questions": [_question(found) for found in result.questions],
        }

    def without_person(self, part: CustomPart) -> CustomPart:
        questions = [_question_without_person(question) for question in part["questions"]]
        return {**part, "right": None, "questions": questions}

    def answered(self, part: CustomPart) -> int:
        return sum(question["answer"] is not None for question in part["questions"])

    def sections(self, part: CustomPart, words: Words) -> list[Section]:
        return [Section(part["name"], [*_results(part, words), *sheet_blocks(part, words)])]

    def normed_scores(self, part: CustomPart, words: Words) -> Iterator[tuple[str, NormedScoreData]]:
        del part, words
        return iter(())

    def detail_blocks(self, part: CustomPart, words: Words) -> list[Block]:
        del part, words
        return []


def _question(found: AnsweredQuestion) -> QuestionData:
    answer = "\n\n".join(text for text in (found.answer, found.comment) if text)
    return {
        "text": found.text,
        "answer": found.file.name if found.file else answer or None,
        "is_file": found.file is not None,
        "right": found.right,
        "right_answer": found.right_answer,
        "state": found.state.value,
        "raters": list(found.raters),
        "criteria": [
            {"text": one.text, "points": one.points, "given": list(one.given)} for one in found.criteria
        ],
        "remarks": [{"who": one.who, "text": one.text} for one in found.comments],
    }


def _question_without_person(question: QuestionData) -> QuestionData:
    return {
        **question,
        "answer": None,
        "is_file": False,
        "raters": [],
        "remarks": [],
        "right": None if question["right"] is None else False,
        "criteria": [{**criterion, "given": []} for criterion in question["criteria"]],
        "state": "none",
    }


def _results(test: CustomPart, words: Words) -> list[Block]:
    """Totals only; questions and answers are for members."""
    questions = test["questions"]
    answered = sum(question["answer"] is not None for question in questions)
    sentences = [words("own_answered", n=answered, m=test["items_n"])]
    if test["right"] is not None:
        sentences.append(words("own_right", n=test["right"], m=test["keyed"]))
    if marked := [question for question in questions if question["state"] == "done" and question["raters"]]:
        sentences.append(
            words(
                "own_points",
                n=_written(sum(_points(question) for question in marked), words),
                m=sum(one["points"] for question in marked for one in question["criteria"]),
                marked=len(marked),
            )
        )
    if waiting := sum(question["state"] in {"not_yet", "half"} for question in questions):
        sentences.append(words("own_to_mark", n=waiting))
    return [Prose(sentences)]


def _points(question: QuestionData) -> float:
    """The mean of the raters' total points."""
    places = range(len(question["raters"]))
    return fmean(sum(one["given"][place] or 0 for one in question["criteria"]) for place in places)


def _written(value: float, words: Words) -> str:
    return words.number(value, 0 if value.is_integer() else 1)
