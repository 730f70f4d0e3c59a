"""Results of the last full run of `make items`, by family and level (`measured.json`)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("measured.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`chance`, `learned` (95 % interval `low` to `high`), `thumb` and `crossed` are shares of items.

    `thumb` and `crossed` are the highest gains over chance. `tasks` counts distinct tasks as shown, `structures`
    distinct tasks without names and things.
    """

    version: str
    items: int
    solved: int
    tasks: int
    structures: int
    chance: float
    learned: float
    low: float
    high: float
    thumb: float
    thumb_name: str
    crossed: float
    crossed_name: str


@cache
def measured() -> Mapping[tuple[str, int], Measured]:
    cells = json.loads(FILE.read_text(encoding="utf-8"))["cells"]
    return {(cell.pop("family"), cell.pop("level")): Measured(**cell) for cell in cells}
