"""Lists: filters, order, pages, and the fields a client chose. Cursors are base64 of compact JSON."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Response, g, request

from greenhouse_sandbox.api.answers import json_response
from greenhouse_sandbox.api.v3 import filters
from greenhouse_sandbox.api.v3.filters import Filter, Keys, Test
from greenhouse_sandbox.api.v3.requests import invalid, v3_error
from greenhouse_sandbox.reading import read_json, whole_number
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.table import Derived, Table
from greenhouse_sandbox.tokens import Bearer

MANY = 2000
SHARE = 3
type Source = Table[Any] | Derived[Any, Any]
MAX_PER_PAGE = 500
MAX_FIELDS = 50
COMMON: dict[str, Filter] = {
    "ids": filters.ids("id"),
    "created_at": filters.dates("created_at"),
    "updated_at": filters.dates("updated_at"),
}


@dataclass(frozen=True)
class Cursor:
    """The start of the next page: the original query, the first id, and the page number."""

    query: dict[str, str]
    per_page: int
    id: int
    page: int
    original_request_id: str

    def encode(self) -> str:
        raw = json.dumps(vars(self), separators=(",", ":"), ensure_ascii=False).encode()
        return base64.b64encode(raw).decode()


def decode(text: str) -> Cursor:
    """Parse a cursor. Raises ApiError (422) if it isn't one of ours."""
    try:
        data = read_json(base64.b64decode(text, validate=True))
        return Cursor(
            query={str(name): str(value) for name, value in data["query"].items()},
            per_page=int(data["per_page"]),
            id=int(data["id"]),
            page=int(data["page"]),
            original_request_id=str(data["original_request_id"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise v3_error(422, "The cursor is invalid or has expired.") from error


def rows(
    source: Source,
    query: dict[str, str],
    *,
    indexed: dict[str, tuple[str, filters.Keys]],
    dated: dict[str, str],
    elsewhere: dict[str, Callable[[str, str], list[int]]],
    start: int | None,
) -> Iterator[Any]:
    """Rows that may match the query, from id `start` (inclusive) downwards.

    `indexed`, `dated` and `elsewhere` narrow them down by a field, a time or another table.
    """
    found = _narrowed(source, query, indexed, dated, elsewhere)
    if found is None:
        return source.falling(start)
    falling = sorted(found, reverse=True)
    return (found[one] for one in falling if start is None or one <= start)


def _narrowed(
    source: Source,
    query: dict[str, str],
    indexed: dict[str, tuple[str, filters.Keys]],
    dated: dict[str, str],
    elsewhere: dict[str, Callable[[str, str], list[int]]],
) -> dict[int, Any] | None:
    """The smallest indexed set that has all matching rows; None if a scan is as fast."""
    if query.get("ids"):
        wanted = filters.parse_ids("ids", query["ids"])
        return {row.id: row for row in (source.get(one) for one in wanted) if row}
    best: tuple[str, list[Any]] | None = None
    fewest = MANY if isinstance(source, Derived) else max(MANY, len(source) // SHARE)
    for name, (member, keys) in indexed.items():
        if query.get(name):
            values = keys(name, query[name])
            count = sum(source.count(member, value) for value in values)
            if count < fewest or isinstance(source, Derived):
                best, fewest = (member, values), count
    for name, find in elsewhere.items():
        if query.get(name):
            ids = find(name, query[name])
            if len(ids) < fewest:
                return {row.id: row for row in (source.get(one) for one in ids) if row}
    for name, member in dated.items():
        if query.get(name):
            lower, upper = filters.bounds(filters.parse_dates(name, query[name]))
            within = source.within(member, lower, upper, at_most=fewest)
            if within is not None and len(within) < fewest:
                return {row.id: row for row in within}
    if best is None:
        return None
    return {row.id: row for value in best[1] for row in source.by(best[0], value)}


def _all(_: Store, __: Bearer, ___: dict[str, str]) -> Test:
    return lambda _row: True


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A kind of record that can be listed.

    `indexed` and `keyed` name, for a filter, the field by which rows are found; `dated` the times by which the table is
    sorted. `elsewhere` finds ids through another table. `visible` makes the test for what the caller may see.
    """

    name: str
    table: Callable[[Store], Source]
    shape: Callable[[Store, Any], dict[str, Any]]
    filters: dict[str, Filter] = field(default_factory=dict)
    indexed: dict[str, str] = field(default_factory=dict)
    keyed: dict[str, tuple[str, Keys]] = field(default_factory=dict)
    dated: dict[str, str] = field(
        default_factory=lambda: {"created_at": "created_at", "updated_at": "updated_at"}
    )
    elsewhere: dict[str, Callable[[Store, str, str], list[int]]] = field(default_factory=dict)
    visible: Callable[[Store, Bearer, dict[str, str]], Test] = _all

    @property
    def scope(self) -> str:
        return f"harvest:{self.name}:list"


def list_page(resource: Resource, store: Store, caller: Bearer) -> Response:
    """The requested page, highest id first, with a link to the next one."""
    cursor = _cursor()
    query = cursor.query if cursor else _query()
    per_page = _per_page(query)
    if {"created_at", "updated_at"} <= query.keys() and store.switches["both_date_filters"] == 422:
        raise invalid("updated_at", "cannot be combined with created_at")
    tests = [
        _filter(resource, name)(store, name, text)
        for name, text in query.items()
        if _known(store, resource, name, text)
    ]
    tests.append(resource.visible(store, caller, query))
    members = _members(query)
    page: list[Any] = []
    following: int | None = None
    for row in rows(
        resource.table(store),
        query,
        indexed={name: (member, filters.parse_ids) for name, member in resource.indexed.items()}
        | resource.keyed,
        dated=resource.dated,
        elsewhere={name: partial(find, store) for name, find in resource.elsewhere.items()},
        start=cursor.id if cursor else None,
    ):
        if all(test(row) for test in tests):
            if len(page) == per_page:
                following = row.id
                break
            page.append(row)
    shaped = [resource.shape(store, row) for row in page]
    if members:
        shaped = [{name: one[name] for name in one if name in members} for one in shaped]
    return json_response(shaped, headers=_link(store, query, per_page, cursor, following))


def _cursor() -> Cursor | None:
    text = request.args.get("cursor")
    if text is None:
        return None
    if len(request.args) > 1:
        raise v3_error(422, "When passing a cursor, do not include other query params.")
    return decode(text)


def _query() -> dict[str, str]:
    """The parameters by name. `updated_at[gte]=X` is read as `updated_at=gte|X`."""
    query: dict[str, str] = {}
    for name, text in request.args.items():
        base, bracket, rest = name.partition("[")
        value = f"{rest.removesuffix(']')}|{text}" if bracket else text
        query[base] = f"{query[base]}|{value}" if bracket and base in query else value
    return query


def _per_page(query: dict[str, str]) -> int:
    text = query.get("per_page", "100")
    number = whole_number(text)
    if number is None:
        raise invalid("per_page", f"`{text}` is not an integer")
    if number > MAX_PER_PAGE:
        raise invalid("per_page", f"`{number}` number is greater than: {MAX_PER_PAGE}")
    if number < 1:
        raise invalid("per_page", f"`{number}` number is less than: 1")
    return number


def _members(query: dict[str, str]) -> list[str]:
    members = query["fields"].split(",") if query.get("fields") else []
    if len(members) > MAX_FIELDS:
        raise invalid("fields", f"array size is greater than: {MAX_FIELDS}")
    return members


def _filter(resource: Resource, name: str) -> Filter:
    return resource.filters.get(name) or COMMON[name]


def _known(store: Store, resource: Resource, name: str, text: str) -> bool:
    if name in resource.filters or name in COMMON:
        return text != ""
    if name not in {"per_page", "fields", "cursor"} and store.switches["unknown_params"] == 422:
        raise invalid(name, "unknown query parameter")
    return False


def _link(
    store: Store, query: dict[str, str], per_page: int, cursor: Cursor | None, following: int | None
) -> dict[str, str]:
    if following is None:
        return {} if store.switches["last_page_link"] == "absent" else {"Link": ""}
    after = Cursor(
        query=query,
        per_page=per_page,
        id=following,
        page=cursor.page + 1 if cursor else 2,
        original_request_id=cursor.original_request_id if cursor else g.request_id,
    )
    return {"Link": f'<{request.base_url}?cursor={quote(after.encode(), safe="")}>; rel="next"'}
