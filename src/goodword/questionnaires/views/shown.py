"""Questions as the pages list them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from goodword.questionnaires.editor.entries import Entry
from goodword.questionnaires.editor.kinds import kinds
from goodword.questionnaires.editor.words import short, when, who


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One question of a list."""

    place: int
    entry: Entry
    kind: str
    who: str
    when: str
    is_first: bool
    is_last: bool

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.entry["id"])

    @property
    def short(self) -> str:
        """Its text, cut where it is long."""
        return short(self.entry["text"])

    @property
    def options(self) -> Sequence[dict[str, Any]]:
        """Its levels or choices."""
        options: Sequence[dict[str, Any]] = self.entry.get("levels") or self.entry.get("choices") or ()
        return options


def shown(entries: Sequence[Entry]) -> list[Shown]:
    """All of them, with their settings in words."""
    names = kinds()
    return [
        Shown(
            place=place,
            entry=entry,
            kind=names[entry["type"]].title,
            who=who(entry),
            when=when(entries, entry),
            is_first=place == 1,
            is_last=place == len(entries),
        )
        for place, entry in enumerate(entries, start=1)
    ]
