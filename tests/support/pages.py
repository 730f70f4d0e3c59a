"""Pages as tests compare and read them."""

import re
from typing import Any

from django.test import Client

from goodword.accounts.models import Membership

#: the tokens that differ from one request to the next
_FRESH = re.compile(r'(x-csrftoken": "|csrfmiddlewaretoken" value="|nonce=")[\w-]+')


def signed_in(who: Membership) -> Client:
    """A browser in which this member is signed in."""
    client = Client()
    client.force_login(who.user)
    return client


def comparable(response: Any) -> str:
    """The page without what differs from one request to the next."""
    return _FRESH.sub(r"\1", response.content.decode())
