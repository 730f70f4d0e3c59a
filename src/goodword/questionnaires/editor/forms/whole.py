"""The forms for a questionnaire as a whole: its title, a file to import, publishing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goodword.questionnaires.editor.files import LARGEST_FILE, LONGEST_DESCRIPTION, LONGEST_TITLE
from goodword.questionnaires.editor.forms.fields import Words
from goodword.questionnaires.editor.languages import language_codes, language_name


class DetailsForm(forms.Form):
    """What it is called, and what it is for."""

    use_required_attribute = False

    title = Words(
        label=_("Title"),
        max_length=LONGEST_TITLE,
        help_text=_("For you and your colleagues. Referees do not see it."),
        missing=_("Write a title, for example Store managers."),
    )
    description = Words(
        label=_("What it is for"),
        lines=3,
        max_length=LONGEST_DESCRIPTION,
        required=False,
        help_text=_("A sentence for those who choose one for a role."),
    )


class NewForm(DetailsForm):
    """A new one also has a language."""

    language = forms.ChoiceField(
        label=_("Language"),
        help_text=_("In which you write the questions. Others can be added as translations."),
        error_messages={
            "invalid_choice": _("Choose one of the languages."),
            "required": _("Choose a language."),
        },
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        field: Any = self.fields["language"]
        field.choices = [(code, language_name(code)) for code in language_codes()]


class ImportForm(forms.Form):
    """A file that was exported here or elsewhere."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("File"),
        help_text=_("A JSON file of at most %(size)s kB, as Export makes it.")
        % {"size": LARGEST_FILE // 1000},
        error_messages={
            "required": _("Choose the file to import."),
            "empty": _("The file is empty."),
            "missing": _("Choose the file to import."),
            "invalid": _("Choose the file to import."),
        },
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )


class PublishForm(forms.Form):
    """The reason for many competencies, and languages to leave out."""

    use_required_attribute = False

    reason = Words(
        label=_("Why so many competencies?"),
        lines=3,
        max_length=2000,
        help_text=_("Kept with this version, for those who ask later."),
        missing=_("Say why the job needs more than eight competencies rated."),
    )
    without = forms.MultipleChoiceField(
        label=_("Publish without"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("The translation so far stays in a draft of the next version."),
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
