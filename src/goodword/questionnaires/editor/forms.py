from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.core.text import clean_text, language_codes
from goodword.questionnaires import labels
from goodword.questionnaires.editor.descriptions import answers_of, language_name, numbered
from goodword.questionnaires.editor.entries import Entry, condition_of, texts_of
from goodword.questionnaires.editor.files import LARGEST_FILE, LONGEST_DESCRIPTION, LONGEST_TITLE
from goodword.questionnaires.types import LONGEST_QUESTION, OPTION_TEXTS, RELATIONSHIPS, TEXTS

TOO_LONG = gettext_lazy("This has %(show_value)s characters; at most %(limit_value)s are allowed.")
EVERYBODY, SOME = "everybody", "some"


class TextField(forms.CharField):
    """Rejects text that is too long instead of cutting it."""

    def __init__(self, *, lines: int = 1, missing: str | Promise = "", **values: Any) -> None:
        self._one_line = lines == 1
        if lines > 1:
            values["widget"] = forms.Textarea(attrs={"rows": lines})
        messages: dict[str, Any] = {"max_length": TOO_LONG}
        if missing:
            messages["required"] = missing
        super().__init__(error_messages=messages, strip=False, **values)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Omit `maxlength`, since browsers would cut pasted text."""
        attributes = super().widget_attrs(widget)
        attributes.pop("maxlength", None)
        return attributes

    def to_python(self, value: Any) -> str:
        return clean_text(value if isinstance(value, str) else "", one_line=self._one_line)


class WholeNumberField(forms.IntegerField):
    def __init__(self, *, least: int, most: int, **values: Any) -> None:
        sentence = format_lazy(
            gettext_lazy("Enter a whole number from {least} to {most}."), least=least, most=most
        )
        super().__init__(
            min_value=least,
            max_value=most,
            error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            **values,
        )


class CheckboxField(forms.BooleanField):
    def __init__(self, **values: Any) -> None:
        super().__init__(required=False, **values)


class LanguageField(forms.ChoiceField):
    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Language"),
            help_text=gettext_lazy("The language you write in. You can add translations later."),
            error_messages={
                "invalid_choice": gettext_lazy("Choose one of the languages."),
                "required": gettext_lazy("Choose a language."),
            },
            choices=lambda: [(code, language_name(code)) for code in language_codes()],
        )


@dataclass(frozen=True, slots=True)
class ConditionSource:
    question_id: str
    words: str
    chosen: bool
    input_id: str
    answers: forms.BoundField


class QuestionForm(forms.Form):
    """`entry`: the stored question; a new one has only a type. `earlier`: the questions above it."""

    #: fields of the type, as displayed
    own: Sequence[str] = ()
    text_label: Any = gettext_lazy("Question")
    text_help: Any = gettext_lazy(
        "{candidate} becomes the candidate's name, {company} the company where they worked together."
    )
    #: whether the question can be part of the self-assessment
    in_self_assessment = True

    use_required_attribute = False

    text = TextField(lines=2, max_length=LONGEST_QUESTION, missing=gettext_lazy("Enter the question."))
    help = TextField(
        label=gettext_lazy("Help"),
        lines=2,
        max_length=LONGEST_QUESTION,
        required=False,
        help_text=gettext_lazy("Shown below the question, for example how to answer it."),
    )
    self_text = TextField(
        label=gettext_lazy("Question in the self-assessment"),
        lines=2,
        max_length=LONGEST_QUESTION,
        required=False,
        help_text=gettext_lazy(
            "Addressed to the candidate: “How reliably did you …”. If empty, the question above is used."
        ),
    )
    required = CheckboxField(
        label=gettext_lazy("Required"),
        help_text=gettext_lazy("Referees can skip optional questions."),
    )
    asked_of = forms.ChoiceField(
        label=gettext_lazy("Who is asked?"),
        widget=forms.RadioSelect,
        choices=[
            (EVERYBODY, gettext_lazy("Everyone")),
            (SOME, gettext_lazy("Only referees who were the candidate's …")),
        ],
        error_messages={"required": gettext_lazy("Choose who is asked.")},
    )
    only_for = forms.MultipleChoiceField(
        label=gettext_lazy("Only these referees"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self,
        data: Any = None,
        *,
        entry: Mapping[str, Any],
        earlier: Sequence[Entry] = (),
        dependent_on: Mapping[str, str] | None = None,
        language: str = "en",
        quiet: bool = False,
    ) -> None:
        """`dependent_on`: by answer, the questions that depend on it. `quiet`: hide errors while rows are edited."""
        self.entry, self.language, self.dependent_on = entry, language, dependent_on or {}
        self.is_new = "id" not in entry
        self._quiet = quiet
        super().__init__(data, initial=self.initial_of(entry))
        self.fields["text"].label, self.fields["text"].help_text = self.text_label, self.text_help
        relationships: Any = self.fields["only_for"]
        relationships.choices = list(labels.relationships().items())
        if not self.in_self_assessment:
            del self.fields["self_text"]
        self._earlier = [(known, answers_of(known)) for known in earlier]
        self._earlier = [(known, answers) for known, answers in self._earlier if answers]
        self._add_conditions(earlier)

    @property
    def errors(self) -> ErrorDict:
        return ErrorDict() if self._quiet else super().errors

    def is_valid(self) -> bool:
        return not self._quiet and super().is_valid()

    def _add_conditions(self, earlier: Sequence[Entry]) -> None:
        question_id, values = condition_of(self.entry)
        choices = [("", _("Always"))]
        for known, answers in self._earlier:
            words = _("Only after certain answers to %(question)s") % {
                "question": numbered(earlier, known["id"])
            }
            choices.append((known["id"], words))
            self.fields[f"when_{known['id']}"] = forms.MultipleChoiceField(
                label=_("These answers to %(question)s") % {"question": numbered(earlier, known["id"])},
                choices=list(answers.items()),
                widget=forms.CheckboxSelectMultiple,
                required=False,
                initial=values if known["id"] == question_id else [],
            )
        self.fields["when_question"] = forms.ChoiceField(
            label=_("When is it asked?"),
            choices=choices,
            widget=forms.RadioSelect,
            required=False,
            initial=question_id,
            error_messages={
                "invalid_choice": _("That question no longer exists. Choose another, or “Always”.")
            },
        )

    def own_fields(self) -> Iterator[forms.BoundField]:
        return (self[name] for name in self.own)

    def sources(self) -> list[ConditionSource]:
        chosen = self["when_question"].value() or ""
        return [
            ConditionSource(
                question_id=known["id"],
                words=str(dict(self["when_question"].field.choices)[known["id"]]),  # type: ignore[attr-defined]
                chosen=chosen == known["id"],
                input_id=f"id_when_question_{place}",
                answers=self[f"when_{known['id']}"],
            )
            for place, (known, _answers) in enumerate(self._earlier, start=1)
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        if given.get("asked_of") == SOME and not given.get("only_for"):
            self.add_error("only_for", _("Tick at least one relationship, or choose “Everyone”."))
        question_id = given.get("when_question", "")
        if question_id and not given.get(f"when_{question_id}"):
            self.add_error(f"when_{question_id}", _("Tick at least one answer, or choose “Always”."))
        return given

    def initial_of(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        only_for = list(entry.get("only_for", ()))
        return {
            "text": entry.get("text", ""),
            "help": entry.get("help", ""),
            "self_text": entry.get("self_text", ""),
            "required": entry.get("required", True),
            "asked_of": SOME if only_for else EVERYBODY,
            "only_for": only_for,
        }

    def read(self) -> Entry:
        given = self.cleaned_data
        chosen = given["only_for"] if given["asked_of"] == SOME else []
        question_id = given["when_question"]
        made: Entry = {
            "type": self.entry["type"],
            "text": given["text"],
            "help": given["help"],
            "self_text": given.get("self_text", ""),
            "required": given["required"],
            "only_for": [name for name in RELATIONSHIPS if name in chosen],
            "when": {"question": question_id, "is": given[f"when_{question_id}"]} if question_id else None,
        }
        if "id" in self.entry:
            made["id"] = self.entry["id"]
        return made | self.read_own()

    def read_own(self) -> Entry:
        return {name: self.cleaned_data[name] for name in self.own}


_LONG_TEXT = 60


class DetailsForm(forms.Form):
    use_required_attribute = False

    title = TextField(
        label=gettext_lazy("Title"),
        max_length=LONGEST_TITLE,
        help_text=gettext_lazy("Visible only to your team."),
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
    language = LanguageField()


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
class TranslationGroup:
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

    def groups(self) -> Iterator[TranslationGroup]:
        for place, entry in enumerate(self._source, start=1):
            pairs = [
                Pair(text, _alone(where), self[f"{entry['id']}-{where}"])
                for where, text in texts_of(entry).items()
            ]
            yield TranslationGroup(_("Question %(place)s") % {"place": place}, pairs)

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
    group, _dot, rest = where.partition(".")
    return OPTION_TEXTS[group][rest.rpartition(".")[2]] if rest else TEXTS[where]
