import hashlib
import json
from typing import Any

from flask import Response

from greenhouse_sandbox.store.table import Row, Table

PHRASES = {401: "Unauthorized", 403: "Forbidden", 422: "Unprocessable Content"}


class ApiError(Exception):
    """`body` is sent as JSON, or as plain text if it is a string."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = headers or {}


def json_response(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Compact UTF-8 JSON with a newline at the end, as Harvest sends it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"
    response = Response(text, status, headers)
    response.headers["Content-Type"] = "application/json;charset=utf-8"
    response.headers["Cache-Control"] = "max-age=0, private, must-revalidate"
    response.headers["Vary"] = "Accept,Accept-Encoding"
    response.headers["ETag"] = f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    return response


def error_response(error: ApiError) -> Response:
    if isinstance(error.body, str):
        response = Response(error.body + "\n", error.status, error.headers, mimetype="text/plain")
    else:
        response = json_response(error.body, error.status, error.headers)
    return response


def not_found() -> ApiError:
    """The same in both versions."""
    return ApiError(404, {"message": "Resource not found"})


def one[R: Row](table: Table[R], row_id: int | None) -> R:
    """Return a row. Raises ApiError (404) if there is none."""
    row = table.get(row_id)
    if row is None:
        raise not_found()
    return row
