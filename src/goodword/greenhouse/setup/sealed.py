"""The state of a permission test between two requests, encrypted in the admin's page.

The server stores nothing, so an abandoned test leaves nothing behind, and a refused key is never stored. The state is
valid only for the same key and admin, and for a short time.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from goodword.accounts.models import Membership
from goodword.core import crypto
from goodword.greenhouse.client import ProbeResult, State, Token, V1Credentials
from goodword.greenhouse.setup.trial import Credentials, Trial

#: how long a page that was left open may go on
GOOD_FOR = timedelta(minutes=15)


def seal(trial: Trial, *, member: Membership, now: datetime) -> str:
    """The trial as a value for a hidden field."""
    token = trial.token
    plain = {
        "key": fingerprint(trial.credentials),
        "at": now.isoformat(),
        "results": [[one.permission.key, one.state, one.writing, one.detail] for one in trial.results],
        "works": trial.works,
        "account": trial.account_name,
        "token": [token.access_token, token.renew_at.isoformat()] if token else None,
    }
    return crypto.seal(json.dumps(plain), place=_place(member))


def unseal(sealed: str, *, credentials: Credentials, member: Membership, now: datetime) -> Trial:
    """The trial to go on with: at its beginning if there is none, or it was of another key, or is too old."""
    begun = Trial(credentials=credentials)
    try:
        plain: Mapping[str, Any] = json.loads(crypto.unseal(sealed, place=_place(member)))
    except crypto.CannotOpen:
        return begun
    age = now - datetime.fromisoformat(plain["at"])
    if plain["key"] != fingerprint(credentials) or not timedelta(0) <= age <= GOOD_FOR:
        return begun
    known = {permission.key: permission for permission in begun.permissions}
    token = plain["token"]
    return Trial(
        credentials=credentials,
        results=tuple(
            ProbeResult(known[key], State(state), State(writing) if writing else None, detail)
            for key, state, writing, detail in plain["results"]
        ),
        works=plain["works"],
        account_name=plain["account"],
        token=Token(token[0], renew_at=datetime.fromisoformat(token[1])) if token else None,
    )


def fingerprint(credentials: Credentials) -> str:
    """Tells whether two credentials are the same without holding either."""
    parts: list[object]
    if isinstance(credentials, V1Credentials):
        parts = ["v1", credentials.api_key]
    else:
        parts = ["v3", credentials.client_id, credentials.client_secret, credentials.act_as]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _place(member: Membership) -> str:
    return f"greenhouse_trial:{member.pk}:{member.organisation_id}"
