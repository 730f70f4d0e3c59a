"""One page of questions as a Django form: what was typed stays, errors stand at their question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from goodword.questionnaires.answers import validate
from goodword.questionnaires.incoming import AnswerError
from goodword.questionnaires.inputs import MAIN
from goodword.questionnaires.labels import NOT_ABLE, between, between_words, not_able
from goodword.questionnaires.layout import filled, parts_of, raw_answer
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import (
    CONFIRMING,
    Adjectives,
    Agreement,
    Between,
    Date,
    LongText,
    Number,
    Period,
    Question,
    Ranking,
    Rating,
    ShortText,
    Stated,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One question as a template draws it: the bound inputs by part, and how they are drawn."""

    question: Question
    parts: Mapping[str, BoundField]
    #: what stands above the first of several statements on one competency
    heading: str = ""

    @property
    def main(self) -> BoundField | None:
        """The input of the question itself; None where only the parts ask."""
        return self.parts.get(MAIN)

    @property
    def more(self) -> tuple[BoundField, ...]:
        """The inputs beside it: a comment, or a correction."""
        return tuple(field for part, field in self.parts.items() if part != MAIN)

    @property
    def template(self) -> str:
        """The partial that draws this type."""
        match self.question:
            case Rating():
                return "questionnaires/rating.html"
            case Agreement():
                return "questionnaires/agreement.html"
            case Adjectives():
                return "questionnaires/adjectives.html"
            case Between():
                return "questionnaires/between.html"
            case LongText() | ShortText() | Date():
                return "questionnaires/text.html"
            case Number():
                return "questionnaires/number.html"
            case Period():
                return "questionnaires/period.html"
            case Ranking():
                return "questionnaires/ranking.html"
            case question if isinstance(question, CONFIRMING):
                return "questionnaires/confirm.html"
        return "questionnaires/choices.html"

    @property
    def levels(self) -> list[dict[str, str]]:
        """The levels of a rating, and the way past it, for the rating component."""
        if not isinstance(self.question, Rating):
            return []
        levels = [
            {"value": str(level.value), "label": level.label, "example": level.example}
            for level in self.question.levels
        ]
        passing = {"value": NOT_ABLE, "label": not_able(), "example": ""}
        return [*levels, passing] if self.question.can_pass else levels

    @property
    def places(self) -> list[dict[str, str]]:
        """The places between two statements and the way past them, as the template draws them.

        `label` is whole without the statements, for screen readers; `example` the short word that is seen.
        """
        if not isinstance(self.question, Between):
            return []
        words = between_words()
        places = [
            {"value": str(place), "label": label, "example": words[place]}
            for place, label in between(self.question.left, self.question.right).items()
        ]
        passing = {"value": NOT_ABLE, "label": not_able(), "example": ""}
        return [*places, passing] if self.question.can_pass else places


class QuestionForm(forms.Form):
    """The questions of one page. After `is_valid()`, `answers` holds the value to store for each of them.

    `answers` is filled question by question, so that after a failed `is_valid()` it still holds those that
    can be kept.
    """

    use_required_attribute = False

    def __init__(
        self,
        questions: Sequence[Question],
        *,
        data: QueryDict | Mapping[str, object] | None = None,
        saved: Mapping[str, Json] | None = None,
        stated: Stated | None = None,
        today: date | None = None,
        prefix: str = "q",
    ) -> None:
        super().__init__(data=data, prefix=prefix)
        self.questions = tuple(questions)
        self.answers: dict[str, Json] = {}
        self._stated = stated or Stated()
        self._today = today
        self._names: dict[str, dict[str, str]] = {}
        for question in self.questions:
            names: dict[str, str] = {}
            shown = filled(question, (saved or {}).get(question.id))
            for part, field in parts_of(question, stated=self._stated).items():
                # A hyphen cannot stand in an id, so no question's name can run into another one's part.
                names[part] = f"{question.id}-{part}" if part else question.id
                field.initial = shown.get(part)
                self.fields[names[part]] = field
            self._names[question.id] = names

    @property
    def blocks(self) -> list[Block]:
        """The questions in order, for `questionnaires/questions.html`."""
        blocks: list[Block] = []
        above = ""
        for question in self.questions:
            competency = question.competency if isinstance(question, Agreement) else ""
            parts = {part: self[name] for part, name in self._names[question.id].items()}
            blocks.append(Block(question, parts, heading=competency if competency != above else ""))
            above = competency
        return blocks

    def clean(self) -> None:
        """Judge every answer by `answers.validate` and put each error at the input that it is about."""
        for question in self.questions:
            names = self._names[question.id]
            given = {part: self.cleaned_data.get(name) for part, name in names.items()}
            try:
                value = validate(
                    question, raw_answer(question, given), stated=self._stated, today=self._today
                )
            except AnswerError as wrong:
                at = wrong.part if wrong.part in names else next(iter(names))
                self.add_error(names[at], wrong.sentence)
            else:
                self.answers[question.id] = value


def build_form(
    questions: Sequence[Question],
    *,
    data: QueryDict | Mapping[str, object] | None = None,
    saved: Mapping[str, Json] | None = None,
    stated: Stated | None = None,
    today: date | None = None,
    prefix: str = "q",
) -> QuestionForm:
    """The form for one page of questions.

    `questions` are those of the page, worded (`wording.worded`); `data` is what was posted; `saved` are
    stored answers by question id; `stated` is what the candidate stated; `today` refuses periods in the
    future.
    """
    return QuestionForm(questions, data=data, saved=saved, stated=stated, today=today, prefix=prefix)
