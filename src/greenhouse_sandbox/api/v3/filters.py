"""Query filters of the list endpoints. A filter turns the text of a parameter into a test of one row."""

from collections.abc import Callable
from datetime import datetime
from operator import ge, gt, le, lt
from typing import Any

from greenhouse_sandbox.api.v3.errors import invalid
from greenhouse_sandbox.store import Store

type Test = Callable[[Any], bool]
type Filter = Callable[[Store, str, str], Test]

MAX_IDS = 50
OPERATORS: dict[str, Callable[[datetime, datetime], bool]] = {"gte": ge, "lte": le, "gt": gt, "lt": lt}


def parse_ids(name: str, text: str) -> list[int]:
    """A comma list of at most 50 ids."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > MAX_IDS:
        raise invalid(name, f"array size is greater than: {MAX_IDS}")
    for part in parts:
        if not part.isdecimal():
            raise invalid(name, f"`{part}` is not an integer")
    return [int(part) for part in parts]


def ids(member: str) -> Filter:
    """Rows whose `member` is one of the ids."""

    def build(_: Store, name: str, text: str) -> Test:
        wanted = set(parse_ids(name, text))
        return lambda row: getattr(row, member) in wanted

    return build


def ids_within(member: str) -> Filter:
    """Rows whose list `member` contains one of the ids."""

    def build(_: Store, name: str, text: str) -> Test:
        wanted = set(parse_ids(name, text))
        return lambda row: not wanted.isdisjoint(getattr(row, member))

    return build


def boolean(member: str) -> Filter:
    """Rows whose truth `member` is the one asked for."""

    def build(_: Store, name: str, text: str) -> Test:
        wanted = parse_boolean(name, text)
        return lambda row: bool(getattr(row, member)) == wanted

    return build


def parse_boolean(name: str, text: str) -> bool:
    """`true` or `false`."""
    if text not in {"true", "false"}:
        raise invalid(name, f"`{text}` is not a boolean")
    return text == "true"


def text(member: str) -> Filter:
    """Rows whose `member` is exactly the text."""

    def build(_: Store, __: str, wanted: str) -> Test:
        return lambda row: getattr(row, member) == wanted

    return build


def choice(member: str, values: dict[str, Any]) -> Filter:
    """Rows whose `member` is the value behind the named choice."""

    def build(_: Store, name: str, wanted: str) -> Test:
        check_choice(name, wanted, values)
        return lambda row: getattr(row, member) == values[wanted]

    return build


def check_choice(name: str, wanted: str, values: dict[str, Any]) -> None:
    """422 unless `wanted` is one of the named choices."""
    if wanted not in values:
        names = ", ".join(f'"{value}"' for value in values)
        raise invalid(name, f"`{wanted}` is not one of: [{names}]")


def dates(member: str) -> Filter:
    """Rows whose moment `member` lies as asked: `gte|2026-01-01T00:00:00Z`, or two such, with `|` between."""

    def build(_: Store, name: str, wanted: str) -> Test:
        parts = wanted.split("|")
        if len(parts) % 2:
            raise invalid(name, f"`{wanted}` is not of the form operator|timestamp")
        tests = [
            _bound(name, operator, moment) for operator, moment in zip(parts[::2], parts[1::2], strict=True)
        ]

        def within(row: Any) -> bool:
            value = getattr(row, member)
            return value is not None and all(test(value) for test in tests)

        return within

    return build


def _bound(name: str, operator: str, moment: str) -> Callable[[datetime], bool]:
    if operator not in OPERATORS:
        raise invalid(name, f"`{operator}` is not one of: gte, lte, gt, lt")
    compare = OPERATORS[operator]
    try:
        bound = datetime.fromisoformat(moment.replace(" ", "+"))
    except ValueError:
        bound = None
    if bound is None or bound.tzinfo is None:
        raise invalid(name, f"`{moment}` is not a valid date-time")
    return lambda value: compare(value, bound)
