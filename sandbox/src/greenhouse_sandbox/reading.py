"""Reads numbers, addresses and JSON that clients send."""

import json
from typing import Any, Final, Never
from urllib.parse import urlsplit

#: the highest ids have 19 digits
MOST_DIGITS: Final = 19


def whole_number(text: object) -> int | None:
    """Parse digits. None if it isn't a whole number of at least 0."""
    written = str(text)
    is_number = written.isascii() and written.isdecimal() and len(written) <= MOST_DIGITS
    return int(written) if is_number and not isinstance(text, bool) else None


def is_web_address(text: str) -> bool:
    """Whether it begins with http:// or https:// and a host."""
    try:
        parts = urlsplit(text)
    except ValueError:  # half an IPv6 address
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def read_json(raw: bytes) -> Any:
    """Parse JSON. Raises ValueError if it is invalid or nested too deeply, and for what Python would accept: NaN and
    halves of surrogate pairs, which can't be sent in a response."""
    try:
        data = json.loads(raw, parse_constant=_refuse)
        if b"\\ud" in raw.lower():
            json.dumps(data, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("It is nested too deeply.") from error
    return data


def _refuse(name: str) -> Never:
    raise ValueError(f"{name} is not JSON.")
