"""A question as the JSON that a draft stores: its texts, its condition, new ids."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

#: a question in the form of questionnaires.parse
type Entry = dict[str, Any]

#: the texts that a translation has in its own words
_TEXTS = ("text", "help", "self_text", "competency", "left", "right", "unit")
_OPTIONS = {"levels": ("label", "example"), "choices": ("label",)}
_LONGEST_NAME = 40
#: above this many a page advises against it
ADVISED = 5
#: above this many publishing asks for a reason
REASON_ABOVE = 8


def texts_of(entry: Mapping[str, Any]) -> dict[str, str]:
    """Every text that is not empty, by its place: "text", "levels.3.example", "choices.often.label"."""
    found = {name: entry[name] for name in _TEXTS if entry.get(name)}
    for group, names in _OPTIONS.items():
        for option in entry.get(group, ()):
            found |= {f"{group}.{option['value']}.{name}": option[name] for name in names if option.get(name)}
    return found


def with_texts(entry: Mapping[str, Any], texts: Mapping[str, str]) -> Entry:
    """The same question with these texts by place; a text of it that is not among them becomes empty."""
    made = deepcopy(dict(entry))
    for name in _TEXTS:
        if made.get(name):
            made[name] = texts.get(name, "")
    for group, names in _OPTIONS.items():
        for option in made.get(group, ()):
            for name in names:
                if option.get(name):
                    option[name] = texts.get(f"{group}.{option['value']}.{name}", "")
    return made


def follow_source(source: Sequence[Entry], translated: Sequence[Entry]) -> list[Entry]:
    """The translation for a changed source: its structure and values, the texts that were translated before."""
    before = {entry["id"]: texts_of(entry) for entry in translated}
    return [with_texts(entry, before.get(entry["id"], {})) for entry in source]


def gaps(source: Sequence[Entry], translated: Sequence[Entry]) -> int:
    """How many texts of the source have none in the translation."""
    there = {entry["id"]: texts_of(entry) for entry in translated}
    return sum(place not in there.get(entry["id"], {}) for entry in source for place in texts_of(entry))


def filled_up(source: Sequence[Entry], translated: Sequence[Entry]) -> list[Entry]:
    """The translation with the source's texts where it has none yet, to look at."""
    there = {entry["id"]: texts_of(entry) for entry in translated}
    return [with_texts(entry, texts_of(entry) | there.get(entry["id"], {})) for entry in source]


def index_of(entries: Sequence[Entry], question_id: str) -> int:
    """The index of a question. Raises `KeyError` if there is none."""
    for place, entry in enumerate(entries):
        if entry["id"] == question_id:
            return place
    raise KeyError(question_id)


def new_name(words: str, *, taken: Collection[str], otherwise: str) -> str:
    """A name for a question or an answer that none has yet, made of its words: small letters and underscores."""
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
    """The question it depends on and the answers to it; ("", []) if it is always asked."""
    when = entry.get("when")
    return (when["question"], list(when["is"])) if when else ("", [])


def dependants(entries: Sequence[Entry], question_id: str) -> list[Entry]:
    """The questions that are asked only after particular answers to this one."""
    return [entry for entry in entries if condition_of(entry)[0] == question_id]


def all_dependants(entries: Sequence[Entry], question_id: str) -> list[Entry]:
    """The direct and indirect dependants."""
    found = {question_id}
    result = []
    for entry in entries:
        if condition_of(entry)[0] in found:
            found.add(entry["id"])
            result.append(entry)
    return result


def blocking_dependant(entries: Sequence[Entry], question_id: str, *, by: int) -> Entry | None:
    """The question whose condition keeps this one from moving by -1 or +1 place: itself, or the one that it passes."""
    place = index_of(entries, question_id)
    other = place + by
    if not 0 <= other < len(entries):
        return None
    earlier, later = sorted((place, other))
    if condition_of(entries[later])[0] == entries[earlier]["id"]:
        return entries[later]
    return None


def without_condition(entry: Mapping[str, Any]) -> Entry:
    """The question, always asked."""
    return {**entry, "when": None}


def competencies_of(entries: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The names of the competencies that ratings and statements ask about, each once, in order."""
    return tuple(dict.fromkeys(entry["competency"] for entry in entries if entry.get("competency")))
