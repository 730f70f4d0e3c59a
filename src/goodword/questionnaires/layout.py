"""Which inputs a question has, how a stored answer fills them, and how they make an answer again.

The inputs of a question are its *parts*. The part "" is the question itself, labelled with its text.
"""

from collections.abc import Mapping
from typing import TypedDict

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext

from goodword.questionnaires import labels
from goodword.questionnaires.confirmations import CONFIRMED, CORRECTED, UNSURE, is_stated
from goodword.questionnaires.fields import (
    MonthField,
    OneChoice,
    SomeChoices,
    TypedText,
    comment_field,
    long_input,
)
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import (
    CONFIRMING,
    DatesConfirm,
    LongText,
    MultipleChoice,
    Question,
    Rating,
    RelationshipConfirm,
    SingleChoice,
    Stated,
    TitleConfirm,
    WouldWorkAgain,
    YesNoUnsure,
)

MAIN = ""

type Parts = dict[str, forms.Field]


def parts_of(question: Question, *, stated: Stated) -> Parts:
    """The inputs of a question by part, in the order of the page."""
    match question:
        case Rating():
            choices = [(str(level.value), level.label) for level in question.levels]
            passing = [(labels.NOT_ABLE, labels.not_able())] if question.can_pass else []
            return _asked(question, choices + passing) | _comment(asked=question.comment)
        case SingleChoice():
            return _asked(question, [(choice.value, choice.label) for choice in question.choices])
        case MultipleChoice():
            offered = [(choice.value, choice.label) for choice in question.choices]
            return {MAIN: SomeChoices(choices=offered, **_heading(question))}
        case YesNoUnsure():
            return _asked(question, list(labels.yes_no_unsure().items())) | _comment(asked=question.comment)
        case WouldWorkAgain():
            return _asked(question, list(labels.would_work_again().items())) | _comment(
                asked=question.comment
            )
        case RelationshipConfirm():
            return _relationship(question, stated)
        case DatesConfirm():
            return _dates(question, stated)
        case TitleConfirm():
            return _title(question, stated)
        case LongText():
            return {MAIN: TypedText(widget=long_input(), **_heading(question))}
    return {MAIN: TypedText(**_heading(question))}


def filled(question: Question, value: Json) -> dict[str, object]:
    """What each part shows for a stored answer."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        return {MAIN: value}
    shown: dict[str, object] = {name: part for name, part in value.items() if part is not None}
    if isinstance(question, Rating):
        shown[MAIN] = labels.NOT_ABLE if value["not_able"] else str(value["level"])
    else:
        shown[MAIN] = value["answer"]
    if isinstance(question, DatesConfirm):
        shown["ongoing"] = value["answer"] == CORRECTED and value["to"] is None
    return shown


def raw_answer(question: Question, given: Mapping[str, object]) -> object:
    """The answer as `answers.validate` takes it, from the parts as they were sent."""
    if isinstance(question, Rating):
        return {"level": given[MAIN], "comment": given.get("comment")}
    if isinstance(question, (YesNoUnsure, WouldWorkAgain, *CONFIRMING)):
        return {"answer" if name == MAIN else name: part for name, part in given.items()}
    return given[MAIN]


class _Heading(TypedDict):
    label: str
    help_text: str
    required: bool


def _heading(question: Question) -> _Heading:
    # Django prints a field's help text as HTML; ours is plain text with people's names in it: escaped.
    return {
        "label": question.text,
        "help_text": format_html("{}", question.help),
        "required": question.required,
    }


def _asked(question: Question, choices: list[tuple[str, str]]) -> Parts:
    return {MAIN: OneChoice(choices=choices, **_heading(question))}


def _comment(*, asked: bool) -> Parts:
    return {"comment": comment_field()} if asked else {}


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
        [(CONFIRMED, gettext("That is right")), (CORRECTED, gettext("It was different"))],
        said=offered.get(stated.relationship, stated.relationship),
    ) | {"relationship": correction}


def _dates(question: DatesConfirm, stated: Stated) -> Parts:
    correction: Parts = {
        "from": MonthField(label=gettext("First month")),
        "to": MonthField(label=gettext("Last month")),
        "ongoing": forms.BooleanField(label=gettext("It is still going on"), required=False),
    }
    unsure = (UNSURE, gettext("I am not sure"))
    if stated.from_month is None:
        return _asked(question, [(CORRECTED, gettext("I know the dates")), unsure]) | correction
    return (
        _to_confirm(
            question,
            [(CONFIRMED, gettext("That is right")), (CORRECTED, gettext("The dates were different")), unsure],
            said=labels.period(stated.from_month, stated.to_month),
        )
        | correction
    )


def _title(question: TitleConfirm, stated: Stated) -> Parts:
    correction: Parts = {"title": TypedText(label=gettext("Job title as you know it"))}
    unsure = (UNSURE, gettext("I am not sure"))
    if not stated.title:
        return _asked(question, [(CORRECTED, gettext("I know the title")), unsure]) | correction
    return (
        _to_confirm(
            question,
            [(CONFIRMED, gettext("That is right")), (CORRECTED, gettext("The title was different")), unsure],
            said=stated.title,
        )
        | correction
    )


def _to_confirm(question: Question, choices: list[tuple[str, str]], *, said: str) -> Parts:
    heading = _heading(question)
    heading["help_text"] = format_html(
        "{} {}", gettext("The candidate stated: %(said)s.") % {"said": said}, question.help
    )
    return {MAIN: OneChoice(choices=choices, **heading)}
