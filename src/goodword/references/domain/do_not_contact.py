"""Addresses that asked never to be written to again: a keyed hash each, across the organisation."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from goodword.accounts.models import Organisation
from goodword.references.domain.addresses import mailbox
from goodword.references.models import DoNotContact

PURPOSE = b"goodword.references.do_not_contact"


def bar(*, organisation: Organisation, address: str, now: datetime) -> bool:
    """Remember that this address wants no further requests; whether that was not known yet."""
    if is_barred(organisation=organisation, address=address):
        return False
    _, fresh = DoNotContact.objects.of(organisation).get_or_create(
        address_hash=next(_hashes(organisation, address)),
        defaults={"organisation": organisation, "created_at": now},
    )
    return fresh


def is_barred(*, organisation: Organisation, address: str) -> bool:
    """Whether this address has asked not to be written to."""
    hashes = list(_hashes(organisation, address))
    return DoNotContact.objects.of(organisation).filter(address_hash__in=hashes).exists()


def _hashes(organisation: Organisation, address: str) -> Iterator[str]:
    """One a key, the present key's first: what was kept under an older key is still found after a rotation."""
    said = f"{organisation.pk}:{mailbox(address)}".encode()
    for key_id, key in settings.GOODWORD_FIELD_KEYS.items():
        own_key = hmac.digest(key, PURPOSE, hashlib.sha256)
        yield f"{key_id}:{hmac.new(own_key, said, hashlib.sha256).hexdigest()}"
