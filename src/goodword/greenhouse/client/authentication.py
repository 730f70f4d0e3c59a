"""Credentials and tokens. Their reprs leave out secrets, which keeps them out of logs."""

import base64
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Protocol

from goodword.greenhouse.client.errors import (
    Forbidden,
    HarvestError,
    Invalid,
    RateLimited,
    Refusal,
    Unauthorised,
)
from goodword.greenhouse.client.permissions import HarvestPermission
from goodword.greenhouse.client.records import Record, record_of
from goodword.greenhouse.client.session import CallPolicy, greenhouse_message, paced, refusal, repeated
from goodword.greenhouse.client.transport import Call, HarvestResponse, Transport

DOCUMENTED_LIFE = timedelta(hours=1)

_SHORTEST_LIFE = timedelta(seconds=30)

_LONGEST_LIFE = timedelta(days=1)

_EARLY = timedelta(minutes=1)

_TOKEN_POLL = 0.25  # seconds between checks for a token minted by another caller

_POLLS = 60

_CLAIMS = "https://auth.greenhouse.io/claims"

ANY_SCOPE = HarvestPermission("token", "at least one scope", ())


@dataclass(frozen=True, slots=True)
class V1Credentials:
    api_key: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.api_key,)


@dataclass(frozen=True, slots=True)
class V3Credentials:
    """OAuth client credentials. `act_as`: id of the Site Admin to use as the token's `sub`; without it, the service
    user is used."""

    client_id: str
    client_secret: str = field(repr=False)
    act_as: int | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.client_secret, self.client_id)


class KeyAuth:
    acting_user = False

    def __init__(self, credentials: V1Credentials) -> None:
        self._credentials = credentials
        pair = base64.b64encode(f"{credentials.api_key}:".encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}"}

    def headers(self) -> Mapping[str, str]:
        return self._headers

    def renew(self, refused: Mapping[str, str]) -> bool:
        return refused != self._headers

    def secrets(self) -> tuple[str, ...]:
        return self._credentials.secrets


@dataclass(frozen=True, slots=True)
class Token:
    """`renew_at`, by our own clock, is a little before it expires."""

    access_token: str = field(repr=False)
    renew_at: datetime


class TokenStore(Protocol):
    """Stores a credential's token for everyone who uses it. Clear it when the credential is replaced."""

    def get(self) -> Token | None: ...

    def claim(self) -> bool: ...

    def save(self, token: Token) -> None: ...

    def release(self) -> None: ...


class MemoryTokenStore:
    def __init__(self) -> None:
        self._token: Token | None = None
        self._minting = threading.Lock()

    def get(self) -> Token | None:
        return self._token

    def claim(self) -> bool:
        return self._minting.acquire(blocking=False)

    def save(self, token: Token) -> None:
        self._token = token
        self.release()

    def release(self) -> None:
        if self._minting.locked():
            self._minting.release()


@dataclass(frozen=True, slots=True)
class Introspection:
    """The `/introspect` response for a token, as reported by integrators (greenhouse.md, 1.5). None: not included."""

    active: bool
    scopes: frozenset[str] | None
    site_admin: bool | None
    organisation: str | None


class OAuth:
    """Obtains tokens and renews them before they expire or after a 401. Thread-safe if its store is."""

    acting_user = True

    def __init__(
        self,
        *,
        credentials: V3Credentials,
        transport: Transport,
        token_url: str,
        store: TokenStore,
        policy: CallPolicy,
        worked_before: bool | None,
    ) -> None:
        self._credentials = credentials
        self._transport = transport
        self._token_url = token_url
        self._store = store
        self._policy = policy
        self._worked_before = worked_before

    def headers(self) -> Mapping[str, str]:
        return _bearer(self._valid(refused=None))

    def renew(self, refused: Mapping[str, str]) -> bool:
        return _bearer(self._valid(refused=refused)) != refused

    def secrets(self) -> tuple[str, ...]:
        token = self._store.get()
        return (*self._credentials.secrets, *((token.access_token,) if token else ()))

    def introspect(self) -> Introspection | None:
        """Ask Greenhouse about the token. None if it has no such endpoint."""
        token = self._valid(refused=None)
        url = self._token_url.rsplit("/", 1)[0] + "/introspect"
        form = {"token": token.access_token, "token_type_hint": "access_token"}
        try:
            answer = self._called(url, form)
            return introspection_of(record_of(answer))
        except HarvestError as error:
            if error.status is None or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            if isinstance(error, RateLimited):
                raise
            return None

    def _valid(self, *, refused: Mapping[str, str] | None) -> Token:
        """The shared token. If another caller takes too long to mint it, mint a second one; both are valid."""
        for _ in range(_POLLS):
            token = self._store.get()
            if token is not None and token.renew_at > self._policy.clock() and _bearer(token) != refused:
                return token
            if self._store.claim():
                return self._minted_under_lease(refused=refused)
            self._policy.sleep(_TOKEN_POLL)
        return self._mint()

    def _minted_under_lease(self, *, refused: Mapping[str, str] | None) -> Token:
        saved = False
        try:
            stored = self._store.get()  # it may have been saved before our claim
            if stored is not None and stored.renew_at > self._policy.clock() and _bearer(stored) != refused:
                return stored
            token = self._mint()
            self._store.save(token)
            saved = True
            return token
        finally:
            if not saved:
                self._store.release()

    def _mint(self) -> Token:
        form = {"grant_type": "client_credentials"}
        if self._credentials.act_as is not None:
            form["sub"] = str(self._credentials.act_as)
        answer = self._called(self._token_url, form)
        record = record_of(answer)
        access_token = record.text("access_token")
        if not access_token or not access_token.isascii() or not access_token.isprintable():
            raise answer.wrong_kind("The answer has no token.")
        now = self._policy.clock()
        seconds = record.number("expires_in")
        ends = now + timedelta(seconds=seconds) if seconds > 0 else record.moment("expires_at")
        life = (ends or now + DOCUMENTED_LIFE) - now
        if not _SHORTEST_LIFE <= life <= _LONGEST_LIFE:
            life = DOCUMENTED_LIFE  # the clocks differ; if the token expires sooner, a 401 renews it
        return Token(access_token, renew_at=now + life - min(_EARLY, life / 10))

    def _called(self, url: str, form: Mapping[str, str]) -> HarvestResponse:
        pair = f"{self._credentials.client_id}:{self._credentials.client_secret}"
        basic = "Basic " + base64.b64encode(pair.encode()).decode()
        call = Call("POST", url, headers={"Authorization": basic}, form=form)

        def once() -> HarvestResponse:
            answer = paced(self._transport, call, self._policy)
            error = self._refusal(answer)
            if error is None:
                return answer
            if isinstance(error, RateLimited):
                self._policy.pacer.after_429(wait=error.wait, now=self._policy.clock())
            raise error

        return repeated(once, retry=self._policy.retry, sleep=self._policy.sleep)

    def _refusal(self, answer: HarvestResponse) -> HarvestError | None:
        secrets = self._credentials.secrets
        error = refusal(
            answer,
            permission=ANY_SCOPE,
            acting_user=True,
            works_now=False,
            worked_before=self._worked_before,
            secrets=secrets,
            now=self._policy.clock(),
        )
        words = greenhouse_message(answer, secrets=())
        if isinstance(error, Invalid | Unauthorised) and "any scope" in words:  # the status is not documented
            return Forbidden(answer.where, permission=ANY_SCOPE.name, detail=error.detail)
        if not isinstance(error, Invalid):
            return error
        if "scope" in words:
            return Forbidden(answer.where, permission=ANY_SCOPE.name, detail=error.detail)
        if "invalid_grant" in words and self._credentials.act_as is not None:
            detail = f"There is no active Greenhouse user {self._credentials.act_as} for it to act as."
            return Invalid(answer.where, detail=detail)
        if "client" in words:
            return Unauthorised(answer.where, kind=Refusal.after(self._worked_before), detail=error.detail)
        return error


def _bearer(token: Token) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token.access_token}"}


def introspection_of(record: Record) -> Introspection:
    """Parse the response. The spelling of the role isn't documented, so only its letters are compared."""
    claims = record.child(_CLAIMS)
    role = claims.text("user_role") if claims else ""
    letters = "".join(letter for letter in role.lower() if letter.isalpha())
    organisation = claims.child("organization") if claims else None
    return Introspection(
        active=record.flag("active"),
        scopes=frozenset(record.text("scope").split()) if record.has("scope") else None,
        site_admin="siteadmin" in letters if letters else None,
        organisation=organisation.text_or_none("name") if organisation else None,
    )
