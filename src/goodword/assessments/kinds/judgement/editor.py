"""Editing a set of situations: drafts, translations that follow the source, and the forms."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from goodword.assessments.kinds.form_rows import RowsForm, row_count
from goodword.assessments.kinds.judgement.content import FEWEST_ACTIONS, KIND
from goodword.questionnaires.editor.descriptions import short
from goodword.questionnaires.editor.forms import LanguageField, Pair, TextField, TranslationGroup

type Content = dict[str, Any]

WHOLE: Final = ("name", "instructions", "construct")
SCALE: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Not effective", "Slightly effective", "Fairly effective", "Effective", "Very effective"),
    "de": ("Nicht geeignet", "Kaum geeignet", "Teilweise geeignet", "Geeignet", "Sehr geeignet"),
    "fr": ("Pas efficace", "Peu efficace", "Assez efficace", "Efficace", "Très efficace"),
}


def scale_in(language: str) -> list[dict[str, Any]]:
    labels = SCALE.get(language, SCALE["en"])
    return [{"value": value, "label": label} for value, label in enumerate(labels, start=1)]


def empty(*, name: str, instructions: str, construct: str, language: str, organisation: str) -> Content:
    return {
        "kind": KIND,
        "id": f"own_{secrets.token_hex(6)}",
        "version": "1",
        "language": language,
        "name": name,
        "licence": _("Belongs to %(organisation)s; not for use by others") % {"organisation": organisation},
        "source": _("Written by %(organisation)s") % {"organisation": organisation},
        "construct": construct,
        "instructions": instructions,
        "response_scale": scale_in(language),
        "key_basis": "",
        "situations": [],
    }


def copy_of(content: Content, *, name: str, organisation: str) -> Content:
    """A copy as the start of an organisation's set; its `source` names the original."""
    made = deepcopy(content)
    source = _("%(source)s Changed by %(organisation)s, from version %(version)s of “%(name)s”.") % {
        "source": f"{content['source'].rstrip('.')}.",
        "organisation": organisation,
        "version": content["version"],
        "name": content["name"],
    }
    made.pop("panel", None)  # its experts rated the original
    return made | {"id": f"own_{secrets.token_hex(6)}", "version": "1", "name": name, "source": source}


def translation_of(source: Content, *, language: str) -> Content:
    made = updated_translation(source, {"situations": []} | dict.fromkeys(WHOLE, ""))
    return made | {"language": language, "response_scale": scale_in(language)}


def texts_of(content: Mapping[str, Any]) -> dict[str, str]:
    """All non-empty texts by key: "name", "situation-s1", "action-a1", "reason-a1"."""
    found = {name: str(content.get(name, "")) for name in WHOLE}
    for situation in content["situations"]:
        found[f"situation-{situation['id']}"] = situation["text"]
        for action in situation["actions"]:
            found[f"action-{action['id']}"] = action["text"]
            found[f"reason-{action['id']}"] = action.get("reason", "")
    return {place: text for place, text in found.items() if text}


def with_texts(content: Content, texts: Mapping[str, str]) -> Content:
    made = deepcopy(content)
    for name in WHOLE:
        made[name] = texts.get(name, "")
    for situation in made["situations"]:
        situation["text"] = texts.get(f"situation-{situation['id']}", "")
        for action in situation["actions"]:
            action["text"] = texts.get(f"action-{action['id']}", "")
            action["reason"] = texts.get(f"reason-{action['id']}", "")
    return made


def updated_translation(source: Content, translated: Content) -> Content:
    own = {name: translated[name] for name in ("language", "response_scale") if name in translated}
    texts, wanted = texts_of(translated), texts_of(source)
    return with_texts(source, {place: text for place, text in texts.items() if place in wanted}) | own


def count_untranslated(source: Content, translated: Content) -> int:
    there = texts_of(translated)
    return sum(place not in there for place in texts_of(source))


def place_of(content: Content, situation_id: str) -> int:
    for place, situation in enumerate(content["situations"]):
        if situation["id"] == situation_id:
            return place
    raise KeyError(situation_id)


def keys_of(content: Content) -> dict[str, tuple[str, float]]:
    return {
        action["id"]: (action["text"], float(action["effectiveness"]))
        for situation in content["situations"]
        for action in situation["actions"]
    }


def outdated_languages(before: Content, after: Content, translations: Sequence[Content]) -> list[str]:
    was, now = texts_of(before), texts_of(after)
    changed = {place for place in was.keys() & now.keys() if was[place] != now[place]}
    return [translation["language"] for translation in translations if changed & texts_of(translation).keys()]


def changes(before: Content, after: Content) -> list[str]:
    was, now = keys_of(before), keys_of(after)
    found = [
        _("Key of “%(action)s” changed from %(was)s to %(now)s.")
        % {
            "action": short(now[action_id][0]),
            "now": plain(now[action_id][1]),
            "was": plain(was[action_id][1]),
        }
        for action_id in now
        if action_id in was and was[action_id][1] != now[action_id][1]
    ]
    there = {situation["id"] for situation in before["situations"]}
    here = {situation["id"] for situation in after["situations"]}
    for count, words in (
        (
            len(here - there),
            ngettext("%(n)s situation added.", "%(n)s situations added.", len(here - there)),
        ),
        (
            len(there - here),
            ngettext("%(n)s situation removed.", "%(n)s situations removed.", len(there - here)),
        ),
        (
            worded := sum(
                now_text != texts_of(before).get(place, now_text)
                for place, now_text in texts_of(after).items()
            ),
            ngettext("%(n)s text reworded.", "%(n)s texts reworded.", worded),
        ),
    ):
        if count:
            found.append(words % {"n": count})
    return found


def plain(value: float) -> str:
    return f"{value:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedAction:
    """`id` is empty for a new action."""

    id: str
    text: str
    effectiveness: float
    reason: str


LONGEST_NAME: Final = 200
LONGEST_LINE: Final = 500
LONGEST_TEXT: Final = 1000
MOST_ACTIONS: Final = 12
#: number of empty rows of a new situation
ACTIONS: Final = 4
PARTS: Final = ("action", "key", "reason", "id")


class DetailsForm(forms.Form):
    use_required_attribute = False

    name = TextField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("Shown to candidates."),
        missing=gettext_lazy("Enter a name, for example Situations in the workshop."),
    )
    construct = TextField(
        label=gettext_lazy("What it measures"),
        lines=2,
        max_length=LONGEST_LINE,
        help_text=gettext_lazy("In one sentence, for readers of the results."),
        missing=gettext_lazy("Describe in one sentence what it measures."),
    )
    instructions = TextField(
        label=gettext_lazy("Instructions"),
        lines=4,
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy("What candidates read before the first situation."),
        missing=gettext_lazy("Write the instructions."),
    )


class NewForm(DetailsForm):
    language = LanguageField()


@dataclass(frozen=True, slots=True)
class SituationRow:
    place: int
    text: forms.BoundField
    key: forms.BoundField
    reason: forms.BoundField
    id: str
    is_first: bool
    is_last: bool

    @property
    def number(self) -> int:
        return self.place + 1


class SituationForm(RowsForm):
    """A situation with its actions, each with a key and a reason. Keys other than a panel's are in half steps."""

    use_required_attribute = False

    text = TextField(
        label=gettext_lazy("What happens"),
        lines=4,
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy(
            "A situation that people face in this job, without hinting at the best response."
        ),
        missing=gettext_lazy("Describe the situation."),
    )

    def __init__(
        self, data: Any = None, *, content: Content, situation: Mapping[str, Any], quiet: bool = False
    ) -> None:
        super().__init__(data, quiet=quiet, initial={"text": situation.get("text", "")})
        stored: Sequence[Mapping[str, Any]] = situation.get("actions", ())
        self.count = len(stored) or ACTIONS if data is None else row_count(data, most=MOST_ACTIONS)
        scale = content["response_scale"]
        labels = {float(option["value"]): option["label"] for option in scale}
        halves = {value / 2 for value in range(2 * scale[0]["value"], 2 * scale[-1]["value"] + 1)}
        steps = sorted(halves | {float(action["effectiveness"]) for action in stored})
        keys = [("", _("Choose"))] + [
            (plain(step), f"{plain(step)} {labels[step]}" if step in labels else plain(step))
            for step in steps
        ]
        for place in range(self.count):
            self._row(place, stored[place] if place < len(stored) else {}, keys)

    def _row(self, place: int, action: Mapping[str, Any], keys: Sequence[tuple[str, str]]) -> None:
        number = {"number": place + 1}
        self.fields[f"action_{place}"] = TextField(
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
            error_messages={"invalid_choice": _("Choose one of the options.")},
        )
        self.fields[f"reason_{place}"] = TextField(
            label=_("Reason for the key of action %(number)s") % number,
            lines=2,
            max_length=LONGEST_LINE,
            required=False,
            initial=action.get("reason", ""),
        )
        self.fields[f"id_{place}"] = forms.CharField(
            required=False, initial=action.get("id", ""), widget=forms.HiddenInput
        )

    def actions_shown(self) -> Iterator[SituationRow]:
        for place in range(self.count):
            yield SituationRow(
                place,
                self[f"action_{place}"],
                self[f"key_{place}"],
                self[f"reason_{place}"],
                str(self[f"id_{place}"].value() or ""),
                place == 0,
                place == self.count - 1,
            )

    def clean(self) -> dict[str, Any]:
        """Ignore empty rows; all others must be complete, and there must be at least two."""
        given = super().clean() or {}
        texts = []
        for place in range(self.count):
            text, key, reason = (given.get(f"{part}_{place}", "") for part in ("action", "key", "reason"))
            if not (text or key or reason):
                continue
            for part, value, sentence in (
                ("action", text, _("Describe a possible action, or remove this one.")),
                ("key", key, _("Choose how effective it is.")),
                ("reason", reason, _("Give the reason for this key.")),
            ):
                if not value and f"{part}_{place}" not in self.errors:
                    self.add_error(f"{part}_{place}", sentence)
            if text.casefold() in texts:
                self.add_error(f"action_{place}", _("This action is listed twice."))
            texts.append(text.casefold())
        if len(texts) < FEWEST_ACTIONS and not self.errors:
            self.add_error("action_0" if self.count else None, _("Write at least two actions."))
        return given

    def actions(self) -> list[KeyedAction]:
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
    use_required_attribute = False

    key_by = TextField(
        label=gettext_lazy("Who set the key"),
        max_length=200,
        help_text=gettext_lazy("Names and positions, for example Ana Ruiz and Tom Berg, heads of service."),
        missing=gettext_lazy("Enter who set the key."),
    )
    key_how = TextField(
        label=gettext_lazy("How they set it"),
        lines=3,
        max_length=700,
        help_text=gettext_lazy(
            "For example: each rated every action independently, then they discussed differences of more than one step."
        ),
        missing=gettext_lazy("Describe how the key was created."),
    )


class TranslationForm(forms.Form):
    use_required_attribute = False

    def __init__(self, data: Any = None, *, source: Content, translated: Content) -> None:
        super().__init__(data)
        self._source, self._wanted = source, texts_of(source)
        there = texts_of(translated)
        for place, text in self._wanted.items():
            long = place == "instructions" or place.startswith("situation-")
            self.fields[place] = TextField(
                label=_what(place),
                lines=2 if len(text) > 60 else 1,
                max_length=LONGEST_NAME if place == "name" else LONGEST_TEXT if long else LONGEST_LINE,
                required=False,
                initial=there.get(place, ""),
            )

    def groups(self) -> Iterator[TranslationGroup]:
        yield TranslationGroup(_("The set"), self._pairs(["name", "construct", "instructions"]))
        for number, situation in enumerate(self._source["situations"], start=1):
            places = [f"situation-{situation['id']}"]
            for action in situation["actions"]:
                places += [f"action-{action['id']}", f"reason-{action['id']}"]
            yield TranslationGroup(_("Situation %(n)s") % {"n": number}, self._pairs(places))

    def _pairs(self, places: Sequence[str]) -> list[Pair]:
        return [
            Pair(self._wanted[place], _what(place), self[place]) for place in places if place in self._wanted
        ]

    def texts(self) -> dict[str, str]:
        return {place: self.cleaned_data[place] for place in self._wanted}


def _what(place: str) -> str:
    return {
        "name": _("Name"),
        "construct": _("What it measures"),
        "instructions": _("Instructions"),
        "situation": _("What happens"),
        "action": _("Action"),
        "reason": _("Reason for its key"),
    }[place.partition("-")[0]]
