"""The way through the questions for one person: which pages there are, what is asked on them, and what is missing.

Pages are numbered over all questions, asked or not, so that a page keeps its number whatever is answered elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Self

from goodword.questionnaires.answers import AnswerError, validate
from goodword.questionnaires.asked import asked_of
from goodword.questionnaires.pages import pages
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import CONFIRMING, Question, RelationshipConfirm, Stated
from goodword.references.domain.drafts import Draft, Given


class Incomplete(Exception):
    """Some questions still need an answer: their ids, in order."""

    def __init__(self, question_ids: tuple[str, ...]) -> None:
        super().__init__(", ".join(question_ids))
        self.question_ids = question_ids


@dataclass(frozen=True, kw_only=True)
class Walk:
    """All questions in the language they are asked in, worded, with what is kept of the answers.

    `stated` is what the candidate stated about the referee, `today` the day where the organisation is.
    """

    questions: tuple[Question, ...]
    draft: Draft
    stated: Stated
    today: date

    def with_given(self, given: Sequence[Given], *, now: datetime) -> Self:
        """The same walk as if this had been kept."""
        return replace(self, draft=self.draft.taking(given, seen={}, now=now))

    @property
    def relationship(self) -> str:
        """What the referee was to the candidate: as they have said it themselves, else as the candidate has."""
        for question in self.questions:
            said = self.draft.answers.get(question.id)
            if isinstance(question, RelationshipConfirm) and isinstance(said, Mapping):
                return str(said["relationship"])
        return self.stated.relationship

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """The questions that are asked, by the relationship and by what is answered so far."""
        return asked_of(self.questions, relationship=self.relationship, answers=self.draft.answers)

    @cached_property
    def facts(self) -> tuple[Question, ...]:
        """Those of a factual reference: that confirm what the candidate stated."""
        return tuple(question for question in self.asked if isinstance(question, CONFIRMING))

    @cached_property
    def all_pages(self) -> tuple[tuple[Question, ...], ...]:
        """Every page, from number 1, with all that can stand on it."""
        return pages(self.questions)

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the pages on which something is asked."""
        return tuple(
            number for number in range(1, len(self.all_pages) + 1) if self.on_page(number, asked_only=True)
        )

    def on_page(self, number: int, *, asked_only: bool) -> tuple[Question, ...]:
        """The questions of a page; empty where there is no such page."""
        if not 1 <= number <= len(self.all_pages):
            return ()
        page = self.all_pages[number - 1]
        return tuple(question for question in page if question in self.asked) if asked_only else page

    def number_of(self, question_id: str) -> int:
        """The page that a question stands on."""
        return next(
            number
            for number, page in enumerate(self.all_pages, start=1)
            if any(question.id == question_id for question in page)
        )

    def after(self, number: int) -> int | None:
        """The next page on which something is asked; None after the last."""
        return next((later for later in self.numbers if later > number), None)

    def before(self, number: int) -> int | None:
        """The page before on which something is asked; None before the first."""
        return next((earlier for earlier in reversed(self.numbers) if earlier < number), None)

    def place(self, number: int) -> tuple[int, int]:
        """Where a page stands among those on which something is asked, and how many these are."""
        return sum(other <= number for other in self.numbers), len(self.numbers)

    def judged(self, *, of: Sequence[Question] | None = None) -> dict[str, Json]:
        """The answers to all that is asked (or to these), each held against its question once more.

        Raises Incomplete.
        """
        judged: dict[str, Json] = {}
        wanting: list[str] = []
        for question in self.asked if of is None else of:
            try:
                judged[question.id] = self._judge(question)
            except AnswerError:
                wanting.append(question.id)
        if wanting:
            raise Incomplete(tuple(wanting))
        return judged

    def missing(self) -> tuple[str, ...]:
        """The ids of the questions that still need an answer before a submit."""
        try:
            self.judged()
        except Incomplete as incomplete:
            return incomplete.question_ids
        return ()

    def _judge(self, question: Question) -> Json:
        if question.id in self.draft.typed:
            raise AnswerError("not finished")  # never shown: its page says what is wrong
        answer = self.draft.answers.get(question.id)
        return validate(question, answer, stated=self.stated, today=self.today)
