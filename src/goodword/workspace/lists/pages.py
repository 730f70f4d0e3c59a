"""Keyset pagination of a list: each page begins after the last row of the previous one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from django.db.models import BooleanField, DateTimeField, F, Func, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from goodword.workspace.lists.query import ListPosition, assessment_since, state_at
from goodword.workspace.models import ListedApplication

PAGE: Final = 50
#: urgency of a step with a deadline, and what is added to that of ended applications (the view in migrations/)
_RUNNING: Final = 1
_ENDED: Final = 10
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: replaces a missing date, which sorts last in both directions
_FIRST: Final = datetime(1, 1, 2, tzinfo=UTC)
_LAST: Final = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Order:
    """Sorts rows by `keys`, then by application, all in one direction, so an index can be used. `named`: the keys are
    texts such as names, so URLs contain the application's id instead. `urgent`: the keys are the urgency and its order,
    which for running steps is the deadline; URLs leave it out, since it would reveal an adjustment."""

    keys: Sequence[Combinable]
    descends: bool = False
    named: bool = False
    urgent: bool = False

    @classmethod
    def of(cls, sort: str, *, now: datetime) -> Self:
        """Return the order for the `sort` of a ListQuery."""
        descends, name = sort.startswith("-"), sort.removeprefix("-")
        nowhere = Value(_FIRST if descends else _LAST, DateTimeField())
        match name:
            case "":
                return cls(keys=(F("urgency"), F("urgency_order")), urgent=True)
            case "name":
                return cls(keys=(F("sort_name"),), descends=descends, named=True)
            case "role":
                return cls(keys=(F("role__plain_title"),), descends=descends, named=True)
            case "stage":
                return cls(keys=(F("stage_name"),), descends=descends, named=True)
            case "assessment" | "check":
                return cls(keys=(state_at(name, now=now),), descends=descends)
            case "assessment_at":
                return cls(keys=(Coalesce(assessment_since(now=now), nowhere),), descends=descends)
            case "check_at":
                return cls(keys=(Coalesce("check_at", nowhere),), descends=descends)
            case "reminder":
                return cls(keys=(Coalesce("next_reminder_at", nowhere),), descends=descends)
            case "added":
                return cls(keys=(F("created_at"),), descends=descends)
            case _:
                raise ValueError(f"There is no order {name!r}.")

    def sorted(
        self, rows: QuerySet[ListedApplication], *, backwards: bool = False
    ) -> QuerySet[ListedApplication]:
        keys = (*self._aliases, "application_id")
        rows = rows.annotate(**dict(zip(self._aliases, self.keys, strict=True)))
        return rows.order_by(*(f"-{key}" if self.descends is not backwards else key for key in keys))

    def beyond(
        self, rows: QuerySet[ListedApplication], place: Sequence[Any], *, backwards: bool
    ) -> QuerySet[ListedApplication]:
        """Return the rows after or before a place."""
        sign = "<" if self.descends is not backwards else ">"
        here = Func(*self.keys, F("application_id"), template="(%(expressions)s)")
        there = Func(*(_value(value) for value in place), template="(%(expressions)s)")
        return rows.filter(
            Func(
                here, there, arg_joiner=f" {sign} ", template="(%(expressions)s)", output_field=BooleanField()
            )
        )

    def place_of(self, row: Sequence[Any]) -> str:
        """Return the place for a URL. `row`: its keys and its application."""
        if self.named:
            row = row[-1:]
        elif self.urgent and row[0] % _ENDED == _RUNNING:
            row = (row[0], row[-1])
        return ".".join(str(_number(value)) for value in row)

    def place(self, rows: QuerySet[ListedApplication], text: str) -> Sequence[Any] | None:
        """Parse the result of `place_of`. Returns None for another order, or if the candidate has left the list."""
        try:
            numbers = [int(part) for part in text.split(".")]
        except ValueError:
            return None
        if any(abs(number) >= 2**63 for number in numbers):
            return None
        if self.named:
            return self._keys_of(rows, numbers[-1]) if len(numbers) == 1 else None
        if self.urgent and len(numbers) == 2:
            found = self._keys_of(rows, numbers[-1])
            return found if found and found[0] == numbers[0] else None
        if len(numbers) != len(self.keys) + 1:
            return None
        try:
            return [
                _EPOCH + timedelta(microseconds=number) if _is_date(key) else number
                for key, number in zip((*self.keys, F("application_id")), numbers, strict=True)
            ]
        except OverflowError:
            return None

    def _keys_of(self, rows: QuerySet[ListedApplication], application: int) -> Sequence[Any] | None:
        return self.sorted(rows.filter(application=application)).values_list(*self.columns).first()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of sorted rows for `place_of`."""
        return (*self._aliases, "application_id")

    @property
    def _aliases(self) -> tuple[str, ...]:
        return tuple(f"key{number}" for number in range(len(self.keys)))


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """`number`: the page number shown, starting at 1. `first`, `last`: numbers of its rows among `total`."""

    ids: Sequence[int]
    number: int
    total: int
    after: str
    before: str

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.ids) - 1


def page_of(rows: QuerySet[ListedApplication], order: Order, place: ListPosition, *, total: int) -> ListPage:
    """Return a page. One query; two if sorted by words, or if a page turns out to be empty."""
    pages = max(1, -(-total // PAGE))
    number = min(max(place.page, 1), pages)
    start = order.place(rows, place.after or place.before) if place.after or place.before else None
    found: list[Any] = []
    if start is not None and place.after and number > 1:
        found = _taken(order.sorted(order.beyond(rows, start, backwards=False)), order)
    elif start is not None and place.before and number > 1:
        found = _taken(order.sorted(order.beyond(rows, start, backwards=True), backwards=True), order)[::-1]
        found = found if len(found) == PAGE else []
    elif number > 1 and number == pages:
        found = _taken(order.sorted(rows, backwards=True), order, limit=total - (pages - 1) * PAGE)[::-1]
    elif number > 1:
        found = _taken(order.sorted(rows), order, offset=(number - 1) * PAGE)
    if not found:
        number = 1
        found = _taken(order.sorted(rows), order)
    return ListPage(
        ids=[row[-1] for row in found],
        number=number,
        total=total,
        before=order.place_of(found[0]) if found else "",
        after=order.place_of(found[-1]) if found else "",
    )


def _taken(rows: QuerySet[ListedApplication], order: Order, *, offset: int = 0, limit: int = 0) -> list[Any]:
    return list(rows.values_list(*order.columns)[offset : offset + (limit or PAGE)])


def _value(value: Any) -> Value:
    return Value(value, TextField()) if isinstance(value, str) else Value(value)


def _is_date(key: Combinable) -> bool:
    return isinstance(key, Coalesce) or key == F("created_at")


def _number(value: Any) -> int:
    return (value - _EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else int(value)
