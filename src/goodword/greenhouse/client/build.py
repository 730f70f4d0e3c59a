"""Building a client. The only place that knows which version a credential belongs to."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import httpx2

from goodword.greenhouse.client.api import HarvestApi
from goodword.greenhouse.client.credentials import KeyAuth, V1Credentials, V3Credentials
from goodword.greenhouse.client.oauth import MemoryTokenStore, OAuth, TokenStore
from goodword.greenhouse.client.pacing import TOKEN_RATE, V1_RATE, V3_RATE, LocalPacer, Pacer, Priority
from goodword.greenhouse.client.session import READS, CallPolicy, Retry, Session
from goodword.greenhouse.client.transport import LIMITS, Exchange, Limits, Transport
from goodword.greenhouse.client.v1.adapter import HarvestV1
from goodword.greenhouse.client.v3.adapter import HarvestV3

V1_BASE = "https://harvest.greenhouse.io/v1"
V3_BASE = "https://harvest.greenhouse.io/v3"
TOKEN_URL = "https://auth.greenhouse.io/token"  # noqa: S105  # an address


def build(
    credentials: V1Credentials | V3Credentials,
    *,
    base_url: str,
    clock: Callable[[], datetime],
    token_url: str = TOKEN_URL,
    transport: httpx2.BaseTransport | None = None,
    allow_private: bool = False,
    token_store: TokenStore | None = None,
    worked_before: bool | None = None,
    pacer: Pacer | None = None,
    token_pacer: Pacer | None = None,
    priority: Priority = Priority.BACKGROUND,
    retry: Retry = READS,
    limits: Limits = LIMITS,
    sleep: Callable[[float], None] = time.sleep,
    watch: Callable[[Exchange], None] | None = None,
) -> HarvestApi:
    """A client for one credential.

    `base_url` includes the version (`.../v1`, `.../v3`). Plain HTTP and private networks are refused unless
    `allow_private`. `transport` replaces the network. `worked_before`: whether this credential has ever worked (None:
    unknown), which decides what a refusal means. `token_store`, `pacer` and `token_pacer` belong to a connection and
    should be shared by its clients. `watch` is called with every exchange. Close the client, or use it in a `with`
    block.

    Raises `ValueError` for an invalid address.
    """
    for address in (base_url, token_url):
        _check(address, allow_private=allow_private)
    network = Transport(transport=transport, allow_private=allow_private, limits=limits, watch=watch)
    rate = V1_RATE if isinstance(credentials, V1Credentials) else V3_RATE
    policy = CallPolicy(clock, sleep, pacer or LocalPacer(rate), priority, retry)
    if isinstance(credentials, V1Credentials):
        return HarvestV1(
            Session(
                transport=network,
                base_url=base_url,
                auth=KeyAuth(credentials),
                policy=policy,
                worked_before=worked_before,
            )
        )
    oauth = OAuth(
        credentials=credentials,
        transport=network,
        token_url=token_url,
        store=token_store or MemoryTokenStore(),
        policy=replace(policy, pacer=token_pacer or LocalPacer(TOKEN_RATE), priority=Priority.PERSON),
        worked_before=worked_before,
    )
    session = Session(
        transport=network, base_url=base_url, auth=oauth, policy=policy, worked_before=worked_before
    )
    return HarvestV3(session, oauth=oauth, clock=clock)


def _check(address: str, *, allow_private: bool) -> None:
    """An absolute http(s) address without login or query; https only, unless private networks are allowed."""
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL as error:
        raise ValueError(f"{address!r} is not an address") from error
    schemes = ("https", "http") if allow_private else ("https",)
    if url.scheme not in schemes or not url.host or url.userinfo or url.query or url.fragment:
        raise ValueError(f"{address!r} is not an address that Harvest can be called at")
