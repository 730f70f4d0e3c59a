"""Questions as drafts store them (JSON): texts, conditions, new ids."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from goodword.questionnaires.types import OPTION_TEXTS, TEXTS

#: a question in the form of questionnaires.questions
type Entry = dict[str, Any]

_LONGEST_NAME = 40
#: with more competencies than this, we advise dropping some
ADVISED = 5
#: with more competencies than this, a reason is required
REASON_ABOVE = 8


def texts_of(entry: Mapping[str, Any]) -> dict[str, str]:
    """Texts that aren't empty, by place: "text", "levels.3.example", "choices.often.label"."""
    found = {name: entry[name] for name in TEXTS if entry.get(name)}
    for group, names in OPTION_TEXTS.items():
        for option in entry.get(group, ()):
            found |= {f"{group}.{option['value']}.{name}": option[name] for name in names if option.get(name)}
    return found


def with_texts(entry: Mapping[str, Any], texts: Mapping[str, str]) -> Entry:
    """The question with these texts by place; all other texts become empty."""
    made = deepcopy(dict(entry))
    for name in TEXTS:
        if made.get(name):
            made[name] = texts.get(name, "")
    for group, names in OPTION_TEXTS.items():
        for option in made.get(group, ()):
            for name in names:
                if option.get(name):
                    option[name] = texts.get(f"{group}.{option['value']}.{name}", "")
    return made


def follow_source(source: Sequence[Entry], translated: Sequence[Entry]) -> list[Entry]:
    """A translation after a change of its source: the new structure with the existing translations."""
    before = {entry["id"]: texts_of(entry) for entry in translated}
    return [with_texts(entry, before.get(entry["id"], {})) for entry in source]


def gaps(source: Sequence[Entry], translated: Sequence[Entry]) -> int:
    there = {entry["id"]: texts_of(entry) for entry in translated}
    return sum(place not in there.get(entry["id"], {}) for entry in source for place in texts_of(entry))


def with_source_texts(source: Sequence[Entry], translated: Sequence[Entry]) -> list[Entry]:
    there = {entry["id"]: texts_of(entry) for entry in translated}
    return [with_texts(entry, texts_of(entry) | there.get(entry["id"], {})) for entry in source]


def index_of(entries: Sequence[Entry], question_id: str) -> int:
    for place, entry in enumerate(entries):
        if entry["id"] == question_id:
            return place
    raise KeyError(question_id)


def new_name(words: str, *, taken: Collection[str], otherwise: str) -> str:
    """An unused id for a question or answer, made from its words: lower-case letters, digits and underscores."""
    plain = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    parts = [part for part in re.split(r"[^a-z0-9]+", plain) if part and part != "candidate"]
    name = ""
    for part in parts[:6]:
        longer = f"{name}_{part}" if name else part
        if len(longer) > _LONGEST_NAME - 4:
            break
        name = longer
    if not name or not name[0].isalpha():
        name = f"{otherwise}_{name}".rstrip("_")
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name}_{number}", number + 1
    return unique


def condition_of(entry: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The question and the answers that it depends on; ("", []) if it is always asked."""
    when = entry.get("when")
    return (when["question"], list(when["is"])) if when else ("", [])


def dependants(entries: Sequence[Entry], question_id: str) -> list[Entry]:
    return [entry for entry in entries if condition_of(entry)[0] == question_id]


def all_dependants(entries: Sequence[Entry], question_id: str) -> list[Entry]:
    found = {question_id}
    result = []
    for entry in entries:
        if condition_of(entry)[0] in found:
            found.add(entry["id"])
            result.append(entry)
    return result


def blocking_dependant(entries: Sequence[Entry], question_id: str, *, by: int) -> Entry | None:
    """The question whose condition prevents moving this one by -1 or +1: itself or its neighbour."""
    place = index_of(entries, question_id)
    other = place + by
    if not 0 <= other < len(entries):
        return None
    earlier, later = sorted((place, other))
    if condition_of(entries[later])[0] == entries[earlier]["id"]:
        return entries[later]
    return None


def without_condition(entry: Mapping[str, Any]) -> Entry:
    return {**entry, "when": None}


def competencies_of(entries: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry["competency"] for entry in entries if entry.get("competency")))
