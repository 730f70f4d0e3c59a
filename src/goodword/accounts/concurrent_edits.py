"""Forms that detect changes made by others since the page was opened."""

import json
from collections.abc import Mapping
from typing import Any
from zlib import crc32

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext

from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Organisation


class NoticesChanges(forms.Form):
    """Refuses the first save if stored values differ from those on the page. Subclasses call `note_stored`; views build
    the form from a locked row."""

    #: field -> a hash of the value on the page
    seen = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"id": False}))

    def note_stored(
        self, values: Mapping[str, Any], *, words: Mapping[str, str] | None = None, **labels: object
    ) -> None:
        """`words`: readable values, where they differ from those of the fields. `labels`: labels of values that have no
        field."""
        known = {name: value for name, value in values.items() if name in self.fields or name in labels}
        first = not hasattr(self, "_stored")
        if first:
            self._stored: dict[str, Any] = {}
            self._labels: dict[str, object] = {}
            self._words: dict[str, str] = {}
            self._keeps_seen = bool(self.initial.get("seen"))
        self._stored |= known
        self._labels |= labels
        self._words |= words or {}
        if not self._keeps_seen:
            self.initial["seen"] = self._codes()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if changed := self._changed(data.pop("seen", "")):
            problem = gettext("Somebody else has changed this in the meantime: %(changes)s.") % {
                "changes": "; ".join(self._in_words(name) for name in changed)
            }
            again = gettext("What you entered is below. Save again to replace their version.")
            self.add_error(None, f"{problem} {again}")
            assert isinstance(self.data, QueryDict)
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = self._codes()
        return data

    def _codes(self) -> str:
        return json.dumps({name: _code(value) for name, value in self._stored.items()})

    def _changed(self, seen: str) -> list[str]:
        try:
            codes = json.loads(seen or "{}")
        except (ValueError, RecursionError):
            return []
        if not isinstance(codes, dict):
            return []
        return [name for name, value in self._stored.items() if codes.get(name, _code(value)) != _code(value)]

    def _in_words(self, name: str) -> str:
        """Return for example "Deadline (now 10)", or only the label if the value has no short wording."""
        field, value = self.fields.get(name), self._stored[name]
        label = str(self._labels.get(name) or (field.label if field else name))
        now: object
        match field:
            case _ if name in self._words:
                now = self._words[name]
            case forms.ModelChoiceField() | forms.MultipleChoiceField() | forms.MultiValueField() | None:
                return label
            case forms.ChoiceField():
                now = dict(field.choices).get(value, value)  # type: ignore[arg-type]  # no groups
            case forms.BooleanField():
                now = gettext("on") if value else gettext("off")
            case _:
                now = field.prepare_value(value)
        text = " ".join(str(now).split())
        return gettext("%(label)s (now %(value)s)") % {
            "label": label,
            "value": text[:100] or gettext("empty"),
        }


def _code(value: Any) -> str:
    return f"{crc32(json.dumps(value, default=str, sort_keys=True).encode()):08x}"


def organisation_to_change(request: MemberRequest) -> Organisation:
    """Return the organisation; for a POST, locked until the transaction ends."""
    if request.method != "POST":
        return request.organisation
    return Organisation.objects.select_for_update(no_key=True).get(pk=request.organisation.pk)
