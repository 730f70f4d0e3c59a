from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from goodword.assessments.adjustments.open_text import CREATE, OpenTextOffer
from goodword.assessments.adjustments.requests import MAX_PERCENT, PERCENT_CHOICES
from goodword.assessments.attempts.overview import title_of
from goodword.ui.fields import LongTextField

MAX_REQUEST_LENGTH = 2000
MAX_ANSWER_LENGTH = 1000
_EXTRA_TIME = {
    0: _("No extra time"),
    25: _("25% extra time"),
    50: _("50% extra time"),
    100: _("Twice the time"),
}
_PERCENT = _("Enter a number from 1 to %(most)d.") % {"most": MAX_PERCENT}
#: choice of “Another percentage”
OTHER = "other"
#: prefix of field names, followed by the number of the part
_OPEN_TEXT = "open_text_"


class AdjustmentRequestForm(forms.Form):
    """`time`: whether extra time is still possible."""

    use_required_attribute = False

    percent = forms.TypedChoiceField(
        label=_("Extra time in timed parts"),
        choices=[(number, _EXTRA_TIME[number]) for number in (0, *PERCENT_CHOICES)],
        coerce=int,
        initial=0,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how much extra time you need, or none."),
            "invalid_choice": _("Choose how much extra time you need, or none."),
        },
    )
    form = forms.BooleanField(
        label=_("An accessible version of a test"),
        help_text=_("For example, for your screen reader, on paper or orally."),
        required=False,
    )
    text = LongTextField(
        label=_("In your own words"),
        help_text=_("Say what you need, not why. Please don't mention a diagnosis."),
        longest=MAX_REQUEST_LENGTH,
        rows=5,
        required=False,
    )
    may_disclose = forms.BooleanField(
        label=_("The hiring team may know about this"),
        help_text=_(
            "If you tick this, they see what is granted, never your words. Otherwise they see nothing."
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
        if not outside:
            self.fields["may_disclose"].label = _("The others on the hiring team may know about this")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not any(data.get(name) for name in ("percent", "form", "text")):
            first = next(iter(self.fields))
            self.add_error(
                first,
                _("Say what you need: extra time, an accessible version, or something in your own words."),
            )
        return data


class AdjustmentAnswerForm(forms.Form):
    """`parts`: number and title of parts that can be taken without figures. `open_texts`: parts with an open-text
    version."""

    use_required_attribute = False

    percent = forms.ChoiceField(
        label=_("Extra time"),
        choices=[
            *((str(number), label) for number, label in _EXTRA_TIME.items()),
            (OTHER, _("Another percentage")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how much extra time they get, or none."),
            "invalid_choice": _("Choose how much extra time they get, or none."),
        },
    )
    other_percent = forms.IntegerField(
        label=_("Extra time in percent"),
        help_text=_("From 1 to 200. Only used if you choose “Another percentage”."),
        required=False,
        min_value=1,
        max_value=MAX_PERCENT,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _PERCENT),
    )
    figureless = forms.MultipleChoiceField(
        label=_("Tasks without figures"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose from the parts listed.")},
    )
    accessible = forms.BooleanField(
        label=_("An accessible version, which you arrange with them"),
        help_text=_("For example, on paper or orally. Explain the next step below."),
        required=False,
    )
    sentence = LongTextField(
        label=_("Message to the candidate"),
        help_text=_(
            "Sent by e-mail and shown on their page. Required if you grant nothing, or an accessible version."
        ),
        longest=MAX_ANSWER_LENGTH,
        required=False,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        time: bool,
        parts: Sequence[tuple[int, str]],
        open_texts: Sequence[OpenTextOffer] = (),
    ) -> None:
        super().__init__(data, prefix="a")
        self._replaceable = [offer.part.order for offer in open_texts]
        for offer in open_texts:
            self.fields[f"{_OPEN_TEXT}{offer.part.order}"] = _open_text_field(offer)
        if not time:
            del self.fields["percent"], self.fields["other_percent"]
        if parts:
            field = self.fields["figureless"]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = [(str(order), title) for order, title in parts]
        else:
            del self.fields["figureless"]

    def clean(self) -> dict[str, Any]:
        """Require a number for “Another percentage”, and a message for refusals and accessible versions."""
        data = super().clean() or self.cleaned_data
        if self._chosen_part_has_started():
            self.refuse_started()
        wants_number = data.get("percent") == OTHER and "other_percent" not in self.errors
        if wants_number and data.get("other_percent") is None:
            self.add_error("other_percent", _PERCENT)
        nothing = self.share == 0 and not data.get("figureless") and not self.open_texts
        if not self.errors and not data.get("sentence") and (nothing or data.get("accessible")):
            self.add_error(
                "sentence",
                _("Explain the next step.")
                if data.get("accessible")
                else _("You're granting nothing. Tell the candidate why, or what to do next."),
            )
        return data

    @property
    def share(self) -> int:
        chosen = self.cleaned_data.get("percent", "0")
        return int(self.cleaned_data.get("other_percent") or 0) if chosen == OTHER else int(chosen or 0)

    @property
    def orders(self) -> list[int]:
        return [int(order) for order in self.cleaned_data.get("figureless", [])]

    @property
    def open_texts(self) -> dict[int, int]:
        chosen = {order: self.cleaned_data.get(f"{_OPEN_TEXT}{order}") for order in self._replaceable}
        return {order: int(version) for order, version in chosen.items() if version}

    def _chosen_part_has_started(self) -> bool:
        """Whether a part chosen here has started since the page was opened."""
        starts = self.add_prefix(_OPEN_TEXT), self.add_prefix("figureless")
        return any(
            value and name.startswith(starts) and name.removeprefix(f"{self.prefix}-") not in self.fields
            for name, value in self.data.items()
        )

    def open_text_fields(self) -> list[forms.BoundField]:
        return [self[f"{_OPEN_TEXT}{order}"] for order in self._replaceable]

    def refuse_started(self) -> None:
        self.add_error(
            None, _("A part that you wanted to change has started. Read your answer again, then send it.")
        )

    def refuse_open_text(self, order: int, sentence: str) -> None:
        self.add_error(f"{_OPEN_TEXT}{order}", sentence)


def _open_text_field(offer: OpenTextOffer) -> forms.ChoiceField:
    versions = [
        (
            str(version.pk),
            _("Yes: %(name)s, version %(number)s")
            % {"name": version.content["name"], "number": version.number},
        )
        for version in offer.versions
    ]
    help_text = _(
        "They write what they would do and why, without a time limit, and people mark it against a rubric. The hiring "
        "team sees which version they took once they start it, but not why. Until then they can switch back."
    )
    if not versions:
        help_text = format_lazy(
            "{} {}",
            help_text,
            _(
                "The library doesn't offer an open-text version of this set. The candidate gets the archived one or, "
                "if there is none yet, a new one with the default rubric. Members can then see in the library and the "
                "audit log that it is new, but not your name or the candidate's."
            ),
        )
    return forms.ChoiceField(
        label=_("Replace “%(title)s” with its open-text version") % {"title": title_of(offer.part)},
        choices=[
            ("", _("No, as planned")),
            *(versions or [(str(CREATE), str(_("Yes, with the default rubric")))]),
        ],
        widget=forms.RadioSelect,
        required=False,
        help_text=help_text,
        error_messages={"invalid_choice": _("That version is no longer offered. Choose again.")},
    )
