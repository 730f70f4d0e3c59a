from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypedDict, assert_never

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext

from goodword.core.validation import Json
from goodword.questionnaires import labels
from goodword.questionnaires.answers import is_stated, validate
from goodword.questionnaires.fields import (
    ConfirmChoice,
    DayField,
    MonthField,
    OneChoice,
    SomeChoices,
    TypedNumber,
    TypedText,
    comment_field,
)
from goodword.questionnaires.input_parsing import AnswerError
from goodword.questionnaires.labels import NOT_ABLE, between, between_words, not_able
from goodword.questionnaires.types import (
    CONFIRMED,
    CORRECTED,
    UNSURE,
    Adjectives,
    Agreement,
    Between,
    Confirmation,
    Date,
    DatesConfirm,
    LongText,
    MultipleChoice,
    Number,
    Period,
    Question,
    Ranking,
    Rating,
    RelationshipConfirm,
    ShortText,
    SingleChoice,
    Stated,
    TitleConfirm,
    WouldWorkAgain,
    YesNoUnsure,
)
from goodword.ui.fields import limited

#: name of the part that answers the question itself
MAIN = ""

type Parts = dict[str, forms.Field]


class FieldHeading(TypedDict):
    label: str
    help_text: str
    required: bool


@dataclass(frozen=True, slots=True)
class QuestionBlock:
    question: Question
    parts: Mapping[str, BoundField]
    #: shown above the first of several statements about one competency
    heading: str = ""

    @property
    def main(self) -> BoundField | None:
        return self.parts.get(MAIN)

    @property
    def more(self) -> tuple[BoundField, ...]:
        return tuple(field for part, field in self.parts.items() if part != MAIN)

    @property
    def template(self) -> str:
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
            case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
                return "questionnaires/confirm.html"
            case SingleChoice() | MultipleChoice() | YesNoUnsure() | WouldWorkAgain():
                return "questionnaires/choices.html"
            case _:
                assert_never(self.question)

    @property
    def levels(self) -> list[dict[str, str]]:
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
        """Positions between two statements, and “can't judge”. `label` is for screen readers, `example` is shown."""
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
    """`saved`: stored answers by question id. `answers`: valid values to store, after `is_valid()`."""

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
            shown = _initial(question, (saved or {}).get(question.id))
            for part, field in _parts_of(question, stated=self._stated).items():
                # Ids have no hyphens, so these names are unique.
                names[part] = f"{question.id}-{part}" if part else question.id
                field.initial = shown.get(part)
                self.fields[names[part]] = field
            self._names[question.id] = names

    @property
    def blocks(self) -> list[QuestionBlock]:
        blocks: list[QuestionBlock] = []
        above = ""
        for question in self.questions:
            competency = question.competency if isinstance(question, Agreement) else ""
            parts = {part: self[name] for part, name in self._names[question.id].items()}
            blocks.append(QuestionBlock(question, parts, heading=competency if competency != above else ""))
            above = competency
        return blocks

    @property
    def to_confirm(self) -> list[tuple[str, str, str]]:
        """Return question, statement and input name of each statement, if an untouched page only asks to confirm
        statements."""
        if self.is_bound or any(bound.initial for bound in self):
            return []
        fields = [(block.question.text, block.main) for block in self.blocks]
        stated = [
            (text, bound.field.stated, bound.html_name)
            for text, bound in fields
            if bound is not None and isinstance(bound.field, ConfirmChoice)
        ]
        return stated if len(stated) == len(fields) else []

    def clean(self) -> None:
        for question in self.questions:
            names = self._names[question.id]
            given = {part: self.cleaned_data.get(name) for part, name in names.items()}
            try:
                value = validate(
                    question, _raw_answer(question, given), stated=self._stated, today=self._today
                )
            except AnswerError as error:
                for problem in (error, *error.more):
                    at = problem.part if problem.part in names else next(iter(names))
                    self.add_error(names[at], problem.sentence)
            else:
                self.answers[question.id] = value


def _parts_of(question: Question, *, stated: Stated) -> Parts:
    match question:
        case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return _confirmation(question, stated)
        case SingleChoice():
            return _one_choice(question, [(choice.value, choice.label) for choice in question.choices])
        case MultipleChoice() | Adjectives():
            offered = [(choice.value, choice.label) for choice in question.choices]
            return {MAIN: SomeChoices(choices=offered, **_heading(question, _how_many(question)))}
        case Between():
            return _degrees(question, labels.between(question.left, question.right))
        case Rating():
            main = _degrees(question, {level.value: level.label for level in question.levels})
            return main | _comment(question)
        case Agreement():
            return _degrees(question, labels.agreement()) | _comment(question)
        case YesNoUnsure():
            return _one_choice(question, list(labels.yes_no_unsure().items())) | _comment(question)
        case WouldWorkAgain():
            return _one_choice(question, list(labels.would_work_again().items())) | _comment(question)
        case Period():
            return _months(required=question.required)
        case Ranking():
            return _ranks(question)
        case _:
            return {MAIN: _entered(question)}


def _entered(question: Number | Date | LongText | ShortText) -> DayField | TypedText:
    match question:
        case Number():
            return TypedNumber(
                unit=question.unit,
                decimals=question.decimals,
                negative=question.least is None or question.least < 0,
                **_heading(question),
            )
        case Date():
            return DayField(**_heading(question))
        case LongText():
            return TypedText(widget=limited(question.longest, rows=5), **_heading(question))
        case ShortText():
            return TypedText(**_heading(question))
        case _:
            assert_never(question)


def _comment(question: Rating | Agreement | YesNoUnsure | WouldWorkAgain) -> Parts:
    return {"comment": comment_field()} if question.comment else {}


def _ranks(question: Ranking) -> Parts:
    ranks = [("", "–"), *((str(rank), str(rank)) for rank in range(1, len(question.choices) + 1))]
    return {
        choice.value: TypedText(
            label=choice.label, required=question.required, widget=forms.Select(choices=ranks)
        )
        for choice in question.choices
    }


def _how_many(question: MultipleChoice | Adjectives) -> str:
    if isinstance(question, Adjectives):
        return labels.choose_exactly(question.pick)
    return labels.choose_some(question.least, question.most, of=len(question.choices))


def _degrees(question: Rating | Agreement | Between, named: Mapping[int, str]) -> Parts:
    passing = [(labels.NOT_ABLE, labels.not_able())] if question.can_pass else []
    return _one_choice(question, [(str(value), label) for value, label in named.items()] + passing)


def _heading(question: Question, also: str = "") -> FieldHeading:
    return {
        "label": question.text,
        "help_text": f"{question.help} {also}".strip(),
        "required": question.required,
    }


def _one_choice(question: Question, choices: Sequence[tuple[str, str]]) -> Parts:
    return {MAIN: OneChoice(choices=choices, **_heading(question))}


def _months(*, required: bool = True) -> Parts:
    return {
        "from": MonthField(label=gettext("First month"), required=required),
        "to": MonthField(label=gettext("Last month"), required=required),
        "ongoing": forms.BooleanField(label=gettext("It's ongoing"), required=False),
    }


def _confirmation(question: Confirmation, stated: Stated) -> Parts:
    """A choice to confirm, and inputs to correct. Only the inputs if nothing was stated."""
    match question:
        case RelationshipConfirm():
            return _relationship(question, stated)
        case DatesConfirm():
            return _dates(question, stated)
        case TitleConfirm():
            return _title(question, stated)
        case _:
            assert_never(question)


def _relationship(question: RelationshipConfirm, stated: Stated) -> Parts:
    offered = labels.relationships_as_asked()
    if not is_stated(question, stated):
        return {"relationship": OneChoice(choices=list(offered.items()), **_heading(question))}
    choose = ("", gettext("Choose"))
    correction = OneChoice(
        label=gettext("Your relationship"), widget=forms.Select, choices=[choose, *offered.items()]
    )
    return _to_confirm(
        question,
        [(CONFIRMED, gettext("That's right")), (CORRECTED, gettext("It was different"))],
        stated=offered.get(stated.relationship, stated.relationship),
    ) | {"relationship": correction}


def _dates(question: DatesConfirm, stated: Stated) -> Parts:
    correction = _months()
    unsure = (UNSURE, gettext("I'm not sure"))
    if stated.from_month is None:
        return _one_choice(question, [(CORRECTED, gettext("I know the dates")), unsure]) | correction
    return (
        _to_confirm(
            question,
            [(CONFIRMED, gettext("That's right")), (CORRECTED, gettext("The dates were different")), unsure],
            stated=labels.period(stated.from_month, stated.to_month),
        )
        | correction
    )


def _title(question: TitleConfirm, stated: Stated) -> Parts:
    correction: Parts = {"title": TypedText(label=gettext("Job title as you know it"))}
    unsure = (UNSURE, gettext("I'm not sure"))
    if not stated.title:
        return _one_choice(question, [(CORRECTED, gettext("I know the title")), unsure]) | correction
    return (
        _to_confirm(
            question,
            [(CONFIRMED, gettext("That's right")), (CORRECTED, gettext("The title was different")), unsure],
            stated=stated.title,
        )
        | correction
    )


def _to_confirm(question: Confirmation, choices: list[tuple[str, str]], *, stated: str) -> Parts:
    head = _heading(question)
    fact = gettext("The candidate stated: %(fact)s.") % {"fact": stated}
    head["help_text"] = f"{fact} {question.help}"
    return {MAIN: ConfirmChoice(choices=choices, stated=stated, **head)}


def _initial(question: Question, value: Json) -> dict[str, object]:
    if value is None:
        return {}
    if isinstance(question, Ranking) and isinstance(value, list | tuple):
        return {str(choice): str(rank) for rank, choice in enumerate(value, start=1)}
    if not isinstance(value, Mapping):
        return {MAIN: labels.written_number(value) if isinstance(value, int | float) else value}
    shown: dict[str, object] = {name: part for name, part in value.items() if part is not None}
    match question:
        case Rating() | Agreement():
            shown[MAIN] = labels.NOT_ABLE if value["not_able"] else str(value["level"])
        case Between():
            shown[MAIN] = labels.NOT_ABLE if value["not_able"] else str(value["place"])
        case Period():
            shown["ongoing"] = value["to"] is None
        case DatesConfirm():
            shown[MAIN] = value["answer"]
            shown["ongoing"] = value["answer"] == CORRECTED and value["to"] is None
        case YesNoUnsure() | WouldWorkAgain() | RelationshipConfirm() | TitleConfirm():
            shown[MAIN] = value["answer"]
        case SingleChoice() | MultipleChoice() | Adjectives() | Ranking():
            raise TypeError(f"the answer to {question.type} has no parts")
        case LongText() | ShortText() | Number() | Date():
            raise TypeError(f"the answer to {question.type} has no parts")
        case _:
            assert_never(question)
    return shown


def _raw_answer(question: Question, given: Mapping[str, object]) -> object:
    match question:
        case Rating() | Agreement():
            return {"level": given[MAIN], "comment": given.get("comment")}
        case Between():
            return {"place": given[MAIN]}
        case Period() | Ranking():
            return given
        case YesNoUnsure() | WouldWorkAgain() | RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return {"answer" if name == MAIN else name: part for name, part in given.items()}
        case SingleChoice() | MultipleChoice() | Adjectives() | LongText() | ShortText() | Number() | Date():
            return given[MAIN]
        case _:
            assert_never(question)
