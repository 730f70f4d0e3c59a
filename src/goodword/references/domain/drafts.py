"""Draft answers, and a session of answering them page by page. Pure."""

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
#: a longer gap between two saves is a break, not time spent answering
ONE_SITTING: Final = timedelta(minutes=30)
#: characters kept of an unfinished answer
LONGEST_TYPED: Final = 50_000


class Incomplete(Exception):
    """Some questions still need an answer: their ids, in order."""

    def __init__(self, question_ids: tuple[str, ...]) -> None:
        super().__init__(", ".join(question_ids))
        self.question_ids = question_ids


#: input of one question, by input name
type Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedAnswer:
    """One question as a page sent it: its valid `answer`, or else what was `typed`."""

    question_id: str
    finished: bool
    answer: Json = None
    typed: Typed = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Answers until they are submitted.

    `typed`: input of unfinished answers, by question id. `left`: there was a break of more than ONE_SITTING.
    """

    answers: Mapping[str, Json] = field(default_factory=dict)
    typed: Mapping[str, Typed] = field(default_factory=dict)
    saved_at: datetime | None = None
    left: bool = False

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """From stored JSON."""
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

    def fingerprint(self, question_id: str) -> str:
        """Identifies the stored state of a question; "" if empty."""
        return _fingerprint(self.answers.get(question_id), self.typed.get(question_id) or {})

    def merged(self, submitted: Sequence[SubmittedAnswer], *, seen: Mapping[str, str], now: datetime) -> Self:
        """The draft with what a page sent.

        `seen`: fingerprints of the questions when the page was shown; missing for empty ones. Answers that the page did
        not change keep their stored state, which another tab or device may have changed. Of two changes the later one
        counts.
        """
        answers, typed = dict(self.answers), dict(self.typed)
        for one in submitted:
            if _fingerprint(one.answer, one.typed) == seen.get(one.question_id, ""):
                continue
            answers.pop(one.question_id, None)
            typed.pop(one.question_id, None)
            if one.finished:
                answers[one.question_id] = one.answer
            elif one.typed:
                typed[one.question_id] = one.typed
        return replace(self, answers=answers, typed=typed).saved(now)

    def saved(self, now: datetime) -> Self:
        apart = self.saved_at is not None and now - self.saved_at > ONE_SITTING
        return replace(self, saved_at=now, left=self.left or apart)

    def seconds_since(self, begun_at: datetime | None, *, now: datetime) -> int | None:
        """Seconds since Start, or None if there was a break."""
        last = self.saved(now)
        if begun_at is None or last.left:
            return None
        return int((now - begun_at).total_seconds())


def _fingerprint(answer: Json, typed: Typed) -> str:
    if answer is None and not typed:
        return ""
    content = json.dumps([answer, {name: list(texts) for name, texts in typed.items()}], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


@dataclass(frozen=True, kw_only=True)
class AnsweringSession:
    """All questions in the reader's language, with the draft.

    `stated`: what the candidate stated about the referee. `today`: the date at the organisation.
    """

    questions: tuple[Question, ...]
    draft: Draft
    stated: Stated
    today: date

    def with_answers(self, submitted: Sequence[SubmittedAnswer], *, now: datetime) -> Self:
        return replace(self, draft=self.draft.merged(submitted, seen={}, now=now))

    @property
    def relationship(self) -> str:
        """As the referee confirmed or corrected it, else as stated."""
        for question in self.questions:
            answer = self.draft.answers.get(question.id)
            if isinstance(question, RelationshipConfirm) and isinstance(answer, Mapping):
                return str(answer["relationship"])
        return self.stated.relationship

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """The questions asked, submitted the relationship and the answers so far."""
        return applicable(self.questions, relationship=self.relationship, answers=self.draft.answers)

    @cached_property
    def facts(self) -> tuple[Question, ...]:
        """The questions of a factual reference."""
        return tuple(question for question in self.asked if isinstance(question, CONFIRMING))

    @cached_property
    def all_pages(self) -> tuple[tuple[Question, ...], ...]:
        return pages(self.questions)

    @cached_property
    def page_numbers(self) -> tuple[int, ...]:
        """Numbers of the pages on which something is asked, from 1."""
        return tuple(
            number for number in range(1, len(self.all_pages) + 1) if self.on_page(number, asked_only=True)
        )

    def on_page(self, number: int, *, asked_only: bool) -> tuple[Question, ...]:
        """The questions of a page; empty if there is no such page."""
        if not 1 <= number <= len(self.all_pages):
            return ()
        page = self.all_pages[number - 1]
        return tuple(question for question in page if question in self.asked) if asked_only else page

    def page_of(self, question_id: str) -> int:
        return next(
            number
            for number, page in enumerate(self.all_pages, start=1)
            if any(question.id == question_id for question in page)
        )

    def after(self, number: int) -> int | None:
        """The next page on which something is asked."""
        return next((later for later in self.page_numbers if later > number), None)

    def before(self, number: int) -> int | None:
        """The previous page on which something is asked."""
        return next((earlier for earlier in reversed(self.page_numbers) if earlier < number), None)

    def position(self, number: int) -> tuple[int, int]:
        """Position among the pages on which something is asked, and their number."""
        return sum(other <= number for other in self.page_numbers), len(self.page_numbers)

    def validated(self, *, of: Sequence[Question] | None = None) -> dict[str, Json]:
        """Validated answers to all questions asked, or to `of`. Raises Incomplete."""
        judged: dict[str, Json] = {}
        missing: list[str] = []
        for question in self.asked if of is None else of:
            try:
                judged[question.id] = self._validated(question)
            except AnswerError:
                missing.append(question.id)
        if missing:
            raise Incomplete(tuple(missing))
        return judged

    def missing(self) -> tuple[str, ...]:
        """Ids of the questions that still need an answer."""
        try:
            self.validated()
        except Incomplete as incomplete:
            return incomplete.question_ids
        return ()

    def _validated(self, question: Question) -> Json:
        if question.id in self.draft.typed:
            raise AnswerError("not finished")  # never shown
        answer = self.draft.answers.get(question.id)
        return validate(question, answer, stated=self.stated, today=self.today)
