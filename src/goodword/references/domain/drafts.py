"""Draft answers and the pages of questions that they belong to. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final, Self

from goodword.core.json_reading import Json
from goodword.questionnaires.answers import validate
from goodword.questionnaires.input_parsing import AnswerError
from goodword.questionnaires.routing import applicable, pages
from goodword.questionnaires.types import CONFIRMING, Question, RelationshipConfirm, Stated

META_KEY: Final = "~"
#: two savings further apart are two sittings: the time between them was not spent on answering
ONE_SITTING: Final = timedelta(minutes=30)
#: characters of an unfinished answer that are kept; more is no slip of the hand
LONGEST_TYPED: Final = 50_000


class Incomplete(Exception):
    """Some questions still need an answer: their ids, in order."""

    def __init__(self, question_ids: tuple[str, ...]) -> None:
        super().__init__(", ".join(question_ids))
        self.question_ids = question_ids


#: what was typed into the inputs of one question, by their names
type Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedAnswer:
    """One question as a page sent it: its answer if that can be taken as it is, else what was typed."""

    question_id: str
    finished: bool
    answer: Json = None
    typed: Typed = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is kept of somebody's answers until they submit.

    `typed` holds questions whose answer is not finished: they show again what was typed, and want an answer.
    `left` says that there was a break between two savings (`ONE_SITTING`).
    """

    answers: Mapping[str, Json] = field(default_factory=dict)
    typed: Mapping[str, Typed] = field(default_factory=dict)
    saved_at: datetime | None = None
    left: bool = False

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """From its JSON."""
        known = stored.get(META_KEY, {})
        return cls(
            answers={name: value for name, value in stored.items() if name != META_KEY},
            typed=known.get("typed", {}),
            saved_at=datetime.fromisoformat(known["saved_at"]) if "saved_at" in known else None,
            left=known.get("left", False),
        )

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        known = {
            "typed": self.typed,
            "left": self.left,
            **({"saved_at": self.saved_at.isoformat()} if self.saved_at else {}),
        }
        return {**self.answers, META_KEY: known}

    def mark(self, question_id: str) -> str:
        """Stands for what is kept of a question; "" while nothing is."""
        return _mark(self.answers.get(question_id), self.typed.get(question_id) or {})

    def taking(self, given: Sequence[SubmittedAnswer], *, seen: Mapping[str, str], now: datetime) -> Self:
        """The draft with what a page sent.

        `seen` are the marks of the draft that the page showed, by question id; "" or none for an empty input. What
        was not touched on that page stays as it is, whatever another tab or device has made of it since; of two
        that touched it the later counts.
        """
        answers, typed = dict(self.answers), dict(self.typed)
        for one in given:
            if _mark(one.answer, one.typed) == seen.get(one.question_id, ""):
                continue
            answers.pop(one.question_id, None)
            typed.pop(one.question_id, None)
            if one.finished:
                answers[one.question_id] = one.answer
            elif one.typed:
                typed[one.question_id] = one.typed
        return replace(self, answers=answers, typed=typed).touched(now)

    def touched(self, now: datetime) -> Self:
        """The draft as kept at `now`."""
        apart = self.saved_at is not None and now - self.saved_at > ONE_SITTING
        return replace(self, saved_at=now, left=self.left or apart)

    def seconds_since(self, begun_at: datetime | None, *, now: datetime) -> int | None:
        """The seconds from Start until now, if it was one sitting."""
        last = self.touched(now)
        if begun_at is None or last.left:
            return None
        return int((now - begun_at).total_seconds())


def _mark(answer: Json, typed: Typed) -> str:
    if answer is None and not typed:
        return ""
    said = json.dumps([answer, {name: list(texts) for name, texts in typed.items()}], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


@dataclass(frozen=True, kw_only=True)
class AnsweringSession:
    """All questions in the language they are asked in, worded, with what is kept of the answers.

    `stated` is what the candidate stated about the referee, `today` the day where the organisation is.
    """

    questions: tuple[Question, ...]
    draft: Draft
    stated: Stated
    today: date

    def with_given(self, given: Sequence[SubmittedAnswer], *, now: datetime) -> Self:
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
        return applicable(self.questions, relationship=self.relationship, answers=self.draft.answers)

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
        """The answers to all questions that are asked (or to these), validated again.

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
