"""Blocks of commands in the documentation. The comment above each says what `make docs-check` does with it:

<!-- check: SCENARIO[, online][, types: TEXT][, until: TEXT] -->    or    <!-- check: none: REASON -->

`online`: needs package registries. `types`: the text typed at each prompt. `until`: Ctrl-C is pressed once this is
printed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = ("README.md", "docs/try.md", "docs/install.md", "docs/operating.md")
SCENARIOS: Final = ("try", "install", "caddy", "operate", "wheel")
_FENCE: Final = re.compile(
    r"^(?:<!-- check: (?P<note>[^\n]+) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class NotMarked(Exception):
    """The message names the block."""


@dataclass(frozen=True, slots=True)
class Block:
    #: file and line
    place: str
    text: str
    scenario: str = ""
    online: bool = False
    types: str = ""
    until: str = ""
    #: why it isn't run
    reason: str = ""


def blocks() -> list[Block]:
    """All blocks of commands, in the order of the pages. Raises NotMarked."""
    return [block for page in PAGES for block in blocks_of(page, (ROOT / page).read_text(encoding="utf-8"))]


def blocks_of(page: str, text: str) -> Iterator[Block]:
    for found in _FENCE.finditer(text):
        place = f"{page}:{text.count('\n', 0, found.start('language')) + 1}"
        if not found["language"]:
            raise NotMarked(f"{place}: give the block a language: sh for commands, else text.")
        if found["language"] == "sh":
            yield _block(place, found["text"], found["note"] or "")


def _block(place: str, text: str, note: str) -> Block:
    scenario, *rest = [part.strip() for part in note.split(",")] if "none: " not in note else [note]
    if scenario.startswith("none: "):
        return Block(place, text, reason=scenario.removeprefix("none: "))
    if scenario not in SCENARIOS:
        raise NotMarked(
            f"{place}: name a scenario above it ({', '.join(SCENARIOS)}), or why it can't be run."
        )
    given = {name: value.strip() for name, _, value in (part.partition(":") for part in rest)}
    if unknown := given.keys() - {"online", "types", "until"}:
        raise NotMarked(f"{place}: unknown mark {min(unknown)!r}.")
    return Block(
        place,
        text,
        scenario,
        online="online" in given,
        types=given.get("types", ""),
        until=given.get("until", ""),
    )
