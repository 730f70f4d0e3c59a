"""Which of a candidate's addresses is used: a personal one, never the work one while there is another."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from goodword.greenhouse.client import Contact

#: what the column holds, and what an address may have (RFC 3696, erratum 1690, is shorter still)
LONGEST = 320

_RANK = {"personal": 0, "work": 2}


def address_of(contacts: Iterable[Contact]) -> str:
    """The address to write to, empty if there is none that could be one. Greenhouse checks them loosely."""
    usable = [contact for contact in contacts if is_address(contact.value)]
    usable.sort(key=lambda contact: _RANK.get(contact.type or "", 1))  # stable: Greenhouse's order decides
    return usable[0].value.strip() if usable else ""


def is_address(value: str) -> bool:
    """Whether mail could be sent there at all."""
    try:
        validate_email(value.strip())
    except ValidationError:
        return False
    return len(value.strip()) <= LONGEST
