"""Who a mail is from and to."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Person:
    """A name and an address."""

    name: str
    address: str


@dataclass(frozen=True, kw_only=True)
class LinkFor:
    """The secret link that a mail carries: what it opens, and until when (None: as long as that is open)."""

    purpose: str
    subject_id: int
