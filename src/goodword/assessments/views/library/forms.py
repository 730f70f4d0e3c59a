"""Forms of the library's pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from goodword.assessments.catalogue.packs import MAX_REASON_LENGTH, MAX_SIGNER_LENGTH
from goodword.assessments.kinds.pack_file import LARGEST


class ImportForm(forms.Form):
    """A file, or its text."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        help_text=_("A JSON file of at most 1 MB."),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    text = forms.CharField(
        label=_("Or paste it here"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "mono"}),
    )

    def clean(self) -> None:
        """One of the two, no larger than is read."""
        file, text = self.cleaned_data.get("file"), self.cleaned_data.get("text") or ""
        if self.errors:
            return
        if file is not None and text.strip():
            self.add_error("text", _("Choose a file, or paste its text: there are both."))
        elif file is None and not text.strip():
            self.add_error("file", _("Choose a file, or paste its text."))
        elif file is not None and file.size > LARGEST:
            self.add_error("file", _("The file has more than 1 MB. A test is far smaller."))

    @property
    def source(self) -> str:
        """The field that it came by."""
        return "file" if self.cleaned_data.get("file") is not None else "text"

    @property
    def raw(self) -> bytes:
        """The bytes that are to be read."""
        file = self.cleaned_data.get("file")
        if file is not None:
            found: bytes = file.read(LARGEST + 1)
            return found
        return str(self.cleaned_data["text"]).encode("utf-8", "surrogatepass")


class SignOffForm(forms.Form):
    """Who answers for items that touch health, and why they are needed."""

    use_required_attribute = False

    name = forms.CharField(
        label=_("Who answers for them"),
        max_length=MAX_SIGNER_LENGTH,
        error_messages={"required": _("Write the name of who has read them and answers for them.")},
    )
    why = forms.CharField(
        label=_("Why they are needed for the work"),
        max_length=MAX_REASON_LENGTH,
        help_text=_("And why nothing about health or a disability can be read from the answers."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why these are needed, so that others can judge it later.")},
    )
