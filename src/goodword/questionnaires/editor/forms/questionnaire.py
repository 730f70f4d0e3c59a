from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.questionnaires.editor.descriptions import language_codes, language_name
from goodword.questionnaires.editor.entries import Entry, texts_of
from goodword.questionnaires.editor.files import LARGEST_FILE, LONGEST_DESCRIPTION, LONGEST_TITLE
from goodword.questionnaires.editor.forms.question import TextField
from goodword.questionnaires.types import (
    LONGEST_EXAMPLE,
    LONGEST_HEADING,
    LONGEST_LABEL,
    LONGEST_QUESTION,
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


class DetailsForm(forms.Form):
    use_required_attribute = False

    title = TextField(
        label=gettext_lazy("Title"),
        max_length=LONGEST_TITLE,
        help_text=gettext_lazy("Only your team sees it."),
        missing=gettext_lazy("Enter a title, for example Store managers."),
    )
    description = TextField(
        label=gettext_lazy("Description"),
        lines=3,
        max_length=LONGEST_DESCRIPTION,
        required=False,
        help_text=gettext_lazy("Helps colleagues choose a questionnaire for a role."),
    )


class NewForm(DetailsForm):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("The language you write in. You can add translations later."),
        error_messages={
            "invalid_choice": gettext_lazy("Choose one of the languages."),
            "required": gettext_lazy("Choose a language."),
        },
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        field: Any = self.fields["language"]
        field.choices = [(code, language_name(code)) for code in language_codes()]


class ImportForm(forms.Form):
    use_required_attribute = False

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("A JSON file made by Export, at most %(size)s kB.")
        % {"size": LARGEST_FILE // 1000},
        error_messages={
            "required": gettext_lazy("Choose the file to import."),
            "empty": gettext_lazy("The file is empty."),
            "missing": gettext_lazy("Choose the file to import."),
            "invalid": gettext_lazy("Choose the file to import."),
        },
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )


class PublishForm(forms.Form):
    use_required_attribute = False

    reason = TextField(
        label=gettext_lazy("Why so many competencies?"),
        lines=3,
        max_length=2000,
        help_text=gettext_lazy("Kept with this version."),
        missing=gettext_lazy("Explain why the job needs more than eight competencies rated."),
    )
    without = forms.MultipleChoiceField(
        label=gettext_lazy("Publish without"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("The translation is kept in a draft of the next version."),
    )

    def __init__(self, data: Any = None, *, needs_reason: bool, unfinished: list[str], **values: Any) -> None:
        super().__init__(data, **values)
        if not needs_reason:
            del self.fields["reason"]
        if unfinished:
            field: Any = self.fields["without"]
            field.choices = [(code, language_name(code)) for code in unfinished]
        else:
            del self.fields["without"]


@dataclass(frozen=True, slots=True)
class Pair:
    source: str
    what: str
    field: forms.BoundField


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    pairs: Sequence[Pair]


class TranslationForm(forms.Form):
    use_required_attribute = False

    def __init__(self, data: Any = None, *, source: Sequence[Entry], translated: Sequence[Entry]) -> None:
        super().__init__(data)
        self._source = source
        there = {entry["id"]: texts_of(entry) for entry in translated}
        for place, entry in enumerate(source, start=1):
            for where, text in texts_of(entry).items():
                words = {"place": place, "what": _what(where)}
                self.fields[f"{entry['id']}-{where}"] = TextField(
                    label=_("Question %(place)s, %(what)s") % words,
                    lines=2 if len(text) > _LONG_TEXT else 1,
                    max_length=_longest(where),
                    required=False,
                    initial=there.get(entry["id"], {}).get(where, ""),
                )

    def groups(self) -> Iterator[Group]:
        for place, entry in enumerate(self._source, start=1):
            pairs = [
                Pair(text, _alone(where), self[f"{entry['id']}-{where}"])
                for where, text in texts_of(entry).items()
            ]
            yield Group(_("Question %(place)s") % {"place": place}, pairs)

    def texts(self) -> Mapping[str, Mapping[str, str]]:
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
        "self_text": _("question in the self-assessment"),
        "competency": _("competency"),
        "left": _("statement on the left"),
        "right": _("statement on the right"),
        "unit": _("unit"),
        "choices": _("answer"),
    }[group]


def _longest(where: str) -> int:
    if where.startswith("choices."):
        return LONGEST_QUESTION
    return _LONGEST.get(where.rpartition(".")[2], LONGEST_QUESTION)
