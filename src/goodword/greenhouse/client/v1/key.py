"""The `Auth` of Harvest v1: the key is the user name of HTTP Basic, the password is empty."""

import base64
from collections.abc import Mapping

from goodword.greenhouse.client.credentials import V1Credentials


class Key:
    """Always the same header, so a 401 has no second try."""

    acting_user = False

    def __init__(self, credentials: V1Credentials) -> None:
        self._credentials = credentials
        pair = base64.b64encode(f"{credentials.api_key}:".encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}"}

    def headers(self) -> Mapping[str, str]:
        """The Basic header."""
        return self._headers

    def renew(self, refused: Mapping[str, str]) -> bool:
        """There is no other key than the one that was refused."""
        return refused != self._headers

    def secrets(self) -> tuple[str, ...]:
        """The key."""
        return self._credentials.secrets
