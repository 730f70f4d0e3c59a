"""What the partner flow hands out: codes that are exchanged once, and refresh tokens that are used once."""

from dataclasses import dataclass, field
from datetime import datetime

from greenhouse_sandbox.store.row import Row


@dataclass(kw_only=True)
class Grant(Row):
    """A code or a refresh token, kept as a hash. `kind` is code or refresh."""

    kind: str
    secret_hash: str
    oauth_client_id: int
    user_id: int
    expires_at: datetime
    scopes: list[str] = field(default_factory=list)
    redirect_uri: str = ""
    used: bool = False
