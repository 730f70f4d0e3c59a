"""Which inputs a question has, how a stored answer fills them, and how they make an answer again.

The inputs of a question are its *parts*. The part "" is the question itself, labelled with its text.
"""

from collections.abc import Mapping

from django import forms

from goodword.questionnaires import labels
from goodword.questionnaires.confirmations import CORRECTED
from goodword.questionnaires.corrections import corrections
from goodword.questionnaires.fields import (
    DayField,
    SomeChoices,
    TypedNumber,
    TypedText,
    comment_field,
    long_input,
)
from goodword.questionnaires.inputs import MAIN, Parts, asked, heading, months
from goodword.questionnaires.numbers import in_words
from goodword.questionnaires.ranking import places_in
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import (
    CONFIRMING,
    Adjectives,
    Agreement,
    Between,
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
    SingleChoice,
    Stated,
    TitleConfirm,
    WouldWorkAgain,
    YesNoUnsure,
)


def parts_of(question: Question, *, stated: Stated) -> Parts:
    """The inputs of a question by part, in the order of the page."""
    match question:
        case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return corrections(question, stated=stated)
        case SingleChoice():
            return asked(question, [(choice.value, choice.label) for choice in question.choices])
        case MultipleChoice() | Adjectives():
            offered = [(choice.value, choice.label) for choice in question.choices]
            return {MAIN: SomeChoices(choices=offered, **heading(question, _how_many(question)))}
        case Between():
            return _degrees(question, labels.between(question.left, question.right))
        case Rating() | Agreement() | YesNoUnsure() | WouldWorkAgain():
            return _commented(question)
        case Period():
            return months(required=question.required)
        case Ranking():
            return _places(question)
    return {MAIN: _entered(question)}


def _commented(question: Rating | Agreement | YesNoUnsure | WouldWorkAgain) -> Parts:
    match question:
        case Rating():
            main = _degrees(question, {level.value: level.label for level in question.levels})
        case Agreement():
            main = _degrees(question, labels.agreement())
        case YesNoUnsure():
            main = asked(question, list(labels.yes_no_unsure().items()))
        case WouldWorkAgain():
            main = asked(question, list(labels.would_work_again().items()))
    return main | ({"comment": comment_field()} if question.comment else {})


def _places(question: Ranking) -> Parts:
    places = [("", "–"), *((str(place), str(place)) for place in range(1, len(question.choices) + 1))]
    return {
        choice.value: TypedText(
            label=choice.label, required=question.required, widget=forms.Select(choices=places)
        )
        for choice in question.choices
    }


def _how_many(question: MultipleChoice | Adjectives) -> str:
    if isinstance(question, Adjectives):
        return labels.choose_exactly(question.pick)
    return labels.choose_some(question.least, question.most, of=len(question.choices))


def _degrees(question: Rating | Agreement | Between, named: Mapping[int, str]) -> Parts:
    passing = [(labels.NOT_ABLE, labels.not_able())] if question.can_pass else []
    return asked(question, [(str(value), label) for value, label in named.items()] + passing)


def _entered(question: Question) -> DayField | TypedText:
    match question:
        case Number():
            return TypedNumber(
                unit=question.unit,
                decimals=question.decimals,
                negative=question.least is None or question.least < 0,
                **heading(question),
            )
        case Date():
            return DayField(**heading(question))
        case LongText():
            return TypedText(widget=long_input(), **heading(question))
    return TypedText(**heading(question))


def filled(question: Question, value: Json) -> dict[str, object]:
    """What each part shows for a stored answer."""
    if value is None:
        return {}
    if isinstance(question, Ranking) and isinstance(value, list | tuple):
        return dict(places_in(value))
    if not isinstance(value, Mapping):
        return {MAIN: in_words(value) if isinstance(value, int | float) else value}
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
        case _:
            shown[MAIN] = value["answer"]
    return shown


def raw_answer(question: Question, given: Mapping[str, object]) -> object:
    """The answer as `answers.validate` takes it, from the parts as they were sent."""
    if isinstance(question, Rating | Agreement):
        return {"level": given[MAIN], "comment": given.get("comment")}
    if isinstance(question, Between):
        return {"place": given[MAIN]}
    if isinstance(question, Period | Ranking):
        return given
    if isinstance(question, (YesNoUnsure, WouldWorkAgain, *CONFIRMING)):
        return {"answer" if name == MAIN else name: part for name, part in given.items()}
    return given[MAIN]
