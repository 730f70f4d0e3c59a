"""Client credentials of Harvest v3: a token is minted, shared, renewed before its end or after a 401.

Facts: greenhouse.md 1.2 to 1.5. Basic authentication with a form body; the answer tells `expires_at`
(observed) or `expires_in` (documented); an hour of life; no refresh token.
"""

import base64
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

from goodword.greenhouse.client.credentials import V3Credentials
from goodword.greenhouse.client.errors import (
    Forbidden,
    HarvestError,
    Invalid,
    RateLimited,
    Refusal,
    Unauthorised,
)
from goodword.greenhouse.client.introspection import Introspection, introspection_of
from goodword.greenhouse.client.parse import record_of
from goodword.greenhouse.client.permissions import Permission
from goodword.greenhouse.client.refusals import refusal, said
from goodword.greenhouse.client.retry import repeated
from goodword.greenhouse.client.session import Manner, paced
from goodword.greenhouse.client.tokens import Token, TokenStore
from goodword.greenhouse.client.transport import Answer, Call, Transport

DOCUMENTED_LIFE = timedelta(hours=1)
_SHORTEST_LIFE = timedelta(seconds=30)
_LONGEST_LIFE = timedelta(days=1)
_EARLY = timedelta(minutes=1)
_POLL = 0.25  # seconds between two looks for the token that another caller mints
_POLLS = 60

ANY_SCOPE = Permission("token", "at least one scope", ())


class OAuth:
    """The `Auth` of v3. Safe to share between threads as far as its store is."""

    acting_user = True

    def __init__(
        self,
        *,
        credentials: V3Credentials,
        transport: Transport,
        token_url: str,
        store: TokenStore,
        manner: Manner,
        worked_before: bool | None,
    ) -> None:
        self._credentials = credentials
        self._transport = transport
        self._token_url = token_url
        self._store = store
        self._manner = manner
        self._worked_before = worked_before

    def headers(self) -> Mapping[str, str]:
        """A bearer header with a token that is not about to end."""
        return _bearer(self._valid(refused=None))

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Mint anew, unless another caller has done so since."""
        return _bearer(self._valid(refused=refused)) != refused

    def secrets(self) -> tuple[str, ...]:
        """The credential's secrets and the token."""
        token = self._store.get()
        return (*self._credentials.secrets, *((token.access_token,) if token else ()))

    def introspect(self) -> Introspection | None:
        """What Greenhouse says of our token; None if it does not tell (the endpoint is thinly documented)."""
        token = self._valid(refused=None)
        url = self._token_url.rsplit("/", 1)[0] + "/introspect"
        form = {"token": token.access_token, "token_type_hint": "access_token"}
        try:
            answer = self._called(url, form)
            return introspection_of(record_of(answer))
        except HarvestError as error:
            if error.status is None or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            return None

    def _valid(self, *, refused: Mapping[str, str] | None) -> Token:
        """The shared token if it is good, else a new one, minted by one caller while the others wait.

        If the holder of the lease does not deliver in time we mint one for ourselves: it is not known that a
        new token ends an older one, and a caller that waits for ever is the greater harm.
        """
        for _ in range(_POLLS):
            token = self._store.get()
            if token is not None and token.renew_at > self._manner.clock() and _bearer(token) != refused:
                return token
            if self._store.claim():
                return self._minted_under_lease(refused=refused)
            self._manner.sleep(_POLL)
        return self._mint()

    def _minted_under_lease(self, *, refused: Mapping[str, str] | None) -> Token:
        saved = False
        try:
            held = self._store.get()  # the former holder may have saved between our look and our claim
            if held is not None and held.renew_at > self._manner.clock() and _bearer(held) != refused:
                return held
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
            raise answer.unexpected("The answer holds no token.")
        now = self._manner.clock()
        seconds = record.number("expires_in")
        ends = now + timedelta(seconds=seconds) if seconds > 0 else record.moment("expires_at")
        life = (ends or now + DOCUMENTED_LIFE) - now
        if not _SHORTEST_LIFE <= life <= _LONGEST_LIFE:
            life = DOCUMENTED_LIFE  # the two clocks differ; if this is too long, a 401 renews
        return Token(access_token, renew_at=now + life - min(_EARLY, life / 10))

    def _called(self, url: str, form: Mapping[str, str]) -> Answer:
        pair = f"{self._credentials.client_id}:{self._credentials.client_secret}"
        basic = "Basic " + base64.b64encode(pair.encode()).decode()
        call = Call("POST", url, headers={"Authorization": basic}, form=form)

        def once() -> Answer:
            answer = paced(self._transport, call, self._manner)
            error = self._refusal(answer)
            if error is None:
                return answer
            if isinstance(error, RateLimited):
                self._manner.pacer.refused(wait=error.wait, now=self._manner.clock())
            raise error

        return repeated(once, retry=self._manner.retry, sleep=self._manner.sleep)

    def _refusal(self, answer: Answer) -> HarvestError | None:
        """The tree's error, with the token endpoint's own 400s told apart (greenhouse.md, 1.3)."""
        secrets = self._credentials.secrets
        error = refusal(
            answer,
            permission=ANY_SCOPE,
            acting_user=True,
            works_now=False,
            worked_before=self._worked_before,
            secrets=secrets,
            now=self._manner.clock(),
        )
        words = said(answer, secrets=())
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
            return Unauthorised(answer.where, kind=Refusal.told_by(self._worked_before), detail=error.detail)
        return error


def _bearer(token: Token) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token.access_token}"}
