"""The two kinds of credential. Their repr never shows a secret, so that a log or a traceback cannot."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class V1Credentials:
    """A Harvest API key: sent as the user name of HTTP Basic with an empty password."""

    api_key: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be seen in a message."""
        return (self.api_key,)


@dataclass(frozen=True, slots=True)
class V3Credentials:
    """Client credentials of a Harvest v3 (OAuth) integration.

    `act_as` is the Greenhouse user id that the token acts as (`sub`, a Site Admin); without it the
    integration's own service user acts.
    """

    client_id: str
    client_secret: str = field(repr=False)
    act_as: int | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be seen in a message."""
        return (self.client_secret, self.client_id)
