"""One caller's conversation with Harvest: authenticated, paced, reads repeated, writes sent once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol

from goodword.greenhouse.client.errors import RateLimited
from goodword.greenhouse.client.pacing import Pacer, Priority, Told
from goodword.greenhouse.client.permissions import Permission
from goodword.greenhouse.client.refusals import refusal
from goodword.greenhouse.client.retry import Retry, repeated
from goodword.greenhouse.client.transport import Answer, Call, Transport

_ASK_AGAIN = 1.0  # seconds between two asks of the pacer: others may have changed what it said


class Auth(Protocol):
    """How a call proves who it is."""

    acting_user: bool
    """True if a Greenhouse user stands behind the credential (v3)."""

    def headers(self) -> Mapping[str, str]:
        """The headers that prove it. v3 may mint a token for it."""

    def renew(self, refused: Mapping[str, str]) -> bool:
        """After a 401 to these headers: True if there are others now, worth one repetition of the call."""

    def secrets(self) -> tuple[str, ...]:
        """What must be taken out of Greenhouse's words."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How calls are made: what time it is, how to wait, whose turn it is, who waits for them, how reads are
    repeated."""

    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    pacer: Pacer
    priority: Priority
    retry: Retry


class Session:
    """Calls below one base address. `works` turns True with the first call that is not refused as such."""

    def __init__(
        self, *, transport: Transport, base_url: str, auth: Auth, manner: Manner, worked_before: bool | None
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.works = False
        self._transport = transport
        self._auth = auth
        self._manner = manner
        self._worked_before = worked_before

    def get(self, path: str, *, permission: Permission, params: Mapping[str, str] | None = None) -> Answer:
        """Read `path` below the base address."""
        return self.follow(self.base_url + path, permission=permission, params=params)

    def follow(self, url: str, *, permission: Permission, params: Mapping[str, str] | None = None) -> Answer:
        """Read an absolute address, such as the next page's."""
        call = Call("GET", url, params=params or {})
        return repeated(
            lambda: self._exchange(call, permission), retry=self._manner.retry, sleep=self._manner.sleep
        )

    def post(
        self,
        path: str,
        *,
        permission: Permission,
        body: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Write, once. Only a 401 is repeated, once and with a fresh token: nothing was done then."""
        call = Call("POST", self.base_url + path, body=body, headers=headers or {}, write=True)
        return self._exchange(call, permission)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _exchange(self, call: Call, permission: Permission) -> Answer:
        proof = self._auth.headers()
        answer = self._sent(call, proof)
        if answer.status == HTTPStatus.UNAUTHORIZED and self._auth.renew(proof):
            answer = self._sent(call, self._auth.headers())
        now = self._manner.clock()
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
            self._manner.pacer.refused(wait=error.wait, now=now)
        raise error

    def _sent(self, call: Call, proof: Mapping[str, str]) -> Answer:
        return paced(self._transport, replace(call, headers={**call.headers, **proof}), self._manner)


def paced(transport: Transport, call: Call, manner: Manner) -> Answer:
    """One exchange when the pacer lets it go, with what the answer says told to the pacer."""
    _wait_for_turn(call, manner)
    sent = manner.clock()
    answer = transport.send(call)
    manner.pacer.observe(Told(sent, manner.clock(), answer.date, answer.rate))
    return answer


def _wait_for_turn(call: Call, manner: Manner) -> None:
    """Wait as the pacer says, but rather than beyond the patience of a retry fail without a call."""
    waited = 0.0
    while (wait := manner.pacer.take(priority=manner.priority, now=manner.clock())) > 0:
        if waited + wait > manner.retry.patience:
            raise RateLimited(call.where, wait=wait)
        pause = min(wait, _ASK_AGAIN)
        manner.sleep(pause)
        waited += pause
