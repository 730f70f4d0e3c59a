"""Custom questions: totals of questions answered, correct answers and raters' points."""

from statistics import fmean

from goodword.core.report_blocks import Block, Prose, Words
from goodword.reports.pdf.taken import OwnQuestion, QuestionsTest


def own_results(test: QuestionsTest, words: Words) -> list[Block]:
    """Totals only; questions and answers are for members."""
    questions = test["questions"]
    answered = sum(question["answer"] is not None for question in questions)
    said = [words("own_answered", n=answered, m=test["items_n"])]
    if test["right"] is not None:
        said.append(words("own_right", n=test["right"], m=test["keyed"]))
    if marked := [question for question in questions if question["state"] == "done" and question["raters"]]:
        said.append(
            words(
                "own_points",
                n=_written(sum(_points(question) for question in marked), words),
                m=sum(one["points"] for question in marked for one in question["criteria"]),
                marked=len(marked),
            )
        )
    if waiting := sum(question["state"] in {"not_yet", "half"} for question in questions):
        said.append(words("own_to_mark", n=waiting))
    return [Prose(said)]


def _points(question: OwnQuestion) -> float:
    """The mean of the raters' total points."""
    places = range(len(question["raters"]))
    return fmean(sum(one["given"][place] or 0 for one in question["criteria"]) for place in places)


def _written(value: float, words: Words) -> str:
    return words.number(value, 0 if value.is_integer() else 1)
