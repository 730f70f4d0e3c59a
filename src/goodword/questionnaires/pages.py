"""Which questions share a page: one a page, except that what is only to be confirmed stands together."""

from collections.abc import Sequence
from itertools import groupby

from goodword.questionnaires.types import CONFIRMING, Question


def pages(questions: Sequence[Question]) -> tuple[tuple[Question, ...], ...]:
    """The questions in their order, page by page.

    Neighbours that ask to confirm a stated fact take a second each and make one page; every other question
    has a page of its own.
    """
    result: list[tuple[Question, ...]] = []
    for confirming, group in groupby(questions, key=lambda question: isinstance(question, CONFIRMING)):
        members = tuple(group)
        result.extend([members] if confirming else [(question,) for question in members])
    return tuple(result)
