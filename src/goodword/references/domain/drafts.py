"""Answers while somebody gives them: what is finished, what is only typed yet, and when it was last kept. Pure.

A draft is stored as JSON: the finished answers by question id, beside them under `ABOUT` what is known of the draft
itself. No question can have that id.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self

from goodword.questionnaires.reading import Json

ABOUT: Final = "~"
#: two savings further apart are two sittings: the time between them was not spent on answering
ONE_SITTING: Final = timedelta(minutes=30)
#: characters of an unfinished answer that are kept; more is no slip of the hand
LONGEST_TYPED: Final = 50_000

#: what was typed into the inputs of one question, by their names
type Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
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
        known = stored.get(ABOUT, {})
        return cls(
            answers={name: value for name, value in stored.items() if name != ABOUT},
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
        return {**self.answers, ABOUT: known}

    def mark(self, question_id: str) -> str:
        """Stands for what is kept of a question; "" while nothing is."""
        return _mark(self.answers.get(question_id), self.typed.get(question_id) or {})

    def taking(self, given: Sequence[Given], *, seen: Mapping[str, str], now: datetime) -> Self:
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
