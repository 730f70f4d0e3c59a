"""A judgement set as its editor holds it: texts by place, scenarios in order, translations that follow the source."""

import secrets
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.assessments.kinds.judgement.content import KIND
from goodword.questionnaires.editor.descriptions import short

type Content = dict[str, Any]

#: the texts of the set as a whole that each language has in its own words
WHOLE: Final = ("name", "instructions", "construct")
#: the answer scale of a set that an organisation begins
SCALE: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Not effective", "Slightly effective", "Fairly effective", "Effective", "Very effective"),
    "de": ("Nicht wirksam", "Kaum wirksam", "Teilweise wirksam", "Wirksam", "Sehr wirksam"),
    "fr": ("Pas efficace", "Peu efficace", "Assez efficace", "Efficace", "Très efficace"),
}


def scale_in(language: str) -> list[dict[str, Any]]:
    """The answer scale in a language; in English where we have no words."""
    labels = SCALE.get(language, SCALE["en"])
    return [{"value": value, "label": label} for value, label in enumerate(labels, start=1)]


def empty(*, name: str, instructions: str, construct: str, language: str, organisation: str) -> Content:
    """A set without scenarios, to be a draft."""
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
        "scenarios": [],
    }


def copied(content: Content, *, name: str, organisation: str) -> Content:
    """A copy that begins a set of the organisation's own; it says what it was made of."""
    made = deepcopy(content)
    source = _("%(source)s Changed by %(organisation)s, from version %(version)s of “%(name)s”.") % {
        "source": f"{content['source'].rstrip('.')}.",
        "organisation": organisation,
        "version": content["version"],
        "name": content["name"],
    }
    return made | {"id": f"own_{secrets.token_hex(6)}", "version": "1", "name": name, "source": source}


def translation_of(source: Content, *, language: str) -> Content:
    """The set in another language, its texts empty."""
    made = carried(source, {"scenarios": []} | dict.fromkeys(WHOLE, ""))
    return made | {"language": language, "response_scale": scale_in(language)}


def texts_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Every text that is not empty, by its place: "name", "scenario-s1", "action-a1", "reason-a1"."""
    found = {name: str(content.get(name, "")) for name in WHOLE}
    for scenario in content["scenarios"]:
        found[f"scenario-{scenario['id']}"] = scenario["text"]
        for action in scenario["actions"]:
            found[f"action-{action['id']}"] = action["text"]
            found[f"reason-{action['id']}"] = action.get("reason", "")
    return {place: text for place, text in found.items() if text}


def with_texts(content: Content, texts: Mapping[str, str]) -> Content:
    """The same set with these texts by place; one that is not among them becomes empty."""
    made = deepcopy(content)
    for name in WHOLE:
        made[name] = texts.get(name, "")
    for scenario in made["scenarios"]:
        scenario["text"] = texts.get(f"scenario-{scenario['id']}", "")
        for action in scenario["actions"]:
            action["text"] = texts.get(f"action-{action['id']}", "")
            action["reason"] = texts.get(f"reason-{action['id']}", "")
    return made


def carried(source: Content, translated: Content) -> Content:
    """The translation for a changed source: its structure and keys, the texts that were translated before."""
    own = {name: translated[name] for name in ("language", "response_scale") if name in translated}
    texts, wanted = texts_of(translated), texts_of(source)
    return with_texts(source, {place: text for place, text in texts.items() if place in wanted}) | own


def gaps(source: Content, translated: Content) -> int:
    """How many texts of the source have none in the translation."""
    there = texts_of(translated)
    return sum(place not in there for place in texts_of(source))


def place_of(content: Content, scenario_id: str) -> int:
    """Where a scenario stands, from 0. Raises `KeyError` if it is not there."""
    for place, scenario in enumerate(content["scenarios"]):
        if scenario["id"] == scenario_id:
            return place
    raise KeyError(scenario_id)


def keys_of(content: Content) -> dict[str, tuple[str, float]]:
    """Each action's text and key, by its id."""
    return {
        action["id"]: (action["text"], float(action["effectiveness"]))
        for scenario in content["scenarios"]
        for action in scenario["actions"]
    }


def left_behind(before: Content, after: Content, translations: Sequence[Content]) -> list[str]:
    """The languages that still say in their words what the source has changed."""
    was, now = texts_of(before), texts_of(after)
    changed = {place for place in was.keys() & now.keys() if was[place] != now[place]}
    return [one["language"] for one in translations if changed & texts_of(one).keys()]


def changes(before: Content, after: Content) -> list[str]:
    """What is different from an earlier version, in sentences: first of all the key."""
    was, now = keys_of(before), keys_of(after)
    found = [
        _("Key of “%(action)s”: %(now)s instead of %(was)s.")
        % {"action": short(now[one][0]), "now": plain(now[one][1]), "was": plain(was[one][1])}
        for one in now
        if one in was and was[one][1] != now[one][1]
    ]
    there = {scenario["id"] for scenario in before["scenarios"]}
    here = {scenario["id"] for scenario in after["scenarios"]}
    for count, words in (
        (
            len(here - there),
            ngettext("%(n)s scenario is new.", "%(n)s scenarios are new.", len(here - there)),
        ),
        (
            len(there - here),
            ngettext("%(n)s scenario has gone.", "%(n)s scenarios have gone.", len(there - here)),
        ),
        (
            worded := sum(
                now_text != texts_of(before).get(place, now_text)
                for place, now_text in texts_of(after).items()
            ),
            ngettext("%(n)s text is worded differently.", "%(n)s texts are worded differently.", worded),
        ),
    ):
        if count:
            found.append(words % {"n": count})
    return found


def plain(value: float) -> str:
    """A key as people write it: 4, 3.5."""
    return f"{value:g}"
