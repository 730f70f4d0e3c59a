"""Calls to Harvest: rate limiting, retries, pages, errors."""

import logging
import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from itertools import batched
from typing import Any, Protocol

import httpx2

from goodword.greenhouse.client.errors import (
    AddressRefused,
    Forbidden,
    HarvestError,
    Invalid,
    NotFound,
    NotJson,
    RateLimited,
    Refusal,
    Unauthorised,
    Unavailable,
    UnexpectedShape,
)
from goodword.greenhouse.client.pacing import Pacer, Priority, RateReport
from goodword.greenhouse.client.permissions import HarvestPermission
from goodword.greenhouse.client.records import Record, cleaned, records_of
from goodword.greenhouse.client.transport import Call, HarvestResponse, Transport

log = logging.getLogger(__name__)

_LONGEST_WAIT = 600.0

_DEFAULT_WAIT = 30.0  # a whole v3 window

_LONGEST_DETAIL = 300

_POLL = 1.0  # seconds between questions to the pacer, since other calls may have changed the window

PER_PAGE = 500  # the maximum of both versions; every page costs one call

#: for job posts, each of which comes with its texts and questions, so that a page stays far below the limit of size
POSTS_PER_PAGE = 100

MAX_IDS = 50  # Greenhouse rejects more in one filter with a 422 (greenhouse.md, 2.2)

MAX_PAGES = 20_000  # ten million rows; beyond that we assume an endless list


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Times in seconds. Waits double and are randomly shortened by up to half; `Retry-After` is followed exactly.
    `patience` limits the sum of one call's waits."""

    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 8.0
    patience: float = 45.0


READS = RetryPolicy()


ONCE = RetryPolicy(attempts=1)


@dataclass(frozen=True, slots=True)
class CallPolicy:
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    pacer: Pacer
    priority: Priority
    retry: RetryPolicy


class Auth(Protocol):
    """`acting_user`: whether the credential acts as a Greenhouse user (v3)."""

    acting_user: bool

    def headers(self) -> Mapping[str, str]: ...

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Get new headers after a 401. Returns whether there are any, and so whether to repeat the call once."""

    def secrets(self) -> tuple[str, ...]: ...


class Session:
    """`works` becomes True with the first call that isn't refused. `left_out` counts records that couldn't be read;
    `unreadable` is why the last one couldn't."""

    def __init__(
        self,
        *,
        transport: Transport,
        base_url: str,
        auth: Auth,
        policy: CallPolicy,
        worked_before: bool | None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.works = False
        self.left_out = 0
        self.unreadable: HarvestError | None = None
        self._transport = transport
        self._auth = auth
        self._policy = policy
        self._worked_before = worked_before

    def get(
        self, path: str, *, permission: HarvestPermission, params: Mapping[str, str] | None = None
    ) -> HarvestResponse:
        return self.follow(self.base_url + path, permission=permission, params=params)

    def follow(
        self, url: str, *, permission: HarvestPermission, params: Mapping[str, str] | None = None
    ) -> HarvestResponse:
        call = Call("GET", url, params=params or {})
        return repeated(
            lambda: self._exchange(call, permission), retry=self._policy.retry, sleep=self._policy.sleep
        )

    def post(
        self,
        path: str,
        *,
        permission: HarvestPermission,
        body: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
    ) -> HarvestResponse:
        """Write once. Only a 401, which has no effect, is repeated with a new token."""
        call = Call("POST", self.base_url + path, body=body, headers=headers or {}, write=True)
        return self._exchange(call, permission)

    def parsed[T](self, parse: Callable[[Record], T], records: Iterable[Record]) -> Iterator[T]:
        """Parse records. Leaves out unreadable ones, so that they don't stop the others."""
        for record in records:
            try:
                found = parse(record)
            except UnexpectedShape as error:
                self.leave_out(error)
            else:
                yield found

    def leave_out(self, error: HarvestError, *, records: int = 1) -> None:
        log.warning("Records were left out (%d): %s", records, error)
        self.left_out += records
        self.unreadable = error

    def only[T](self, found: Iterator[T]) -> T | None:
        """Return the record that was read by its id. Raises the error if it was left out."""
        self.unreadable = None
        first = next(found, None)
        if first is None and self.unreadable is not None:
            raise self.unreadable
        return first

    def close(self) -> None:
        self._transport.close()

    def _exchange(self, call: Call, permission: HarvestPermission) -> HarvestResponse:
        headers = self._auth.headers()
        answer = self._send(call, headers)
        if answer.status == HTTPStatus.UNAUTHORIZED and self._auth.renew(headers):
            answer = self._send(call, self._auth.headers())
        now = self._policy.clock()
        error = refusal(
            answer,
            permission=permission,
            acting_user=self._auth.acting_user,
            works_now=self.works,
            worked_before=self._worked_before,
            secrets=self._auth.secrets(),
            now=now,
        )
        if error is None:
            self.works = True
            return answer
        if isinstance(error, RateLimited):
            self._policy.pacer.after_429(wait=error.wait, now=now)
        raise error

    def _send(self, call: Call, headers: Mapping[str, str]) -> HarvestResponse:
        return paced(self._transport, replace(call, headers={**call.headers, **headers}), self._policy)


def paced(transport: Transport, call: Call, policy: CallPolicy) -> HarvestResponse:
    _wait_for_turn(call, policy)
    sent = policy.clock()
    answer = transport.send(call)
    policy.pacer.observe(RateReport(sent, policy.clock(), answer.date, answer.rate))
    return answer


def _wait_for_turn(call: Call, policy: CallPolicy) -> None:
    """Wait until the pacer allows the call. Raises RateLimited, without calling, if that exceeds the retry policy's
    patience."""
    waited = 0.0
    while (wait := policy.pacer.take(priority=policy.priority, now=policy.clock())) > 0:
        if waited + wait > policy.retry.patience:
            raise RateLimited(call.where, wait=wait)
        pause = min(wait, _POLL)
        policy.sleep(pause)
        waited += pause


def repeated[T](act: Callable[[], T], *, retry: RetryPolicy, sleep: Callable[[float], None]) -> T:
    """Repeat `act`, but only after network failures, time-outs, 5xx and 429. Raises the last error."""
    waited = 0.0
    for attempt in range(1, retry.attempts + 1):
        try:
            return act()
        except AddressRefused:
            raise
        except (RateLimited, Unavailable) as error:
            wait = error.wait if isinstance(error, RateLimited) else _backoff(retry, attempt)
            if attempt == retry.attempts or waited + wait > retry.patience:
                raise
        sleep(wait)
        waited += wait
    raise AssertionError("a retry needs at least one attempt")


def _backoff(retry: RetryPolicy, attempt: int) -> float:
    full = min(retry.longest_wait, retry.first_wait * 2.0 ** (attempt - 1))
    return full * random.uniform(0.5, 1.0)  # noqa: S311  # not for security


def pages(
    session: Session, path: str, *, permission: HarvestPermission, params: Mapping[str, str] | None = None
) -> Iterator[list[Record]]:
    """Read pages lazily. The next URL is used unchanged, since a cursor must be the only parameter. Raises
    `UnexpectedShape` if its host or base path isn't ours or it was already read."""
    answer = session.get(path, permission=permission, params={"per_page": str(PER_PAGE), **(params or {})})
    seen = {answer.url}
    for _ in range(MAX_PAGES):
        yield records_of(answer)
        if answer.next_link is None:
            return
        url = _checked(answer, base_url=session.base_url)
        if url in seen:
            raise answer.unexpected("The pages repeat.")
        seen.add(url)
        answer = session.follow(url, permission=permission)
    raise answer.unexpected("The list does not end.")


def _checked(answer: HarvestResponse, *, base_url: str) -> str:
    base = httpx2.URL(base_url)
    try:
        url = httpx2.URL(answer.url).join(answer.next_link or "")
    except httpx2.InvalidURL:
        raise answer.unexpected("The address of the next page cannot be read.") from None
    ours = (base.scheme, base.host, base.port)
    if (url.scheme, url.host, url.port) != ours or not url.path.startswith(base.path.rstrip("/") + "/"):
        raise answer.unexpected("The next page is on another host.")
    if url.userinfo:
        raise answer.unexpected("The address of the next page contains a login.")
    return str(url)


def batches(ids: Iterable[int]) -> Iterator[str]:
    for batch in batched(dict.fromkeys(ids), MAX_IDS):
        yield ",".join(map(str, batch))


def window(since: datetime, until: datetime) -> str:
    """Return a filter of v3 that includes both ends. Without an end, a row that changes while we read could appear
    again on a later page."""
    first, last = (
        moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for moment in (since, until)
    )
    return f"gte|{first}|lte|{last}"


def rows(
    session: Session, path: str, permission: HarvestPermission, params: Mapping[str, str] | None = None
) -> Iterator[Record]:
    for page in pages(session, path, permission=permission, params=params):
        yield from page


def rows_of(
    session: Session,
    path: str,
    permission: HarvestPermission,
    *,
    by: str,
    ids: Iterable[int],
    params: Mapping[str, str] | None = None,
) -> Iterator[Record]:
    for batch in batches(ids):
        yield from rows(session, path, permission, {**(params or {}), by: batch})


def names(
    session: Session, path: str, permission: HarvestPermission, *, include_defaults: bool = False
) -> dict[int, str]:
    """Names by id, or nothing without the permission to read them."""
    params = {"include_defaults": "true"} if include_defaults else None
    try:
        found = rows(session, path, permission, params)
        return dict(session.parsed(lambda row: (row.id(), row.text("name")), found))
    except (Forbidden, NotFound):
        return {}


def refusal(
    answer: HarvestResponse,
    *,
    permission: HarvestPermission,
    acting_user: bool,
    works_now: bool,
    worked_before: bool | None,
    secrets: Iterable[str],
    now: datetime,
) -> HarvestError | None:
    """The error for a response, by status only, since messages are undocumented. A v1 401 means a missing permission
    once a call has worked (`works_now`)."""
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
        return RateLimited(where, wait=_wait_of(answer, now=now), detail=detail)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return Unavailable(where, detail=detail, outcome_unknown=answer.write)
    if status < HTTPStatus.BAD_REQUEST:
        return NotJson(where, detail="The answer points to another address.", outcome_unknown=answer.write)
    return Invalid(where, detail=detail)


def greenhouse_message(answer: HarvestResponse, *, secrets: Iterable[str]) -> str:
    """Greenhouse's reason, shortened and without secrets. Empty for anything undocumented, such as a proxy's page."""
    try:
        body = answer.data
    except NotJson:
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
    text = cleaned("; ".join(words))
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return f"Greenhouse says: {text[:_LONGEST_DETAIL]}" if text else ""


def _wait_of(answer: HarvestResponse, *, now: datetime) -> float:
    """Seconds to wait after a 429: `Retry-After` as seconds or as a date, else a default."""
    value = answer.headers.get("Retry-After", "").strip()
    try:
        wait = float(value)
    except ValueError:
        wait = _until(value, now=now)
    if not math.isfinite(wait):
        wait = _DEFAULT_WAIT
    return min(max(wait, 0.0), _LONGEST_WAIT)


def _until(value: str, *, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return _DEFAULT_WAIT
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()
