"""Reads blueprints that people wrote, and says in a sentence what is wrong with them."""

import json

from goodword.assessments.library.reasoning.blueprint import Blueprint, Entry
from goodword.assessments.library.reasoning.families import FAMILIES
from goodword.questionnaires.reading import Json, Reader, ReadingError

_MOST_ITEMS = 100
_MOST_MINUTES = 240


class BlueprintError(ReadingError):
    """What is wrong with a blueprint, in one sentence."""


def read_blueprint(text: str) -> Blueprint:
    """The blueprint in a JSON text. Raises `BlueprintError`."""
    try:
        data: object = json.loads(text)
    except json.JSONDecodeError as broken:
        raise BlueprintError(
            f"The blueprint is not JSON: line {broken.lineno}, column {broken.colno}."
        ) from broken
    return parse_blueprint(data)


def parse_blueprint(data: object) -> Blueprint:
    """The blueprint in {"minutes": 20, "entries": [{"family": "sets", "level": 1, "n": 2}, ...]}.

    Raises `BlueprintError` with a sentence that names the place: families and levels must exist, each pair of them
    once, with at least one item; a form has 100 items at most, and 1 to 240 minutes.
    """
    reader = Reader(data, where="the blueprint", error=BlueprintError)
    entries = tuple(_entry(entry) for entry in reader.objects("entries", each="entry"))
    pairs = [(entry.family, entry.level) for entry in entries]
    for place, (family, level) in enumerate(pairs):
        if (family, level) in pairs[:place]:
            raise reader.wrong(f"has “{family}” of level {level} twice; give their number in one entry")
    blueprint = Blueprint(entries, reader.whole("minutes"))
    if not 1 <= blueprint.minutes <= _MOST_MINUTES:
        raise reader.wrong(f"needs 1 to {_MOST_MINUTES} minutes under “minutes”")
    if blueprint.n > _MOST_ITEMS:
        raise reader.wrong(f"has {blueprint.n} items; {_MOST_ITEMS} are the most")
    reader.done()
    return blueprint


def blueprint_json(blueprint: Blueprint) -> dict[str, Json]:
    """The blueprint as plain JSON; `parse_blueprint` gives it back."""
    return {
        "minutes": blueprint.minutes,
        "entries": [
            {"family": entry.family, "level": entry.level, "n": entry.n} for entry in blueprint.entries
        ],
    }


def _entry(reader: Reader) -> Entry:
    entry = Entry(reader.text("family", longest=60), reader.whole("level"), reader.whole("n"))
    family = FAMILIES.get(entry.family)
    if family is None:
        raise reader.wrong(f"names the family “{entry.family}”, which is not one of {', '.join(FAMILIES)}")
    if entry.level not in family.levels:
        levels = ", ".join(str(level) for level in family.levels)
        raise reader.wrong(f"names level {entry.level}; “{entry.family}” has the levels {levels}")
    if entry.n < 1:
        raise reader.wrong("needs at least one item under “n”")
    reader.done()
    return entry
