"""A connection's access token, shared by all workers on all hosts: sealed in its row, minted under a lease.

The lease is a column with an end, not a lock held over the call to Greenhouse: a worker that dies while it
mints holds up the others for LEASE at most, and no database connection waits for the network.
"""

import json
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from goodword.core import clock, crypto
from goodword.greenhouse.client import Token
from goodword.greenhouse.models import Connection

#: longer than minting takes; after that another worker may mint
LEASE = timedelta(seconds=30)


class ConnectionTokens:
    """The `TokenStore` of one connection, for one session.

    A good token is read from the database once a session; before minting the row is read again, since
    another worker may have minted meanwhile. What was minted with a credential that has been replaced since
    is not kept.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: Token | None = None

    def get(self) -> Token | None:
        """The token last saved; None if there is none or it does not open any more."""
        if self._known is None or self._known.renew_at <= clock.now():
            self._known = self._read()
        return self._known

    def claim(self) -> bool:
        """Take the lease; False while another worker holds it."""
        self._known = None
        now = clock.now()
        free = Q(token_lease_until=None) | Q(token_lease_until__lte=now)
        return self._row().filter(free).update(token_lease_until=now + LEASE) == 1

    def save(self, token: Token) -> None:
        """Keep a new token and give the lease back."""
        plain = json.dumps({"access_token": token.access_token, "renew_at": token.renew_at.isoformat()})
        sealed = self._connection.seal("token", plain)
        self._row().update(token=sealed, token_lease_until=None)
        self._known = token

    def release(self) -> None:
        """Give the lease back without a token."""
        self._row().update(token_lease_until=None)

    def _row(self) -> QuerySet[Connection]:
        return Connection.objects.across_organisations().filter(
            pk=self._connection.pk, credential=self._connection.credential
        )

    def _read(self) -> Token | None:
        sealed = self._row().values_list("token", flat=True).first()
        if not sealed:
            return None
        try:
            plain = json.loads(self._connection.unseal("token", sealed))
        except crypto.CannotOpen:  # a key was taken away: mint anew
            return None
        return Token(plain["access_token"], renew_at=datetime.fromisoformat(plain["renew_at"]))
