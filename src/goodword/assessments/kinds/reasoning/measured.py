"""What the last whole run of `make items` found, by family and level (`measured.json`)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("measured.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Shares of items, as `chance` is; `low` and `high` are the 95 % interval of `learned`.

    `thumb` and `crossed` are the highest gains over chance. `tasks` counts different tasks as shown, `structures` the
    same with names and things left out.
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
