"""The forms of the judgement editor."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.assessments.catalogue.judgement import KeyedAction
from goodword.assessments.editor import rows
from goodword.assessments.editor.judgement import Content, plain, texts_of
from goodword.assessments.kinds.builtin import LANGUAGES
from goodword.assessments.kinds.judgement.content import FEWEST_ACTIONS
from goodword.questionnaires.editor.forms.fields import Words
from goodword.questionnaires.editor.languages import language_name

LONGEST_NAME: Final = 200
LONGEST_LINE: Final = 500
LONGEST_TEXT: Final = 1000
MOST_ACTIONS: Final = 12
#: rows that a new scenario begins with
ACTIONS: Final = 4
PARTS: Final = ("action", "key", "reason", "id")


class DetailsForm(forms.Form):
    """The set as a whole."""

    use_required_attribute = False

    name = Words(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("Candidates see it."),
        missing=gettext_lazy("Write a name, for example Situations in the workshop."),
    )
    construct = Words(
        label=gettext_lazy("What it measures"),
        lines=2,
        max_length=LONGEST_LINE,
        help_text=gettext_lazy("In one sentence, for those who read the results."),
        missing=gettext_lazy("Say in one sentence what the set is about."),
    )
    instructions = Words(
        label=gettext_lazy("Instructions"),
        lines=4,
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy("What candidates read before the first situation."),
        missing=gettext_lazy("Write what candidates are to do."),
    )


class NewForm(DetailsForm):
    """A new set also has a language."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("In which you write it. Others can be added as translations."),
        error_messages={
            "invalid_choice": gettext_lazy("Choose one of the languages."),
            "required": gettext_lazy("Choose a language."),
        },
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        field: Any = self.fields["language"]
        field.choices = [(code, language_name(code)) for code in LANGUAGES]


@dataclass(frozen=True, slots=True)
class Row:
    """One action as the page draws it."""

    place: int
    text: forms.BoundField
    key: forms.BoundField
    reason: forms.BoundField
    id: str
    is_first: bool
    is_last: bool

    @property
    def number(self) -> int:
        """Its place, from 1."""
        return self.place + 1


class ScenarioForm(rows.RowsForm):
    """A situation with its actions; each has a key on the answer scale, in half steps, and the reason for it."""

    use_required_attribute = False

    text = Words(
        label=gettext_lazy("What happens"),
        lines=4,
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy(
            "A situation that people face in this job, without a hint at the best response."
        ),
        missing=gettext_lazy("Describe the situation."),
    )

    def __init__(
        self, data: Any = None, *, content: Content, scenario: Mapping[str, Any], quiet: bool = False
    ) -> None:
        super().__init__(data, quiet=quiet, initial={"text": scenario.get("text", "")})
        stored: Sequence[Mapping[str, Any]] = scenario.get("actions", ())
        self.count = len(stored) or ACTIONS if data is None else rows.count(data, most=MOST_ACTIONS)
        scale = content["response_scale"]
        labels = {float(option["value"]): option["label"] for option in scale}
        steps = [value / 2 for value in range(2 * scale[0]["value"], 2 * scale[-1]["value"] + 1)]
        keys = [("", _("Choose"))] + [
            (plain(step), f"{plain(step)} {labels[step]}" if step in labels else plain(step))
            for step in steps
        ]
        for place in range(self.count):
            self._row(place, stored[place] if place < len(stored) else {}, keys)

    def _row(self, place: int, action: Mapping[str, Any], keys: Sequence[tuple[str, str]]) -> None:
        number = {"number": place + 1}
        self.fields[f"action_{place}"] = Words(
            label=_("Action %(number)s") % number,
            lines=2,
            max_length=LONGEST_LINE,
            required=False,
            initial=action.get("text", ""),
        )
        key = action.get("effectiveness")
        self.fields[f"key_{place}"] = forms.ChoiceField(
            label=_("Key of action %(number)s") % number,
            choices=keys,
            required=False,
            initial="" if key is None else plain(key),
            error_messages={"invalid_choice": _("Choose one of the steps.")},
        )
        self.fields[f"reason_{place}"] = Words(
            label=_("Reason for the key of action %(number)s") % number,
            lines=2,
            max_length=LONGEST_LINE,
            required=False,
            initial=action.get("reason", ""),
        )
        self.fields[f"id_{place}"] = forms.CharField(
            required=False, initial=action.get("id", ""), widget=forms.HiddenInput
        )

    def actions_shown(self) -> Iterator[Row]:
        """The actions, in order."""
        for place in range(self.count):
            yield Row(
                place,
                self[f"action_{place}"],
                self[f"key_{place}"],
                self[f"reason_{place}"],
                str(self[f"id_{place}"].value() or ""),
                place == 0,
                place == self.count - 1,
            )

    def clean(self) -> dict[str, Any]:
        """Rows that are wholly empty are left out; all others are whole, and there are two at least."""
        given = super().clean() or {}
        texts = []
        for place in range(self.count):
            text, key, reason = (given.get(f"{part}_{place}", "") for part in ("action", "key", "reason"))
            if not (text or key or reason):
                continue
            for part, value, sentence in (
                ("action", text, _("Describe a possible action, or remove this one.")),
                ("key", key, _("Choose how effective it is.")),
                ("reason", reason, _("Say why it is as effective as that.")),
            ):
                if not value and f"{part}_{place}" not in self.errors:
                    self.add_error(f"{part}_{place}", sentence)
            if text.casefold() in texts:
                self.add_error(f"action_{place}", _("This action is here twice."))
            texts.append(text.casefold())
        if len(texts) < FEWEST_ACTIONS and not self.errors:
            self.add_error("action_0" if self.count else None, _("Write at least two actions to judge."))
        return given

    def actions(self) -> list[KeyedAction]:
        """The actions that were written."""
        given = self.cleaned_data
        return [
            KeyedAction(
                id=given[f"id_{place}"],
                text=given[f"action_{place}"],
                effectiveness=float(given[f"key_{place}"]),
                reason=given[f"reason_{place}"],
            )
            for place in range(self.count)
            if given[f"action_{place}"]
        ]


class PublishForm(forms.Form):
    """Where the key comes from."""

    use_required_attribute = False

    key_by = Words(
        label=gettext_lazy("Who set the key"),
        max_length=200,
        help_text=gettext_lazy("Names, and what they do: Ana Ruiz and Tom Berg, heads of service."),
        missing=gettext_lazy("Name those who set the key."),
    )
    key_how = Words(
        label=gettext_lazy("How they set it"),
        lines=3,
        max_length=700,
        help_text=gettext_lazy(
            "For example: each rated every action alone, then they agreed where they differed by more than one."
        ),
        missing=gettext_lazy("Describe how the key was created."),
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in both languages, and what it is."""

    source: str
    what: str
    field: forms.BoundField


@dataclass(frozen=True, slots=True)
class Group:
    """The set as a whole (`number` 0), or one scenario."""

    number: int
    pairs: Sequence[Pair]


class TranslationForm(forms.Form):
    """One input a text; what is left empty stays open."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, source: Content, translated: Content) -> None:
        super().__init__(data)
        self._source, self._wanted = source, texts_of(source)
        there = texts_of(translated)
        for place, text in self._wanted.items():
            long = place == "instructions" or place.startswith("scenario-")
            self.fields[place] = Words(
                label=_what(place),
                lines=2 if len(text) > 60 else 1,
                max_length=LONGEST_NAME if place == "name" else LONGEST_TEXT if long else LONGEST_LINE,
                required=False,
                initial=there.get(place, ""),
            )

    def groups(self) -> Iterator[Group]:
        """The set as a whole, then scenario by scenario."""
        yield Group(0, self._pairs(["name", "construct", "instructions"]))
        for number, scenario in enumerate(self._source["scenarios"], start=1):
            places = [f"scenario-{scenario['id']}"]
            for action in scenario["actions"]:
                places += [f"action-{action['id']}", f"reason-{action['id']}"]
            yield Group(number, self._pairs(places))

    def _pairs(self, places: Sequence[str]) -> list[Pair]:
        return [
            Pair(self._wanted[place], _what(place), self[place]) for place in places if place in self._wanted
        ]

    def texts(self) -> dict[str, str]:
        """What was written, by place."""
        return {place: self.cleaned_data[place] for place in self._wanted}


def _what(place: str) -> str:
    return {
        "name": _("Name"),
        "construct": _("What it measures"),
        "instructions": _("Instructions"),
        "scenario": _("What happens"),
        "action": _("Action"),
        "reason": _("Reason for its key"),
    }[place.partition("-")[0]]
