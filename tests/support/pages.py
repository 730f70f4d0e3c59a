"""Opens pages and prepares them for comparison."""

import re
import time
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils.crypto import get_random_string

from goodword.accounts.models import Membership
from goodword.accounts.sign_in import LAST_SEEN
from goodword.core import clock

#: the tokens that differ from one request to the next
_FRESH = re.compile(r'(x-csrftoken": "|csrfmiddlewaretoken" value="|nonce=")[\w-]+')


def signed_in(who: Membership, *, seconds_ago: float = 0, method: str = "password") -> Client:
    """A browser in which this member is signed in, by writing one row: `force_login` takes ten queries.

    `seconds_ago`: when they did; `method`: how, in allauth's words.
    """
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(who.user_id),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: who.user.get_session_auth_hash(),
            LAST_SEEN: int(clock.now().timestamp()),
            "account_authentication_methods": [{"method": method, "at": time.time() - seconds_ago}],
            "account_authentication_methods_user": str(who.user_id),
        }
    )
    Session.objects.bulk_create(
        [
            Session(
                session_key=(key := get_random_string(32)),
                session_data=session.encode(dict(session.items())),
                expire_date=session.get_expiry_date(),
            )
        ]
    )
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def comparable(response: Any) -> str:
    """The page without parts that differ in each response."""
    return _FRESH.sub(r"\1", response.content.decode())
