from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.questionnaires import builtin
from goodword.questionnaires.editor.descriptions import numbered
from goodword.questionnaires.editor.entries import Entry, condition_of, dependants
from goodword.questionnaires.editor.forms import choices
from goodword.questionnaires.editor.forms.question import (
    CheckboxField,
    QuestionForm,
    TextField,
    WholeNumberField,
)
from goodword.questionnaires.types import (
    LONGEST_EXAMPLE,
    LONGEST_HEADING,
    LONGEST_LABEL,
    LONGEST_LINE,
    LONGEST_TEXT,
    LONGEST_UNIT,
    MOST_DECIMALS,
    RATING_LEVELS,
)

PASS = gettext_lazy("Offer “I can't judge this”")
PASS_HELP = gettext_lazy("Recommended, so that referees needn't guess.")
COMMENT = gettext_lazy("Ask for a comment")
COMMENT_HELP = gettext_lazy("Comments are optional, and take time.")


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
        help_text=gettext_lazy("Optional. Groups statements under its name."),
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
        help_text=gettext_lazy("For example “Plans ahead in detail”."),
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
    "single_choice": choices.ChoicesForm,
    "multiple_choice": choices.SomeChoicesForm,
    "adjectives": choices.AdjectivesForm,
    "ranking": choices.RankingForm,
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
