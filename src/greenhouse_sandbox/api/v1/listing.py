"""Pages of v1: numbered, with next, last and prev in the Link header. Lowest id first."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from greenhouse_sandbox.api.answers import json_response
from greenhouse_sandbox.api.v1.guard import validation_error

MAX_PER_PAGE = 500


def list_page(rows: Iterable[Any], shape: Callable[[Any], dict[str, Any]]) -> Response:
    """The page of `rows` that the request asks for by `page` and `per_page`."""
    number = _whole("page", 1)
    per_page = _whole("per_page", 100)
    if per_page > MAX_PER_PAGE:
        raise validation_error("per_page", f"Must be between 1 and {MAX_PER_PAGE}")
    found = list(rows)
    last = max(1, -(-len(found) // per_page))
    page = found[(number - 1) * per_page : number * per_page]
    links = []
    if number < last:
        links.append(_link(number + 1, per_page, "next"))
    if number > 1:
        links.append(_link(number - 1, per_page, "prev"))
    if request.args.get("skip_count") != "true":
        links.append(_link(last, per_page, "last"))
    headers = {"Link": ",".join(links)} if links else {}
    return json_response([shape(row) for row in page], headers=headers)


def matching(rows: Iterable[Any], *, touched: str = "updated_at") -> list[Any]:
    """Rows within `created_before/after`, `updated_before/after` and `last_activity_after` of the request."""
    bounds = [
        ("created_after", "created_at", 1),
        ("created_before", "created_at", -1),
        ("updated_after", touched, 1),
        ("updated_before", touched, -1),
        ("last_activity_after", "last_activity_at", 1),
    ]
    found = list(rows)
    for parameter, member, sign in bounds:
        text = request.args.get(parameter)
        if text:
            found = [
                row for row in found if _within(getattr(row, member, None), _moment(parameter, text), sign)
            ]
    return found


def flag(name: str) -> bool | None:
    """A parameter that is true or false, or absent."""
    text = request.args.get(name)
    return None if text is None else text == "true"


def number(name: str) -> int | None:
    """A parameter that is an id, or absent; text that is no id finds nothing."""
    text = request.args.get(name)
    if text is None:
        return None
    return int(text) if text.isdecimal() else -1


def _within(value: datetime | None, bound: datetime, sign: int) -> bool:
    return value is not None and (value > bound if sign > 0 else value < bound)


def _moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise validation_error(name, "Must be an ISO-8601 timestamp") from error
    return moment if moment.tzinfo else moment.astimezone()


def _whole(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise validation_error(name, "Must be a positive integer")
    return int(text)


def _link(page: int, per_page: int, relation: str) -> str:
    others = {name: text for name, text in request.args.items() if name not in {"page", "per_page"}}
    query = urlencode({**others, "page": page, "per_page": per_page})
    return f'<{request.base_url}?{query}>; rel="{relation}"'
