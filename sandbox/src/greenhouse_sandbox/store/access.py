"""Credentials made in the Dev Center. Secrets are kept as hashes: they are shown once."""

from dataclasses import dataclass, field

from greenhouse_sandbox.store.row import Row


@dataclass(kw_only=True)
class ApiKey(Row):
    """A Harvest (v1) key with its permissions."""

    description: str
    partner: str
    key_hash: str
    hint: str
    created_by_id: int
    permissions: list[str] = field(default_factory=list)
    revoked: bool = False


@dataclass(kw_only=True)
class OAuthClient(Row):
    """A Harvest v3 credential with its scopes and its own service user.

    `redirect_uris` limits where the partner flow may lead; none means anywhere. `latest_tokens` has for each acting
    user the number of the token that was made last.
    """

    description: str
    partner: str
    client_id: str
    secret_hash: str
    hint: str
    created_by_id: int
    service_user_id: int
    scopes: list[str] = field(default_factory=list)
    revoked: bool = False
    redirect_uris: list[str] = field(default_factory=list)
    latest_tokens: dict[str, str] = field(default_factory=dict)
