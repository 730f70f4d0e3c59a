"""The forms of the reasoning test: each a blueprint that items are drawn to.

The content of a version is `{"kind": "reasoning", "version": "1", "forms": {"standard_20": blueprint, ...}}`, with
each blueprint as `parse_blueprint` reads it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from goodword.assessments.library.reasoning.blueprint import Blueprint, draw, replacement
from goodword.assessments.library.reasoning.blueprint_json import (
    BlueprintError,
    blueprint_json,
    parse_blueprint,
)
from goodword.assessments.library.reasoning.builtin_blueprints import BUILT_IN
from goodword.assessments.library.reasoning.item import Item
from goodword.questionnaires.reading import Reader

KIND: Final = "reasoning"
VERSION: Final = "1"
#: the form without figures, which everybody may choose instead
WITHOUT_FIGURES: Final = "figureless_20"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """The forms of one version, by id."""

    version: str
    forms: Mapping[str, Blueprint]

    def blueprint(self, form: str) -> Blueprint:
        """One form. Raises `LookupError` for one that is not there."""
        if form not in self.forms:
            raise LookupError(f"The reasoning test has no form “{form}”.")
        return self.forms[form]

    def draw(self, form: str, *, seed: int) -> tuple[Item, ...]:
        """The items of a form for one candidate. Raises `LookupError` as above."""
        return draw(self.blueprint(form), seed=seed)

    def fresh(self, item: Item, *, seed: int, taken: Collection[Item]) -> Item:
        """Another item of the same family and level, none of those that were `taken`."""
        return replacement(item, seed=seed, taken=taken)


def builtin_forms() -> dict[str, Any]:
    """The content of the built-in reasoning test, as it is stored."""
    return {
        "kind": KIND,
        "version": VERSION,
        "forms": {form: blueprint_json(blueprint) for form, blueprint in BUILT_IN.items()},
    }


def read_forms(data: object) -> Forms:
    """The forms out of stored content. Raises `BlueprintError` with a sentence."""
    reader = Reader(data, where="the reasoning test", error=BlueprintError)
    if reader.text("kind") != KIND:
        raise reader.wrong(f"must be of the kind “{KIND}”")
    version, table = reader.text("version", longest=20), reader.child("forms", where="the forms")
    names = table.names()
    reader.done()
    found = data["forms"] if isinstance(data, Mapping) else {}
    return Forms(version=version, forms={name: parse_blueprint(found[name]) for name in names})
