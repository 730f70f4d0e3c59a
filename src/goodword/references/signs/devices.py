"""The same network address or device for two people who should be two.

Only where an admin has switched it on. Compared are keyed hashes (domain/traces.py): of the address (of IPv6 the first
64 bits, which is one household or office) and of what the browser says of itself, which many browsers have in common.

| in common | with the candidate | with another referee | one office |
|---|---|---|---|
| address and device | high | high | low |
| address | medium | medium | low |
| device alone, and one that no other check has shown | low | low | none |

*One office* is innocent: two referees for whom the same company is stated, or a referee with whom the candidate works
to this day. Their network is one, and their computers are often of one kind.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from goodword.references.signs.found import Found, Grade, key_of

BOTH, ADDRESS, DEVICE = "same_address_and_device", "same_address", "same_device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """From where and on what a person worked. `id` is the referee's, None the candidate's.

    `seen` are pairs of address hash and device hash; an address that says nothing has an empty hash.
    """

    id: int | None
    company: str = ""
    #: whether the candidate works there to this day
    still: bool = False
    seen: frozenset[tuple[str, str]] = frozenset()


def device_sign(one: Seen, other: Seen, *, rare_devices: Collection[str]) -> Found | None:
    """The sign in what two people have in common; `rare_devices` are those that no other check has shown."""
    office = _one_office(one, other)
    grade: Grade
    if any(address and device for address, device in one.seen & other.seen):
        code, grade = BOTH, "low" if office else "high"
    elif {address for address, _ in one.seen} & {address for address, _ in other.seen} - {""}:
        code, grade = ADDRESS, "low" if office else "medium"
    elif not office and _devices(one) & _devices(other) & set(rare_devices):
        code, grade = DEVICE, "low"
    else:
        return None
    return Found(code=code, grade=grade, key=key_of([one.id, other.id]), facts={"office": office})


def _devices(person: Seen) -> set[str]:
    return {device for _, device in person.seen if device}


def _one_office(one: Seen, other: Seen) -> bool:
    if one.id is None or other.id is None:
        return one.still or other.still
    return bool(_words(one.company)) and _words(one.company) == _words(other.company)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
