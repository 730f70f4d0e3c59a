"""Pages of v1: numbered, with next, last and prev in the Link header. Lowest id first."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from greenhouse_sandbox.api.answers import json_response
from greenhouse_sandbox.api.v1.requests import validation_error
from greenhouse_sandbox.reading import whole_number
from greenhouse_sandbox.store.table import Table

MAX_PER_PAGE = 500
FEW = 2000
SHARE = 8
#: parameter, field, and whether it is the lower bound (inclusive)
BOUNDS = (
    ("created_after", "created_at", True),
    ("created_before", "created_at", False),
    ("updated_after", "updated_at", True),
    ("updated_before", "updated_at", False),
    ("last_activity_after", "last_activity_at", True),
    ("resolved_after", "resolved_at", True),
    ("resolved_before", "resolved_at", False),
)

type Rows = Sequence[Any] | Table[Any]


def list_page(rows: Rows, shape: Callable[[Any], dict[str, Any]], *, only_next: bool = False) -> Response:
    """The requested `page`. `only_next`: newer paging, which links only to the next page."""
    number = _whole("page", 1)
    per_page = _whole("per_page", 100)
    if per_page > MAX_PER_PAGE:
        raise validation_error("per_page", f"Must be between 1 and {MAX_PER_PAGE}")
    last = max(1, -(-len(rows) // per_page))
    start, stop = (number - 1) * per_page, number * per_page
    page = rows.page(start, stop) if isinstance(rows, Table) else rows[start:stop]
    links = []
    if number < last:
        links.append(_link(number + 1, per_page, "next"))
    if number > 1 and not only_next:
        links.append(_link(number - 1, per_page, "prev"))
    if request.args.get("skip_count") != "true" and not only_next:
        links.append(_link(last, per_page, "last"))
    headers = {"Link": ",".join(links)} if links else {}
    return json_response([shape(row) for row in page], headers=headers)


def matching(rows: Rows) -> Rows:
    """Rows that match `created_before/after`, `updated_before/after` and the like, lowest id first."""
    asked = [
        (member, lower, _moment(parameter, request.args[parameter]))
        for parameter, member, lower in BOUNDS
        if request.args.get(parameter)
    ]
    if not asked:
        return rows
    found = _narrowed(rows, asked) if isinstance(rows, Table) else list(rows)
    return [row for row in found if all(_within(row, *bound) for bound in asked)]


def everything(rows: Rows) -> list[Any]:
    return list(rows.rising()) if isinstance(rows, Table) else list(rows)


def flag(name: str) -> bool | None:
    text = request.args.get(name)
    return None if text is None else text == "true"


def number(name: str) -> int | None:
    """Text that isn't a number matches nothing."""
    text = request.args.get(name)
    if text is None:
        return None
    found = whole_number(text)
    return -1 if found is None else found


def _narrowed(table: Table[Any], asked: list[tuple[str, bool, datetime]]) -> list[Any]:
    """The rows between the field's bounds if the table is sorted by it, else all rows."""
    member = asked[0][0]
    if hasattr(table.kind, "__dataclass_fields__") and member in table.kind.__dataclass_fields__:
        lower = [moment for name, is_lower, moment in asked if name == member and is_lower]
        upper = [moment for name, is_lower, moment in asked if name == member and not is_lower]
        found = table.within(
            member,
            max(lower) if lower else None,
            min(upper) if upper else None,
            at_most=max(FEW, len(table) // SHARE),
        )
        if found is not None:
            return sorted(found, key=lambda row: row.id)
    return list(table.rising())


def _within(row: Any, member: str, lower: bool, bound: datetime) -> bool:
    value = getattr(row, member, None)
    return value is not None and (value >= bound if lower else value < bound)


def _moment(name: str, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.replace(" ", "+")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise validation_error(name, "Must be an ISO-8601 timestamp") from error


def _whole(name: str, default: int) -> int:
    found = whole_number(request.args.get(name, str(default)))
    if not found:
        raise validation_error(name, "Must be a positive integer")
    return found


def _link(page: int, per_page: int, relation: str) -> str:
    others = {name: text for name, text in request.args.items() if name not in {"page", "per_page"}}
    query = urlencode({**others, "page": page, "per_page": per_page})
    return f'<{request.base_url}?{query}>; rel="{relation}"'
