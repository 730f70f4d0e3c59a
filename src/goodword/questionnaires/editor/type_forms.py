"""Forms by question type. Rows of choices can be added and moved without JavaScript."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.questionnaires import builtin
from goodword.questionnaires.editor.descriptions import numbered
from goodword.questionnaires.editor.entries import Entry, condition_of, dependants, new_name
from goodword.questionnaires.editor.forms import CheckboxField, QuestionForm, TextField, WholeNumberField
from goodword.questionnaires.types import (
    LEAST_CHOICES,
    LONGEST_EXAMPLE,
    LONGEST_HEADING,
    LONGEST_LABEL,
    LONGEST_LINE,
    LONGEST_QUESTION,
    LONGEST_TEXT,
    LONGEST_UNIT,
    MOST_CHOICES,
    MOST_DECIMALS,
    MOST_RANKED,
    RATING_LEVELS,
)

#: empty rows of a new form, and rows added by *More answers*
ROWS, MORE_ROWS = 4, 4


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    place: int
    label: forms.BoundField
    value: str
    is_first: bool
    is_last: bool


class ChoicesForm(QuestionForm):
    """Choices keep their value when their label changes, so that results stay comparable."""

    rows_at_first = ROWS

    def __init__(self, data: Any = None, **values: Any) -> None:
        super().__init__(data, **values)
        stored = list(self.entry.get("choices", ()))
        self._known = {choice["value"] for choice in stored}
        count = len(stored) + (0 if stored else self.rows_at_first)
        if data is not None:
            count = _count(data)
        for place in range(count):
            choice = stored[place] if place < len(stored) else {"label": "", "value": ""}
            self.fields[f"choice_{place}"] = TextField(
                label=_("Answer %(place)s") % {"place": place + 1},
                max_length=LONGEST_QUESTION,
                required=False,
                initial=choice["label"],
            )
            self.fields[f"value_{place}"] = forms.CharField(
                required=False, initial=choice["value"], widget=forms.HiddenInput
            )
        self.count = count

    def rows(self) -> list[ChoiceRow]:
        return [
            ChoiceRow(
                place=place,
                label=self[f"choice_{place}"],
                value=str(self[f"value_{place}"].value() or ""),
                is_first=place == 0,
                is_last=place == self.count - 1,
            )
            for place in range(self.count)
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        given["choices"] = self._choices(given)
        if self.count and not any(f"choice_{place}" in self.errors for place in range(self.count)):
            self._check(given["choices"])
        return given

    def _choices(self, given: Mapping[str, Any]) -> list[dict[str, str]]:
        choices: list[dict[str, str]] = []
        for place in range(self.count):
            label = given.get(f"choice_{place}", "")
            if not label:
                continue
            value = given.get(f"value_{place}", "")
            taken = {choice["value"] for choice in choices}
            if value not in self._known or value in taken:
                value = new_name(label, taken=taken | self._known, otherwise="answer")
            choices.append({"value": value, "label": label})
        return choices

    def _check(self, choices: list[dict[str, str]]) -> None:
        if len(choices) < LEAST_CHOICES:
            self.add_error("choice_0", _("Write at least two answers."))
        labels = [choice["label"].casefold() for choice in choices]
        for place in range(self.count):
            label = self.cleaned_data.get(f"choice_{place}", "")
            if label and labels.index(label.casefold()) != _nth(self.cleaned_data, place):
                self.add_error(f"choice_{place}", _("This answer is listed twice."))
        there = {choice["value"] for choice in choices}
        for value, question in self.dependent_on.items():
            if value not in there:
                was = next(known["label"] for known in self.entry["choices"] if known["value"] == value)
                self.add_error(
                    "choice_0",
                    _(
                        "You can't remove “%(answer)s”: %(question)s is asked only after this answer. Change that "
                        "question's condition first."
                    )
                    % {"answer": was, "question": question},
                )

    def read_own(self) -> Entry:
        return super().read_own() | {"choices": self.cleaned_data["choices"]}


class SomeChoicesForm(ChoicesForm):
    own = ("least", "most")
    least = WholeNumberField(
        least=1,
        most=MOST_CHOICES,
        label=gettext_lazy("Choose at least"),
        help_text=gettext_lazy("How many answers a referee must choose."),
    )
    most = WholeNumberField(
        least=1,
        most=MOST_CHOICES,
        required=False,
        label=gettext_lazy("Choose at most"),
        help_text=gettext_lazy("No limit if empty."),
    )

    def initial_of(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return super().initial_of(entry) | {"least": entry.get("least", 1), "most": entry.get("most")}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        count = len(given["choices"])
        if given.get("most") is None and "most" not in self.errors:
            given["most"] = max(count, 1)
        least, most = given.get("least"), given.get("most")
        if most is not None and count >= LEAST_CHOICES and most > count:
            self.add_error("most", _("There are only %(count)s answers.") % {"count": count})
        elif least is not None and most is not None and least > most:
            self.add_error("least", _("The minimum is above the maximum."))
        return given


class AdjectivesForm(ChoicesForm):
    own = ("pick",)
    rows_at_first = 12
    pick = WholeNumberField(
        least=1,
        most=MOST_CHOICES - 1,
        label=gettext_lazy("How many to pick"),
        help_text=gettext_lazy("Referees pick exactly this many. Three of twelve is usual."),
    )

    def initial_of(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return super().initial_of(entry) | {"pick": entry.get("pick", 3)}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        count = len(given["choices"])
        if given.get("pick") and count >= LEAST_CHOICES and given["pick"] >= count:
            self.add_error("pick", _("This must be less than the %(count)s words listed.") % {"count": count})
        return given


class RankingForm(ChoicesForm):
    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if len(given["choices"]) > MOST_RANKED:
            self.add_error(
                f"choice_{MOST_RANKED}",
                _("At most %(count)s answers can be ranked.") % {"count": MOST_RANKED},
            )
        return given


def reshaped(data: QueryDict) -> QueryDict | None:
    """The posted data with rows added or swapped; None if no such button was clicked."""
    made = data.copy()
    count = _count(data)
    if "more_rows" in data:
        made["rows"] = str(min(count + MORE_ROWS, MOST_CHOICES))
        return made
    for name, by in (("row_up", -1), ("row_down", 1)):
        place = data.get(name, "")
        if place.isascii() and place.isdigit() and len(place) < 4:
            here, there = int(place), int(place) + by
            if 0 <= here < count and 0 <= there < count:
                for part in ("choice", "value"):
                    made[f"{part}_{here}"] = data.get(f"{part}_{there}", "")
                    made[f"{part}_{there}"] = data.get(f"{part}_{here}", "")
            return made
    return None


def _count(data: Any) -> int:
    rows = str(data.get("rows", ""))
    return min(int(rows), MOST_CHOICES) if rows.isascii() and rows.isdigit() and len(rows) < 4 else ROWS


def _nth(given: Mapping[str, Any], place: int) -> int:
    return sum(bool(given.get(f"choice_{before}")) for before in range(place))


PASS = gettext_lazy("Offer “I can't judge this”")
PASS_HELP = gettext_lazy("Recommended, so that referees don't have to guess.")
COMMENT = gettext_lazy("Ask for a comment")
COMMENT_HELP = gettext_lazy("Comments are optional and take extra time.")


class RatingForm(QuestionForm):
    own = ("competency", "can_pass", "comment")
    competency = TextField(
        label=gettext_lazy("Competency"),
        max_length=LONGEST_HEADING,
        missing=gettext_lazy("Name the competency in a word or two, for example Reliability."),
        help_text=gettext_lazy("The short name in results and reports, for example Reliability."),
    )
    can_pass = CheckboxField(label=PASS, help_text=PASS_HELP)
    comment = CheckboxField(label=COMMENT, help_text=COMMENT_HELP)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        stored = {level["value"]: level for level in self.entry.get("levels", ())}
        usual = builtin.competencies(self.language)[0].levels
        for level in usual:
            known = stored.get(level.value, {"label": level.label, "example": ""})
            self.fields[f"label_{level.value}"] = TextField(
                label=_("Level %(level)s: label") % {"level": level.value},
                max_length=LONGEST_LABEL,
                initial=known["label"],
                missing=_("Give level %(level)s a label.") % {"level": level.value},
            )
            self.fields[f"example_{level.value}"] = TextField(
                label=_("Level %(level)s: example of behaviour") % {"level": level.value},
                lines=2,
                max_length=LONGEST_EXAMPLE,
                initial=known["example"],
                missing=_("Describe behaviour at level %(level)s.") % {"level": level.value},
            )

    def levels(self) -> list[tuple[int, forms.BoundField, forms.BoundField]]:
        return [(level, self[f"label_{level}"], self[f"example_{level}"]) for level in RATING_LEVELS]

    def initial_of(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return super().initial_of(entry) | {
            "competency": entry.get("competency", ""),
            "can_pass": entry.get("can_pass", True),
            "comment": entry.get("comment", False),
        }

    def read_own(self) -> Entry:
        given = self.cleaned_data
        levels = [
            {"value": level, "label": given[f"label_{level}"], "example": given[f"example_{level}"]}
            for level in RATING_LEVELS
        ]
        return super().read_own() | {"levels": levels}


class AgreementForm(QuestionForm):
    own = ("competency", "can_pass", "comment")
    text_label = gettext_lazy("Statement")
    competency = TextField(
        label=gettext_lazy("Competency"),
        max_length=LONGEST_HEADING,
        required=False,
        help_text=gettext_lazy("Optional. Groups statements about the same competency."),
    )
    can_pass = CheckboxField(label=PASS, help_text=PASS_HELP)
    comment = CheckboxField(label=COMMENT, help_text=COMMENT_HELP)

    def initial_of(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return super().initial_of(entry) | {
            "competency": entry.get("competency", ""),
            "can_pass": entry.get("can_pass", True),
            "comment": entry.get("comment", False),
        }


class BetweenForm(QuestionForm):
    own = ("left", "right", "can_pass")
    text_help = gettext_lazy(
        "Shown above both statements, for example “Which of the two is {candidate} more like?”"
    )
    left = TextField(
        label=gettext_lazy("Statement on the left"),
        lines=2,
        max_length=LONGEST_EXAMPLE,
        missing=gettext_lazy("Write the statement on the left."),
        help_text=gettext_lazy("For example, “Plans ahead in detail”."),
    )
    right = TextField(
        label=gettext_lazy("Statement on the right"),
        lines=2,
        max_length=LONGEST_EXAMPLE,
        missing=gettext_lazy("Write the statement on the right."),
        help_text=gettext_lazy("Equally positive, for example “Decides as things come up”."),
    )
    can_pass = CheckboxField(label=PASS, help_text=PASS_HELP)

    def initial_of(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return super().initial_of(entry) | {
            "left": entry.get("left", ""),
            "right": entry.get("right", ""),
            "can_pass": entry.get("can_pass", True),
        }


class CommentedForm(QuestionForm):
    own = ("comment",)
    comment = CheckboxField(label=COMMENT, help_text=COMMENT_HELP)

    def initial_of(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return super().initial_of(entry) | {"comment": entry.get("comment", True)}


class WorkAgainForm(CommentedForm):
    in_self_assessment = False


class LongTextForm(QuestionForm):
    own = ("longest",)
    most: int = LONGEST_TEXT
    longest = WholeNumberField(
        least=1,
        most=LONGEST_TEXT,
        label=gettext_lazy("Maximum length"),
        help_text=gettext_lazy("In characters. A page has about 3,000."),
    )

    def initial_of(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return super().initial_of(entry) | {"longest": entry.get("longest", self.most)}


class ShortTextForm(LongTextForm):
    most = LONGEST_LINE
    longest = WholeNumberField(
        least=1,
        most=LONGEST_LINE,
        label=gettext_lazy("Maximum length"),
        help_text=gettext_lazy("In characters. A line has about 80."),
    )


class NumberForm(QuestionForm):
    own = ("least", "most", "unit", "decimals")
    _NUMBER = gettext_lazy("Enter a number, for example 0 or 2.5.")
    least = forms.DecimalField(
        label=gettext_lazy("Minimum"),
        required=False,
        max_digits=15,
        help_text=gettext_lazy("Optional."),
        error_messages={"invalid": _NUMBER},
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    most = forms.DecimalField(
        label=gettext_lazy("Maximum"),
        required=False,
        max_digits=15,
        help_text=gettext_lazy("Optional."),
        error_messages={"invalid": _NUMBER},
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    unit = TextField(
        label=gettext_lazy("Unit"),
        max_length=LONGEST_UNIT,
        required=False,
        help_text=gettext_lazy("Shown next to the number, for example people, hours or %."),
    )
    decimals = WholeNumberField(
        least=0,
        most=MOST_DECIMALS,
        label=gettext_lazy("Decimal places"),
        help_text=gettext_lazy("0 for whole numbers."),
    )

    def initial_of(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return super().initial_of(entry) | {
            "least": entry.get("least"),
            "most": entry.get("most"),
            "unit": entry.get("unit", ""),
            "decimals": entry.get("decimals", 0),
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        least, most = given.get("least"), given.get("most")
        if least is not None and most is not None and least > most:
            self.add_error("most", _("The maximum is below the minimum."))
        return given

    def read_own(self) -> Entry:
        given = self.cleaned_data
        return super().read_own() | {"least": _plain(given["least"]), "most": _plain(given["most"])}


class ConfirmForm(QuestionForm):
    in_self_assessment = False


def _plain(number: Decimal | None) -> float | None:
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


FORMS: Mapping[str, type[QuestionForm]] = {
    "rating": RatingForm,
    "agreement": AgreementForm,
    "between": BetweenForm,
    "yes_no_unsure": CommentedForm,
    "would_work_again": WorkAgainForm,
    "single_choice": ChoicesForm,
    "multiple_choice": SomeChoicesForm,
    "adjectives": AdjectivesForm,
    "ranking": RankingForm,
    "long_text": LongTextForm,
    "short_text": ShortTextForm,
    "number": NumberForm,
    "date": QuestionForm,
    "period": QuestionForm,
    "relationship_confirm": ConfirmForm,
    "dates_confirm": ConfirmForm,
    "title_confirm": ConfirmForm,
}


def form_for(
    entries: Sequence[Entry],
    entry: Mapping[str, Any],
    *,
    language: str,
    data: Any = None,
    quiet: bool = False,
) -> QuestionForm:
    question_id = entry.get("id", "")
    place = next((n for n, known in enumerate(entries) if known["id"] == question_id), len(entries))
    dependent_on = {
        value: numbered(entries, later["id"])
        for later in (dependants(entries, question_id) if question_id else [])
        for value in condition_of(later)[1]
    }
    return FORMS[entry["type"]](
        data, entry=entry, earlier=entries[:place], dependent_on=dependent_on, language=language, quiet=quiet
    )
