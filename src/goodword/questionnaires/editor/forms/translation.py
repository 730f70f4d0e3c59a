"""The texts of a questionnaire side by side: the source to read, the translation to write."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from goodword.questionnaires.editor.entries import Entry, texts_of
from goodword.questionnaires.editor.forms.choices import LONGEST_CHOICE
from goodword.questionnaires.editor.forms.fields import Words
from goodword.questionnaires.editor.forms.question import LONGEST_QUESTION
from goodword.questionnaires.editor.forms.types import (
    LONGEST_EXAMPLE,
    LONGEST_HEADING,
    LONGEST_LABEL,
    LONGEST_UNIT,
)

_LONGEST = {
    "competency": LONGEST_HEADING,
    "unit": LONGEST_UNIT,
    "left": LONGEST_EXAMPLE,
    "right": LONGEST_EXAMPLE,
    "label": LONGEST_LABEL,
    "example": LONGEST_EXAMPLE,
}
_LONG_TEXT = 60


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in both languages, and what it is within its question."""

    source: str
    what: str
    field: forms.BoundField


@dataclass(frozen=True, slots=True)
class Group:
    """The texts of one question."""

    place: int
    text: str
    pairs: Sequence[Pair]


class TranslationForm(forms.Form):
    """One input a text; what is left empty stays open."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, source: Sequence[Entry], translated: Sequence[Entry]) -> None:
        super().__init__(data)
        self._source = source
        there = {entry["id"]: texts_of(entry) for entry in translated}
        for place, entry in enumerate(source, start=1):
            for where, text in texts_of(entry).items():
                words = {"place": place, "what": _what(where)}
                self.fields[f"{entry['id']}-{where}"] = Words(
                    label=_("Question %(place)s, %(what)s") % words,
                    lines=2 if len(text) > _LONG_TEXT else 1,
                    max_length=_longest(where),
                    required=False,
                    initial=there.get(entry["id"], {}).get(where, ""),
                )

    def groups(self) -> Iterator[Group]:
        """Question by question."""
        for place, entry in enumerate(self._source, start=1):
            pairs = [
                Pair(text, _alone(where), self[f"{entry['id']}-{where}"])
                for where, text in texts_of(entry).items()
            ]
            yield Group(place, str(entry["text"]), pairs)

    def texts(self) -> Mapping[str, Mapping[str, str]]:
        """What was written, by question id and place."""
        return {
            entry["id"]: {where: self.cleaned_data[f"{entry['id']}-{where}"] for where in texts_of(entry)}
            for entry in self._source
        }


def _alone(where: str) -> str:
    words = _what(where)
    return words[:1].upper() + words[1:]


def _what(where: str) -> str:
    group, _dot, rest = where.partition(".")
    if group == "levels":
        level, _dot, name = rest.partition(".")
        words = _("label of level %(level)s") if name == "label" else _("example of level %(level)s")
        return words % {"level": level}
    return {
        "text": _("the question"),
        "help": _("help"),
        "self_text": _("as candidates are asked"),
        "competency": _("competency"),
        "left": _("statement on the left"),
        "right": _("statement on the right"),
        "unit": _("unit"),
        "choices": _("answer"),
    }[group]


def _longest(where: str) -> int:
    if where.startswith("choices."):
        return LONGEST_CHOICE
    return _LONGEST.get(where.rpartition(".")[2], LONGEST_QUESTION)
