"""Who a mail is from and to."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Person:
    """A name and an address."""

    name: str
    address: str


@dataclass(frozen=True, kw_only=True)
class LinkFor:
    """The secret link that a mail carries: what it opens."""

    purpose: str
    subject_id: int


def masked(address: str) -> str:
    """An address that its owner recognises, and nobody else can write to: "a…@m….example"."""
    local, _, domain = address.rpartition("@")
    host, dot, ending = domain.rpartition(".")
    return f"{local[:1]}…@{host[:1]}…{dot}{ending}"
