"""The two kinds of credential, and how calls are authenticated. Secrets are left out of the repr, and so of logs."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class V1Credentials:
    """A Harvest API key: the user name of HTTP Basic with an empty password."""

    api_key: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Must never appear in a message."""
        return (self.api_key,)


@dataclass(frozen=True, slots=True)
class V3Credentials:
    """Client credentials of a Harvest v3 (OAuth) integration.

    `act_as` is the Greenhouse user id that the token acts as (`sub`, a Site Admin); without it the integration's own
    service user acts.
    """

    client_id: str
    client_secret: str = field(repr=False)
    act_as: int | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Must never appear in a message."""
        return (self.client_secret, self.client_id)


class Auth(Protocol):
    """Authentication of calls. `acting_user`: a Greenhouse user stands behind the credential (v3)."""

    acting_user: bool

    def headers(self) -> Mapping[str, str]:
        """The authenticating headers. v3 may mint a token for them."""

    def renew(self, refused: Mapping[str, str]) -> bool:
        """After a 401 to these headers: True if there are others now, so that the call is repeated once."""

    def secrets(self) -> tuple[str, ...]:
        """To be removed from Greenhouse's messages."""


class KeyAuth:
    """The `Auth` of Harvest v1: always the same header, so a 401 is not retried."""

    acting_user = False

    def __init__(self, credentials: V1Credentials) -> None:
        self._credentials = credentials
        pair = base64.b64encode(f"{credentials.api_key}:".encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}"}

    def headers(self) -> Mapping[str, str]:
        """See `Auth.headers`."""
        return self._headers

    def renew(self, refused: Mapping[str, str]) -> bool:
        """See `Auth.renew`."""
        return refused != self._headers

    def secrets(self) -> tuple[str, ...]:
        """See `Auth.secrets`."""
        return self._credentials.secrets
