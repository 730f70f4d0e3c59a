"""The inputs of the questions that ask to confirm or correct what the candidate stated."""

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext

from goodword.questionnaires import labels
from goodword.questionnaires.confirmations import CONFIRMED, CORRECTED, UNSURE, is_stated
from goodword.questionnaires.fields import OneChoice, TypedText
from goodword.questionnaires.inputs import MAIN, Parts, asked, heading, months
from goodword.questionnaires.types import (
    DatesConfirm,
    Question,
    RelationshipConfirm,
    Stated,
    TitleConfirm,
)


def corrections(question: RelationshipConfirm | DatesConfirm | TitleConfirm, *, stated: Stated) -> Parts:
    """Whether it is right, and what it is if it is not; the fact alone where nothing was stated."""
    match question:
        case RelationshipConfirm():
            return _relationship(question, stated)
        case DatesConfirm():
            return _dates(question, stated)
        case TitleConfirm():
            return _title(question, stated)


def _relationship(question: RelationshipConfirm, stated: Stated) -> Parts:
    offered = labels.relationships_as_asked()
    if not is_stated(question, stated):
        return {"relationship": OneChoice(choices=list(offered.items()), **heading(question))}
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
    correction = months()
    unsure = (UNSURE, gettext("I am not sure"))
    if stated.from_month is None:
        return asked(question, [(CORRECTED, gettext("I know the dates")), unsure]) | correction
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
        return asked(question, [(CORRECTED, gettext("I know the title")), unsure]) | correction
    return (
        _to_confirm(
            question,
            [(CONFIRMED, gettext("That is right")), (CORRECTED, gettext("The title was different")), unsure],
            said=stated.title,
        )
        | correction
    )


def _to_confirm(question: Question, choices: list[tuple[str, str]], *, said: str) -> Parts:
    head = heading(question)
    head["help_text"] = format_html(
        "{} {}", gettext("The candidate stated: %(said)s.") % {"said": said}, question.help
    )
    return {MAIN: OneChoice(choices=choices, **head)}
