"""Kinds whose items are the same for everybody."""

from collections.abc import Mapping, Sequence

from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.reasoning.item import GeneratedItem
from goodword.questionnaires.reading import Json


class FixedItems:
    """Nothing is drawn, there is no form without figures, and all items are asked."""

    is_generated = False

    def draw(self, content: object, form: str, *, seed: int) -> tuple[GeneratedItem, ...]:
        del content, form, seed
        return ()

    def redraw(
        self, content: object, item: GeneratedItem, *, seed: int, taken: Sequence[GeneratedItem]
    ) -> GeneratedItem:
        del content, item, seed, taken
        raise LookupError("Items of this kind are not drawn.")

    def figureless_form(self, content: object, form: str) -> str:
        del content, form
        return ""

    def visible(self, items: Sequence[Item], answers: Mapping[str, Json]) -> tuple[Item, ...]:
        del answers
        return tuple(items)
