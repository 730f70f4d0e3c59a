"""Generated items, independent of any language. They are stored whole for explanations and rescoring."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from goodword.core.validation import Json

#: seeds of items are below this; 0 is the seed of practice items
SEEDS: Final = 2**31

type Shape = Literal["circle", "square", "triangle", "diamond", "pentagon", "star", "cross", "arrow"]
type Shading = Literal["empty", "striped", "grey", "full"]
type Category = Literal["numerical", "letters", "figural", "deductive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One shape in a cell. `place`: 0 to 8 row by row; `turn`: degrees clockwise; `size`: 1 to 3 (fills the cell)."""

    shape: Shape
    shading: Shading = "empty"
    turn: int = 0
    place: int = 4
    size: int = 3


@dataclass(frozen=True, slots=True)
class Figure:
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A row of numbers or letters, as shown ("7", "K"); candidates find the next one."""

    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Three rows of three figures; `cells` are the eight shown, row by row."""

    cells: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Deduction:
    """Statements and a question, each a name with its arguments ("left", 0, 2): numbers stand for `names`.

    "seating": at (a, place), at_end, not_at_end (a), directly_left, directly_right, left, right, next_to, not_next_to
    (a, b); who_at (place) is asked. "boxes" and other things: more, less (a, b), between (a, one less, one more),
    not_most, not_least (a); most, least or rank (from the most on) is asked. "sets": all, no, some, some_not (a, b);
    what follows is asked. Claims are is (a) or cannot_say, and for sets a statement or none_follows. Places count from
    1.
    """

    topic: str
    names: tuple[str, ...]
    statements: tuple[tuple[str | int, ...], ...]
    question: tuple[str | int, ...]


type Task = Series | Matrix | Deduction


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedOption:
    """`value`: a term, a figure or a claim. `error`: the typical error that leads to it; empty for the right one."""

    id: str
    value: str | Figure | tuple[str | int, ...]
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedItem:
    """Exactly one option is right: `key` is its id ("a", "b", ... as shown). `version` is the family's."""

    family: str
    version: str
    level: int
    seed: int
    task: Task
    options: tuple[GeneratedOption, ...]
    key: str
    rule: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Picture:
    """`svg` is safe markup for a page, `alt` its description."""

    svg: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOption:
    id: str
    text: str = ""
    picture: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An item in one language. `lines`: statements; `terms`: a series; `pictures`: eight cells."""

    question: str
    options: tuple[ShownOption, ...]
    lines: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()


def to_json(item: GeneratedItem) -> dict[str, Any]:
    plain = asdict(item)
    plain["task"] = {"kind": _KINDS[type(item.task)], **plain["task"]}
    plain["options"] = [
        {"id": option.id, "error": option.error, **_value_out(option.value)} for option in item.options
    ]
    result: dict[str, Any] = json.loads(json.dumps(plain))
    return result


def from_json(data: Mapping[str, Any]) -> GeneratedItem:
    """Parse an item. Raises `KeyError`, `TypeError` or `ValueError` for anything that `to_json` did not write."""
    return GeneratedItem(
        family=data["family"],
        version=data["version"],
        level=data["level"],
        seed=data["seed"],
        task=_task_in(data["task"]),
        options=tuple(
            GeneratedOption(id=option["id"], error=option["error"], value=_value_in(option))
            for option in data["options"]
        ),
        key=data["key"],
        rule=data["rule"],
    )


_KINDS = {Series: "series", Matrix: "matrix", Deduction: "deduction"}


def _task_in(data: Mapping[str, Any]) -> Task:
    match data["kind"]:
        case "series":
            return Series(tuple(data["terms"]))
        case "matrix":
            return Matrix(tuple(_figure_in(cell) for cell in data["cells"]))
        case "deduction":
            return Deduction(
                data["topic"],
                tuple(data["names"]),
                tuple(tuple(statement) for statement in data["statements"]),
                tuple(data["question"]),
            )
    raise ValueError(f"There is no task of the kind “{data['kind']}”.")


def _figure_in(data: Mapping[str, Any]) -> Figure:
    return Figure(tuple(Mark(**mark) for mark in data["marks"]))


def _value_out(value: str | Figure | tuple[str | int, ...]) -> dict[str, Any]:
    match value:
        case str():
            return {"text": value}
        case Figure():
            return {"figure": asdict(value)}
        case _:
            return {"claim": list(value)}


def _value_in(data: Mapping[str, Any]) -> str | Figure | tuple[str | int, ...]:
    if "figure" in data:
        return _figure_in(data["figure"])
    return tuple(data["claim"]) if "claim" in data else str(data["text"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """`generate` is a pure function of (seed, level). A new `version` generates other items for the same seed."""

    id: str
    category: Category
    version: str
    levels: tuple[int, ...]
    generate: Callable[[int, int], GeneratedItem]


def random_for(family: str, version: str, level: int, seed: int) -> random.Random:
    """The random source of an item, the same in every process.

    Families only use `random`, `randrange`, `choice`, `sample` and `shuffle`. Python guarantees that `random` stays the
    same for a seed, and the others have been based on it in the same way since Python 3.2 (a test checks some items).
    """
    return random.Random(f"{family}:{version}:{level}:{seed}")  # noqa: S311 - the seed is stored with the item
