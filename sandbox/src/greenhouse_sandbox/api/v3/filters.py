"""Query filters of lists. A filter turns the text of a parameter into a test for one row."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from operator import ge, gt, le, lt
from typing import Any

from greenhouse_sandbox.api.v3.requests import invalid
from greenhouse_sandbox.reading import whole_number
from greenhouse_sandbox.store import Store

type Test = Callable[[Any], bool]
type Filter = Callable[[Store, str, str], Test]
type Keys = Callable[[str, str], list[Any]]
type Bound = tuple[str, datetime]

MAX_IDS = 50
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {"gte": ge, "lte": le, "gt": gt, "lt": lt}


def parse_ids(name: str, text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > MAX_IDS:
        raise invalid(name, f"array size is greater than: {MAX_IDS}")
    numbers = []
    for part in parts:
        number = whole_number(part)
        if number is None:
            raise invalid(name, f"`{part}` is not an integer")
        numbers.append(number)
    return numbers


def ids(member: str) -> Filter:
    def build(_: Store, name: str, text: str) -> Test:
        wanted = set(parse_ids(name, text))
        return lambda row: getattr(row, member) in wanted

    return build


def ids_within(member: str) -> Filter:
    def build(_: Store, name: str, text: str) -> Test:
        wanted = set(parse_ids(name, text))
        return lambda row: not wanted.isdisjoint(getattr(row, member))

    return build


def boolean(member: str) -> Filter:
    def build(_: Store, name: str, text: str) -> Test:
        wanted = parse_boolean(name, text)
        return lambda row: bool(getattr(row, member)) == wanted

    return build


def parse_boolean(name: str, text: str) -> bool:
    """Parse a boolean. 422 unless it is `true` or `false`."""
    if text not in {"true", "false"}:
        raise invalid(name, f"`{text}` is not a boolean")
    return text == "true"


def text(member: str) -> Filter:
    """Rows whose `member` is exactly this text."""

    def build(_: Store, __: str, wanted: str) -> Test:
        return lambda row: getattr(row, member) == wanted

    return build


def texts(member: str) -> Filter:
    """Rows whose `member` is one of a comma-separated list."""

    def build(_: Store, __: str, wanted: str) -> Test:
        parts = set(wanted.split(","))
        return lambda row: getattr(row, member) in parts

    return build


def number(member: str) -> Filter:
    def build(_: Store, name: str, text: str) -> Test:
        wanted = parse_ids(name, text)[0]
        return lambda row: getattr(row, member) == wanted

    return build


def nothing(_: Store, __: str, ___: str) -> Test:
    return lambda _row: False


def no_moment(_: Store, name: str, wanted: str) -> Test:
    """Match no row, for a datetime that nothing in the sandbox has."""
    parse_dates(name, wanted)
    return lambda _row: False


def no_day(_: Store, name: str, wanted: str) -> Test:
    for _operator, day in _pairs(name, wanted):
        _day(name, day)
    return lambda _row: False


def only(name: str, *, of: tuple[str, ...]) -> Filter:
    """All rows for the choice `name`, which all rows have; none for other choices."""

    def build(_: Store, parameter: str, wanted: str) -> Test:
        check_choice(parameter, wanted, dict.fromkeys(of))
        return lambda _row: wanted == name

    return build


def accepted(_: Store, name: str, wanted: str) -> Test:
    """A boolean that is validated here; the resource's visibility applies it."""
    parse_boolean(name, wanted)
    return lambda _row: True


def option(store: Store, name: str, text: str) -> Test:
    """Rows whose custom field has the option with this id."""
    row = store.custom_field_options.get(parse_ids(name, text)[0])
    custom_field = store.custom_fields.get(row.custom_field_id) if row else None
    if row is None or custom_field is None:
        return lambda _row: False
    key, label = custom_field.name_key, row.name

    def chosen(one: Any) -> bool:
        value = (one.custom_fields.get(key) or {}).get("value")
        return value == label or (isinstance(value, list) and label in value)

    return chosen


def choice(member: str, values: dict[str, Any]) -> Filter:
    """Rows whose `member` is the value of the named choice."""

    def build(_: Store, name: str, wanted: str) -> Test:
        check_choice(name, wanted, values)
        return lambda row: getattr(row, member) == values[wanted]

    return build


def check_choice(name: str, wanted: str, values: dict[str, Any]) -> None:
    """Raise ApiError (422) unless `wanted` is one of the choices."""
    if wanted not in values:
        names = ", ".join(f'"{value}"' for value in values)
        raise invalid(name, f"`{wanted}` is not one of: [{names}]")


def dates(member: str) -> Filter:
    """Rows whose datetime `member` matches `gte|2026-01-01T00:00:00Z`, or two of these joined by `|`."""

    def build(_: Store, name: str, wanted: str) -> Test:
        asked = [(OPERATORS[operator], moment) for operator, moment in parse_dates(name, wanted)]

        def within(row: Any) -> bool:
            value = getattr(row, member)
            return value is not None and all(compare(value, moment) for compare, moment in asked)

        return within

    return build


def midnights(member: str) -> Filter:
    def build(_: Store, name: str, wanted: str) -> Test:
        asked = [(OPERATORS[operator], moment) for operator, moment in parse_dates(name, wanted)]

        def within(row: Any) -> bool:
            day = getattr(row, member)
            return day is not None and all(
                compare(datetime.fromisoformat(day).replace(tzinfo=UTC), moment) for compare, moment in asked
            )

        return within

    return build


def days(member: str) -> Filter:
    """Rows whose ISO date `member` matches `gte|2026-01-01`, or two of these joined by `|`."""

    def build(_: Store, name: str, wanted: str) -> Test:
        asked = [(OPERATORS[operator], day) for operator, day in _pairs(name, wanted)]
        for _operator, day in asked:
            _day(name, day)

        def within(row: Any) -> bool:
            value = getattr(row, member)
            return value is not None and all(compare(value, day) for compare, day in asked)

        return within

    return build


def parse_dates(name: str, wanted: str) -> list[Bound]:
    return [(operator, _moment(name, moment)) for operator, moment in _pairs(name, wanted)]


def bounds(asked: list[Bound]) -> tuple[datetime | None, datetime | None]:
    """The earliest and the latest moment that can match."""
    lower = [moment for operator, moment in asked if operator in {"gte", "gt"}]
    upper = [moment for operator, moment in asked if operator in {"lte", "lt"}]
    return (max(lower) if lower else None, min(upper) if upper else None)


def _pairs(name: str, wanted: str) -> list[tuple[str, str]]:
    parts = wanted.split("|")
    if len(parts) % 2:
        raise invalid(name, f"`{wanted}` is not of the form operator|timestamp")
    for operator in parts[::2]:
        if operator not in OPERATORS:
            raise invalid(name, f"`{operator}` is not one of: gte, lte, gt, lt")
    return list(zip(parts[::2], parts[1::2], strict=True))


def _moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise invalid(name, f"`{text}` is not a valid date-time") from error


def _day(name: str, text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise invalid(name, f"`{text}` is not a valid date") from error
