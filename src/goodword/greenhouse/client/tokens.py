"""The access token of Harvest v3 between its minting and its end, and where callers keep it."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token; opaque. `renew_at` lies a little before its end by our own clock."""

    access_token: str = field(repr=False)
    renew_at: datetime


class TokenStore(Protocol):
    """Keeps one connection's token, so that all its callers share it.

    A store in a database encrypts it, and implements `claim` as a lease column: the holder of the lease requests a
    token, outside any transaction, while others wait for the stored one. A store belongs to one credential: empty it
    when the credential is replaced.
    """

    def get(self) -> Token | None:
        """The token last saved."""

    def claim(self) -> bool:
        """Take the right to mint; False if somebody else holds it."""

    def save(self, token: Token) -> None:
        """Keep a new token and give the right back."""

    def release(self) -> None:
        """Give the right back without a token: minting failed."""


class MemoryTokenStore:
    """A store for the threads of one process."""

    def __init__(self) -> None:
        self._token: Token | None = None
        self._minting = threading.Lock()

    def get(self) -> Token | None:
        """See `TokenStore.get`."""
        return self._token

    def claim(self) -> bool:
        """See `TokenStore.claim`."""
        return self._minting.acquire(blocking=False)

    def save(self, token: Token) -> None:
        """See `TokenStore.save`."""
        self._token = token
        self.release()

    def release(self) -> None:
        """See `TokenStore.release`."""
        if self._minting.locked():
            self._minting.release()
