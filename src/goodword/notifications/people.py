"""Who a mail is from and to."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Person:
    """A name and an address."""

    name: str
    address: str


@dataclass(frozen=True, kw_only=True)
class LinkFor:
    """What the secret link of a mail opens."""

    purpose: str
    subject_id: int


def masked(address: str) -> str:
    """An address that only its owner recognises: "a…@m….example"."""
    local, _, domain = address.rpartition("@")
    host, dot, ending = domain.rpartition(".")
    return f"{local[:1]}…@{host[:1]}…{dot}{ending}"
