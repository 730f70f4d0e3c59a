"""From an answer's status to an error. Messages are undocumented, so only the status decides."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from goodword.greenhouse.client.errors import (
    Forbidden,
    HarvestError,
    Invalid,
    NotFound,
    RateLimited,
    Refusal,
    Unauthorised,
    Unavailable,
    UnexpectedShape,
)
from goodword.greenhouse.client.permissions import Permission
from goodword.greenhouse.client.transport import Answer

_LONGEST_WAIT = 600.0
_LONGEST_DETAIL = 300


def refusal(
    answer: Answer,
    *,
    permission: Permission,
    acting_user: bool,
    works_now: bool,
    worked_before: bool | None,
    secrets: Iterable[str],
    now: datetime,
) -> HarvestError | None:
    """The error of an answer, None for a success.

    `acting_user` is True for v3, where a user stands behind the token. v1 also answers 401 for a missing permission: it
    means that once another call of this client has worked (`works_now`).
    """
    where, status = answer.where, answer.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    detail = greenhouse_message(answer, secrets=secrets)
    if status == HTTPStatus.FORBIDDEN or (
        status == HTTPStatus.UNAUTHORIZED and works_now and not acting_user
    ):
        return Forbidden(
            where,
            permission=permission.name,
            scopes=permission.scopes if acting_user else (),
            acting_user=acting_user,
            detail=detail,
        )
    if status == HTTPStatus.UNAUTHORIZED:
        kind = Refusal.after(True if works_now else worked_before)
        return Unauthorised(where, kind=kind, may_be_permission=not acting_user, detail=detail)
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return NotFound(where, detail=detail)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(where, wait=wait_of(answer, now=now), detail=detail)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return Unavailable(where, detail=detail, outcome_unknown=answer.write)
    if status < HTTPStatus.BAD_REQUEST:
        return UnexpectedShape(
            where, detail="The answer points to another address.", outcome_unknown=answer.write
        )
    return Invalid(where, detail=detail)


def greenhouse_message(answer: Answer, *, secrets: Iterable[str]) -> str:
    """Greenhouse's reason, shortened and without secrets (one of its refusals echoes the client id).

    The documented form is `{"message", "errors": [text | {parameter: text}]}`; the token endpoint sends `{"error"}`.
    Anything else, such as a proxy's HTML page, is ignored.
    """
    try:
        body = answer.json()
    except UnexpectedShape:
        return ""
    if not isinstance(body, Mapping):
        return ""
    parts = (body.get(name) for name in ("message", "error", "error_description"))
    words = [part for part in parts if isinstance(part, str)]
    errors = body.get("errors")
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, str):
            words.append(error)
        elif isinstance(error, Mapping):
            words.extend(f"{name}: {text}" for name, text in error.items() if isinstance(text, str))
    text = "; ".join(words)
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return f"Greenhouse says: {text[:_LONGEST_DETAIL]}" if text else ""


def wait_of(answer: Answer, *, now: datetime) -> float:
    """The wait of a 429 in seconds: `Retry-After` in seconds or as a date, else a whole v3 window."""
    value = answer.headers.get("Retry-After", "").strip()
    try:
        wait = float(value)
    except ValueError:
        wait = _until(value, now=now)
    if not math.isfinite(wait):
        wait = 30.0
    return min(max(wait, 0.0), _LONGEST_WAIT)


def _until(value: str, *, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 30.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()
