"""The forms about adjustments: what a candidate asks for, and what somebody answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goodword.assessments.domain.adjust.answer import MOST_PERCENT
from goodword.assessments.domain.adjust.ask import STEPS
from goodword.core.text import clean_text

LONGEST = 2000
LONGEST_ANSWER = 1000
_MORE = {0: _("No more time"), 25: _("25 % more time"), 50: _("50 % more time"), 100: _("Twice the time")}
_TOO_LONG = _("This is longer than %(limit_value)d characters. Please shorten it.")
_PERCENT = _("Write a number from 1 to %(most)d.") % {"most": MOST_PERCENT}
#: the choice that takes a number of its own
OTHER = "other"


class AskForm(forms.Form):
    """What a candidate asks for; `time`: whether there is a clock that has not started."""

    use_required_attribute = False

    percent = forms.TypedChoiceField(
        label=_("More time in the parts on a clock"),
        choices=[(number, _MORE[number]) for number in (0, *STEPS)],
        coerce=int,
        initial=0,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how much more time you need, or none."),
            "invalid_choice": _("Choose how much more time you need, or none."),
        },
    )
    form = forms.BooleanField(
        label=_("Another form of a test"),
        help_text=_("Such as one that works with your screen reader, on paper, or in a talk."),
        required=False,
    )
    text = forms.CharField(
        label=_("In your own words"),
        help_text=_("Say what you need, not why: please name no diagnosis. 2000 characters at the most."),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"max_length": _TOO_LONG},
    )
    may_tell = forms.BooleanField(
        label=_("The hiring team may know of it"),
        help_text=_(
            "If you tick this, they see what is granted to you, never your words. If not, they see nothing."
        ),
        required=False,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        time: bool,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, prefix="a", initial=dict(initial or {}))
        if not time:
            del self.fields["percent"]

    def say_who_reads(self, *, outside: bool) -> None:
        """Adapt the promise if the reader hires for the role."""
        if not outside:
            self.fields["may_tell"].label = _("The others in the hiring team may know of it")

    def clean_text(self) -> str:
        """Without control characters; markup stays and is escaped where it is shown."""
        return clean_text(self.cleaned_data["text"])

    def clean(self) -> dict[str, Any]:
        """Something has to be asked for."""
        data = super().clean() or self.cleaned_data
        if not self.errors and not any(data.get(name) for name in ("percent", "form", "text")):
            first = next(iter(self.fields))
            self.add_error(
                first, _("Say what you need: more time, another form, or something in your own words.")
            )
        return data


class AnswerForm(forms.Form):
    """What somebody answers. `parts`: of the parts that may be given without figures, the place and the title."""

    use_required_attribute = False

    percent = forms.ChoiceField(
        label=_("More time"),
        choices=[*((str(number), label) for number, label in _MORE.items()), (OTHER, _("Another share"))],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how much more time they get, or none."),
            "invalid_choice": _("Choose how much more time they get, or none."),
        },
    )
    other_percent = forms.IntegerField(
        label=_("Another share, in percent"),
        help_text=_("From 1 to 200; only counts if you have chosen it above."),
        required=False,
        min_value=1,
        max_value=MOST_PERCENT,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _PERCENT),
    )
    figureless = forms.MultipleChoiceField(
        label=_("Tasks without figures"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose among the parts that are listed.")},
    )
    otherwise = forms.BooleanField(
        label=_("Another form, which you arrange with them"),
        help_text=_("Such as on paper or in a talk. Write below how it goes on."),
        required=False,
    )
    sentence = forms.CharField(
        label=_("A sentence to the candidate"),
        help_text=_(
            "They read it in a mail and on their page. It is needed if you grant nothing, or another form."
        ),
        max_length=LONGEST_ANSWER,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": _TOO_LONG},
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        time: bool,
        parts: Sequence[tuple[int, str]],
    ) -> None:
        super().__init__(data, prefix="a")
        if not time:
            del self.fields["percent"], self.fields["other_percent"]
        if parts:
            field = self.fields["figureless"]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = [(str(order), title) for order, title in parts]
        else:
            del self.fields["figureless"]

    def clean_sentence(self) -> str:
        """Without control characters."""
        return clean_text(self.cleaned_data["sentence"])

    def clean(self) -> dict[str, Any]:
        """Another share needs its number; a no and another form need a sentence."""
        data = super().clean() or self.cleaned_data
        wants_number = data.get("percent") == OTHER and "other_percent" not in self.errors
        if wants_number and data.get("other_percent") is None:
            self.add_error("other_percent", _PERCENT)
        nothing = self.share == 0 and not data.get("figureless")
        if not self.errors and not data.get("sentence") and (nothing or data.get("otherwise")):
            self.add_error(
                "sentence",
                _("Write how it goes on.")
                if data.get("otherwise")
                else _(
                    "Nothing is granted like this. Write a sentence that tells the candidate why, or what to do."
                ),
            )
        return data

    @property
    def share(self) -> int:
        """The share that is granted, in percent."""
        chosen = self.cleaned_data.get("percent", "0")
        return int(self.cleaned_data.get("other_percent") or 0) if chosen == OTHER else int(chosen or 0)

    @property
    def orders(self) -> list[int]:
        """The places of the parts that are given without figures."""
        return [int(order) for order in self.cleaned_data.get("figureless", [])]
