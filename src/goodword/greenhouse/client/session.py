"""Calls to Harvest: authenticated, paced, reads repeated, writes sent once."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

from goodword.greenhouse.client.credentials import Auth
from goodword.greenhouse.client.errors import AddressRefused, RateLimited, Unavailable
from goodword.greenhouse.client.pacing import Pacer, Priority, RateReport
from goodword.greenhouse.client.permissions import Permission
from goodword.greenhouse.client.refusals import refusal
from goodword.greenhouse.client.transport import Answer, Call, Transport

_POLL = 1.0  # seconds between two requests to the pacer, whose answer others may have changed


@dataclass(frozen=True, slots=True)
class Retry:
    """Waits in seconds. They double from `first_wait` up to `longest_wait`, each shortened by up to a half.

    `Retry-After` is obeyed exactly instead. `patience` bounds the sum of all waits of one call: beyond it the error
    goes to the caller, which can come back later without blocking a worker.
    """

    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 8.0
    patience: float = 45.0


READS = Retry()
ONCE = Retry(attempts=1)


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """The clock, how to wait, the rate limit, for whom, and how reads are repeated."""

    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    pacer: Pacer
    priority: Priority
    retry: Retry


class Session:
    """Calls below one base address. `works` becomes True with the first call that is not refused."""

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
        self._transport = transport
        self._auth = auth
        self._policy = policy
        self._worked_before = worked_before

    def get(self, path: str, *, permission: Permission, params: Mapping[str, str] | None = None) -> Answer:
        """Read `path` below the base address."""
        return self.follow(self.base_url + path, permission=permission, params=params)

    def follow(self, url: str, *, permission: Permission, params: Mapping[str, str] | None = None) -> Answer:
        """Read an absolute address, such as the next page's."""
        call = Call("GET", url, params=params or {})
        return repeated(
            lambda: self._exchange(call, permission), retry=self._policy.retry, sleep=self._policy.sleep
        )

    def post(
        self,
        path: str,
        *,
        permission: Permission,
        body: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Write, once. Only a 401 is repeated, once and with a new token: it has written nothing."""
        call = Call("POST", self.base_url + path, body=body, headers=headers or {}, write=True)
        return self._exchange(call, permission)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _exchange(self, call: Call, permission: Permission) -> Answer:
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
            self._policy.pacer.refused(wait=error.wait, now=now)
        raise error

    def _send(self, call: Call, headers: Mapping[str, str]) -> Answer:
        return paced(self._transport, replace(call, headers={**call.headers, **headers}), self._policy)


def paced(transport: Transport, call: Call, policy: CallPolicy) -> Answer:
    """One exchange when the pacer allows it; the pacer observes the answer."""
    _wait_for_turn(call, policy)
    sent = policy.clock()
    answer = transport.send(call)
    policy.pacer.observe(RateReport(sent, policy.clock(), answer.date, answer.rate))
    return answer


def _wait_for_turn(call: Call, policy: CallPolicy) -> None:
    """Wait as the pacer says. Raises RateLimited, without a call, if that takes longer than the retry's patience."""
    waited = 0.0
    while (wait := policy.pacer.take(priority=policy.priority, now=policy.clock())) > 0:
        if waited + wait > policy.retry.patience:
            raise RateLimited(call.where, wait=wait)
        pause = min(wait, _POLL)
        policy.sleep(pause)
        waited += pause


def repeated[T](act: Callable[[], T], *, retry: Retry, sleep: Callable[[float], None]) -> T:
    """Call `act` until it works, on network failures, time-outs, 5xx and 429 only. Raises the last error."""
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
    raise AssertionError("a retry has at least one attempt")


def _backoff(retry: Retry, attempt: int) -> float:
    full = min(retry.longest_wait, retry.first_wait * 2.0 ** (attempt - 1))
    return full * random.uniform(0.5, 1.0)  # noqa: S311  # spreads retries, guards nothing
