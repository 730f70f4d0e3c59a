"""Inputs that several types of question share."""

from collections.abc import Sequence
from typing import TypedDict

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext

from goodword.questionnaires.fields import MonthField, OneChoice
from goodword.questionnaires.types import Question

#: the part that is the question itself, labelled with its text
MAIN = ""

type Parts = dict[str, forms.Field]


class Heading(TypedDict):
    label: str
    help_text: str
    required: bool


def heading(question: Question, also: str = "") -> Heading:
    """How the main input of a question is labelled; `also` goes behind its help text."""
    # Django prints a field's help text as HTML; ours is plain text with people's names in it: escaped.
    return {
        "label": question.text,
        "help_text": format_html("{}", f"{question.help} {also}".strip()),
        "required": question.required,
    }


def asked(question: Question, choices: Sequence[tuple[str, str]]) -> Parts:
    """One choice as the main input."""
    return {MAIN: OneChoice(choices=choices, **heading(question))}


def months(*, required: bool = True) -> Parts:
    """The first and the last month of a period, and whether it is still going on."""
    return {
        "from": MonthField(label=gettext("First month"), required=required),
        "to": MonthField(label=gettext("Last month"), required=required),
        "ongoing": forms.BooleanField(label=gettext("It is still going on"), required=False),
    }
