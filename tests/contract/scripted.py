"""A Greenhouse with scripted responses that the sandbox can't give."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2

from goodword.greenhouse.client import HarvestApi, RetryPolicy, V1Credentials, V3Credentials, build
from goodword.greenhouse.client.transport import LIMITS, Limits
from tests.contract.moments import Moments

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KEY = "key-4711-do-not-show"
CLIENT_ID = "client-0815-do-not-show"
CLIENT_SECRET = "secret-2342-do-not-show"


@dataclass(frozen=True)
class Reply:
    """A response. Anything but text is sent as JSON."""

    status: int = 200
    body: Any = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    query: str
    authorization: str
    on_behalf_of: str
    body: str


class Scripted:
    """Answers `/token` with new tokens, everything else from the script."""

    def __init__(self, *script: Reply) -> None:
        self.script = list(script)
        self.token_script: list[Reply] = []
        self.asked: list[Received] = []
        self.minted = 0

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        asked = Received(
            method=environ["REQUEST_METHOD"],
            path=environ["PATH_INFO"],
            query=environ["QUERY_STRING"],
            authorization=environ.get("HTTP_AUTHORIZATION", ""),
            on_behalf_of=environ.get("HTTP_ON_BEHALF_OF", ""),
            body=environ["wsgi.input"].read().decode(),
        )
        said = self._token() if asked.path == "/token" else self._next(asked)
        body = said.body if isinstance(said.body, str) else json.dumps(said.body)
        start_response(f"{said.status} As Scripted", [("X-Request-Id", "req-1"), *said.headers.items()])
        return [body.encode()]

    def _next(self, asked: Received) -> Reply:
        self.asked.append(asked)
        return self.script.pop(0)

    def _token(self) -> Reply:
        if self.token_script:
            return self.token_script.pop(0)
        self.minted += 1
        return Reply(
            body={"token_type": "Bearer", "access_token": f"token-{self.minted}", "expires_in": 3600}
        )


def client(
    version: str,
    answers: Callable[..., Iterable[bytes]],
    time: Moments,
    *,
    worked_before: bool | None = None,
    retry: RetryPolicy = RetryPolicy(),  # noqa: B008  # frozen
    limits: Limits = LIMITS,
    act_as: int | None = None,
) -> HarvestApi:
    """A real client of one version that calls `answers` in this process."""
    credentials: V1Credentials | V3Credentials = (
        V1Credentials(KEY) if version == "v1" else V3Credentials(CLIENT_ID, CLIENT_SECRET, act_as=act_as)
    )
    return build(
        credentials,
        base_url=f"https://harvest.example/{version}",
        token_url="https://harvest.example/token",
        transport=httpx2.WSGITransport(answers),
        clock=time.now,
        sleep=time.sleep,
        worked_before=worked_before,
        retry=retry,
        limits=limits,
    )
