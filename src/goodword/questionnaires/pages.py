"""Which questions share a page: one a page, except for what is quickly done together."""

from collections.abc import Hashable, Sequence

from goodword.questionnaires.types import CONFIRMING, Agreement, Question

#: statements of one competency that stand on one page of a phone
MOST_STATEMENTS = 5


def pages(questions: Sequence[Question]) -> tuple[tuple[Question, ...], ...]:
    """The questions in their order, page by page.

    Neighbours that ask to confirm a stated fact take a second each and make one page; so do neighbouring
    statements on one competency, five at most. Every other question has a page of its own.

    A question with a condition never shares a page with the one that it hangs on, so that its page can be left
    out by the time it would come. Which pages there are therefore follows who is asked and what was answered:
    `pages(asked_of(questions, relationship=..., answers=...))`.
    """
    result: list[list[Question]] = []
    for question in questions:
        if result and _joins(question, result[-1]):
            result[-1].append(question)
        else:
            result.append([question])
    return tuple(tuple(page) for page in result)


def _joins(question: Question, page: Sequence[Question]) -> bool:
    kind = _kind(question)
    if kind is None or kind != _kind(page[-1]):
        return False
    if isinstance(question, Agreement) and len(page) == MOST_STATEMENTS:
        return False
    return question.when is None or question.when.question not in {asked.id for asked in page}


def _kind(question: Question) -> Hashable | None:
    """What neighbours must have in common to share a page; None for questions that never do."""
    if isinstance(question, CONFIRMING):
        return "confirming"
    if isinstance(question, Agreement) and question.competency:
        return (Agreement.kind, question.competency)
    return None
