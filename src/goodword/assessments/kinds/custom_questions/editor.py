"""Editing custom questions. Except in open-text versions, questions are edited in their questionnaire; files, keys and
rubrics are edited here."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.assessments.kinds.content import Criterion
from goodword.assessments.kinds.custom_questions.content import FILE_TYPES, KIND, MOST_MEGABYTES
from goodword.assessments.kinds.custom_questions.uploads import ACCEPTED
from goodword.assessments.kinds.form_rows import RowsForm, row_count
from goodword.assessments.kinds.packs import MOST_POINTS
from goodword.questionnaires.editor.descriptions import language_name, short
from goodword.questionnaires.editor.forms import CheckboxField, TextField, WholeNumberField
from goodword.questionnaires.models import Questionnaire
from goodword.questionnaires.types import LONGEST_QUESTION

type Content = dict[str, Any]
type Entry = dict[str, Any]

FILE: Final = "file"
#: types of question that candidates can't answer
_OF_OTHERS: Final = {"relationship_confirm", "dates_confirm", "title_confirm", "would_work_again"}
_CHOICES: Final = {"single_choice", "multiple_choice"}
_BLANKS: Final = ("{candidate}", "{company}")


def refusals(questions: Sequence[Entry]) -> list[str]:
    found = []
    for place, entry in enumerate(questions, start=1):
        named = {"place": place, "text": short(_for_self(entry)["text"])}
        if entry["type"] in _OF_OTHERS:
            found.append(
                _(
                    "Question %(place)s, “%(text)s”, is for referees: candidates cannot answer it about themselves."
                )
                % named
            )
        elif any(blank in _for_self(entry)[name] for blank in _BLANKS for name in ("text", "help")):
            found.append(
                _(
                    "Question %(place)s, “%(text)s”, is worded about the candidate. In the questionnaire, add a "
                    "wording for candidates who answer about themselves."
                )
                % named
            )
    return found


def new_contents(
    *, name: str, languages: Mapping[str, Sequence[Entry]], questionnaire: int, number: int
) -> dict[str, Content]:
    one = f"own_{secrets.token_hex(6)}"
    return {
        language: {
            "kind": KIND,
            "id": one,
            "version": "1",
            "language": language,
            "name": name,
            "instructions": "",
            "questions": [_for_self(entry) for entry in questions],
            "rubrics": [],
            "right": {},
            "taken_from": {"questionnaire": questionnaire, "number": number},
        }
        for language, questions in languages.items()
    }


def with_questions(
    content: Content, questions: Sequence[Entry], *, questionnaire: int, number: int
) -> Content:
    """Take over the questions of a newer version. File questions keep their place after the same question; questions
    that remain keep rubrics and right answers."""
    made = [_for_self(entry) for entry in questions]
    for place, entry in enumerate(content["questions"]):
        if entry["type"] == FILE:
            before = [question["id"] for question in content["questions"][:place]]
            there = [n for n, question in enumerate(made, start=1) if question["id"] in before]
            made.insert(max(there, default=0), entry)
    by_id = {entry["id"]: entry for entry in made}
    right = {
        question_id: values
        for question_id, values in content["right"].items()
        if question_id in by_id
        and has_choices(by_id[question_id])
        and set(values) <= {choice["value"] for choice in by_id[question_id]["choices"]}
    }
    return content | {
        "questions": made,
        "rubrics": [
            rubric
            for rubric in content["rubrics"]
            if rubric["question"] in by_id and not has_choices(by_id[rubric["question"]])
        ],
        "right": right,
        "taken_from": {"questionnaire": questionnaire, "number": number},
    }


def without_texts(content: Content, *, language: str) -> Content:
    questions = [
        entry | {"text": "", "help": ""} if entry["type"] == FILE else entry for entry in content["questions"]
    ]
    return content | {"language": language, "name": "", "instructions": "", "questions": questions}


def has_choices(entry: Entry) -> bool:
    return entry["type"] in _CHOICES


def place_of(content: Content, question_id: str) -> int:
    for place, entry in enumerate(content["questions"]):
        if entry["id"] == question_id:
            return place
    raise KeyError(question_id)


def rubric_of(content: Content, question_id: str) -> list[dict[str, Any]]:
    found = next((rubric for rubric in content["rubrics"] if rubric["question"] == question_id), None)
    return list(found["criteria"]) if found else []


def is_written_here(content: Content, entry: Entry) -> bool:
    return entry["type"] == FILE or not content.get("taken_from")


def count_missing_texts(content: Content) -> int:
    written = [entry for entry in content["questions"] if is_written_here(content, entry)]
    return (not content["name"]) + sum(not entry["text"] for entry in written)


def _for_self(entry: Entry) -> Entry:
    made = {key: value for key, value in entry.items() if key not in {"self_text", "only_for"}}
    return made | {"text": entry.get("self_text") or entry["text"], "help": entry.get("help", "")}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSettings:
    words: Mapping[str, tuple[str, str]]
    required: bool
    types: Sequence[str]
    megabytes: int


LONGEST_NAME: Final = 200
LONGEST_INSTRUCTIONS: Final = 2000
LONGEST_TEXT: Final = 1000
MOST_CRITERIA: Final = 10
#: empty rows of a new rubric
CRITERIA: Final = 2
PARTS: Final = ("text", "points", "anchors", "id")


class BeginForm(forms.Form):
    use_required_attribute = False

    name = TextField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("Shown to candidates."),
        missing=gettext_lazy("Enter a name, for example Questions from the workshop."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        questionnaires: QuerySet[Questionnaire],
        offered: Sequence[Questionnaire],
    ) -> None:
        """`offered`: questionnaires that candidates can answer."""
        super().__init__(data)
        field = forms.ModelChoiceField(
            label=_("Questionnaire"),
            queryset=questionnaires,
            widget=forms.RadioSelect,
            empty_label=None,
            error_messages={
                "required": _("Choose a questionnaire."),
                "invalid_choice": _("Choose one of these questionnaires."),
            },
        )
        field.choices = [(questionnaire.pk, str(questionnaire)) for questionnaire in offered]
        self.fields["questionnaire"] = field


@dataclass(frozen=True, slots=True)
class InLanguage:
    language: str
    name: str
    first: forms.BoundField
    second: forms.BoundField


class WordsForm(forms.Form):
    """Two texts in each language of the draft; only the first text in the source language is required."""

    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        *,
        languages: Mapping[str, tuple[str, str]],
        first: tuple[str, int, str],
        second: tuple[str, int, str],
    ) -> None:
        """`languages`: texts by language; `first` and `second`: label, maximum length, hint."""
        super().__init__(data)
        self._languages = list(languages)
        for number, (language, texts) in enumerate(languages.items()):
            words = {"language": language_name(language)}
            for which, (label, most, hint), text in (
                ("first", first, texts[0]),
                ("second", second, texts[1]),
            ):
                needed = which == "first" and number == 0
                self.fields[f"{which}_{language}"] = TextField(
                    label=label if len(languages) == 1 else f"{label} ({words['language']})",
                    max_length=most,
                    lines=1 if most <= LONGEST_NAME else 3,
                    required=needed,
                    initial=text,
                    help_text=hint,
                    missing=_("Write it in the source language.") if needed else "",
                )

    def in_languages(self) -> Iterator[InLanguage]:
        for language in self._languages:
            yield InLanguage(
                language, language_name(language), self[f"first_{language}"], self[f"second_{language}"]
            )

    def words(self) -> dict[str, tuple[str, str]]:
        given = self.cleaned_data
        return {
            language: (given[f"first_{language}"], given[f"second_{language}"])
            for language in self._languages
        }


def _texts(languages: Sequence[str], entries: Sequence[Entry]) -> dict[str, tuple[str, str]]:
    return {
        language: (entries[n]["text"], entries[n].get("help", "")) if entries else ("", "")
        for n, language in enumerate(languages)
    }


def details_form(data: Any, contents: Sequence[Content]) -> WordsForm:
    return WordsForm(
        data,
        languages={content["language"]: (content["name"], content["instructions"]) for content in contents},
        first=(_("Name"), LONGEST_NAME, ""),
        second=(
            _("Instructions"),
            LONGEST_INSTRUCTIONS,
            _("What candidates read before the first question."),
        ),
    )


class QuestionForm(WordsForm):
    def __init__(self, data: Any = None, *, languages: Sequence[str], entries: Sequence[Entry]) -> None:
        super().__init__(
            data,
            languages=_texts(languages, entries),
            first=(_("Question"), LONGEST_QUESTION, ""),
            second=(_("Help"), LONGEST_QUESTION, _("A hint, shown in smaller text.")),
        )


class FileForm(WordsForm):
    types = forms.MultipleChoiceField(
        label=gettext_lazy("Accepted file types"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick at least one type."),
            "invalid_choice": gettext_lazy("Tick types from the list."),
        },
    )
    megabytes = WholeNumberField(
        least=1,
        most=MOST_MEGABYTES,
        label=gettext_lazy("Maximum size in MB"),
        help_text=gettext_lazy("A phone photo is about 4, a page of text less than 1."),
    )
    required = CheckboxField(
        label=gettext_lazy("Required"),
        help_text=gettext_lazy("If not ticked, candidates can skip it."),
    )

    def __init__(self, data: Any = None, *, languages: Sequence[str], entries: Sequence[Entry]) -> None:
        super().__init__(
            data,
            languages=_texts(languages, entries),
            first=(_("What to upload"), LONGEST_TEXT, ""),
            second=(_("Help"), LONGEST_TEXT, _("A hint, shown in smaller text.")),
        )
        field: Any = self.fields["types"]
        field.choices = [
            (file_type, f"{_type_name(file_type)} ({', '.join(ACCEPTED[file_type])})")
            for file_type in FILE_TYPES
        ]
        field.initial = entries[0]["types"] if entries else ["pdf"]
        self.fields["megabytes"].initial = entries[0]["megabytes"] if entries else 5
        self.fields["required"].initial = entries[0]["required"] if entries else True

    def file(self) -> FileSettings:
        given = self.cleaned_data
        return FileSettings(
            words=self.words(),
            required=given["required"],
            types=given["types"],
            megabytes=given["megabytes"],
        )


class RightForm(forms.Form):
    use_required_attribute = False

    def __init__(self, data: Any = None, *, entry: Entry, right: Sequence[str]) -> None:
        super().__init__(data)
        choices = [(choice["value"], choice["label"]) for choice in entry["choices"]]
        errors = {"invalid_choice": _("Choose one of these.")}
        if entry["type"] == "single_choice":
            self.fields["right"] = forms.ChoiceField(
                label=_("The right answer"),
                choices=[("", _("None: answers are only read")), *choices],
                widget=forms.RadioSelect,
                required=False,
                initial=right[0] if right else "",
                error_messages=errors,
            )
        else:
            self.fields["right"] = forms.MultipleChoiceField(
                label=_("The right answers"),
                help_text=_(
                    "An answer is right if exactly these are ticked. Without any, answers are only read."
                ),
                choices=choices,
                widget=forms.CheckboxSelectMultiple,
                required=False,
                initial=list(right),
                error_messages=errors,
            )

    def values(self) -> list[str]:
        given = self.cleaned_data["right"]
        return [given] if isinstance(given, str) and given else list(given)


@dataclass(frozen=True, slots=True)
class QuestionRow:
    place: int
    text: forms.BoundField
    points: forms.BoundField
    anchors: forms.BoundField
    id: str
    is_first: bool
    is_last: bool

    @property
    def number(self) -> int:
        return self.place + 1


class RubricForm(RowsForm):
    def __init__(
        self, data: Any = None, *, criteria: Sequence[Mapping[str, Any]], quiet: bool = False
    ) -> None:
        super().__init__(data, quiet=quiet)
        self._known = {criterion["id"] for criterion in criteria}
        self.count = len(criteria) or CRITERIA if data is None else row_count(data, most=MOST_CRITERIA)
        for place in range(self.count):
            stored = criteria[place] if place < len(criteria) else {}
            number = {"number": place + 1}
            self.fields[f"text_{place}"] = TextField(
                label=_("Criterion %(number)s") % number,
                max_length=300,
                required=False,
                initial=stored.get("text", ""),
            )
            self.fields[f"points_{place}"] = WholeNumberField(
                least=1,
                most=MOST_POINTS,
                label=_("Points for criterion %(number)s") % number,
                required=False,
                initial=stored.get("points"),
            )
            self.fields[f"anchors_{place}"] = TextField(
                label=_("What earns points on criterion %(number)s") % number,
                lines=3,
                max_length=LONGEST_TEXT,
                required=False,
                initial=stored.get("anchors", ""),
            )
            self.fields[f"id_{place}"] = forms.CharField(
                required=False, initial=stored.get("id", ""), widget=forms.HiddenInput
            )

    def criteria_shown(self) -> Iterator[QuestionRow]:
        for place in range(self.count):
            yield QuestionRow(
                place,
                self[f"text_{place}"],
                self[f"points_{place}"],
                self[f"anchors_{place}"],
                str(self[f"id_{place}"].value() or ""),
                place == 0,
                place == self.count - 1,
            )

    def clean(self) -> dict[str, Any]:
        """Ignore empty rows; all others need a criterion and points."""
        given = super().clean() or {}
        for place in range(self.count):
            text, points, anchors = (given.get(f"{part}_{place}") for part in ("text", "points", "anchors"))
            if not (text or points or anchors or f"points_{place}" in self.errors):
                continue
            if not text and f"text_{place}" not in self.errors:
                self.add_error(f"text_{place}", _("Describe the criterion, or remove it."))
            if not points and f"points_{place}" not in self.errors:
                self.add_error(f"points_{place}", _("Enter a whole number from 1 to 10."))
        return given

    def criteria(self) -> list[Criterion]:
        given, left, found = self.cleaned_data, set(self._known), []
        for place in range(self.count):
            if not given[f"text_{place}"]:
                continue
            known = given[f"id_{place}"] if given[f"id_{place}"] in left else ""
            left.discard(known)
            found.append(
                Criterion(
                    id=known,
                    text=given[f"text_{place}"],
                    points=given[f"points_{place}"],
                    anchors=given[f"anchors_{place}"],
                )
            )
        return found


def _type_name(file_type: str) -> str:
    return {
        "pdf": _("PDF"),
        "image": _("Picture"),
        "text": _("Plain text"),
        "document": _("Text document"),
        "sheet": _("Spreadsheet"),
        "slides": _("Slides"),
    }[file_type]
