"""Finds lines of a file that may be mistakes, which a member can leave out before the import."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from goodword.accounts.domain.mail_domains import proposed
from goodword.accounts.models import Organisation
from goodword.accounts.queries import active_members
from goodword.candidates.domain.adding import Person
from goodword.core.addresses import has_look_alikes, normalised

#: these ignore dots before the @
_WITHOUT_DOTS: Final = frozenset({"gmail.com", "googlemail.com"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Data to compare lines with. `on_role`: names and addresses on the role that the member may see."""

    members: Collection[str]
    domains: Collection[str]
    on_role: Sequence[tuple[str, str]]


def known(organisation: Organisation, on_role: Sequence[tuple[str, str]]) -> Known:
    members = active_members(organisation).values_list("user__email", flat=True)
    return Known(
        members={normalised(address) for address in members},
        domains={*organisation.own_domains, *proposed(organisation)},
        on_role=on_role,
    )


def is_members(person: Person, known: Known) -> bool:
    return normalised(person.email) in known.members


def doubts_of(people: Mapping[int, Person], known: Known) -> dict[int, str]:
    """Returns sentences by line. `people`: by line, without addresses that are repeated or on the role."""
    mailboxes = _Groups(
        ((_mailbox(person.email), line) for line, person in people.items()),
        {_mailbox(address) for _name, address in known.on_role},
    )
    names = _Groups(
        ((_name_key(_name_of(person)), line) for line, person in people.items()),
        {_name_key(name) for name, _address in known.on_role},
    )
    found: dict[int, str] = {}
    for line, person in people.items():
        said = [*_alone(person, known), *_beside(line, person, mailboxes=mailboxes, names=names)]
        if said:
            found[line] = " ".join(said)
    return found


def _alone(person: Person, known: Known) -> list[str]:
    said = []
    domain = _ascii(person.email.rpartition("@")[2])
    if not person.last_name:
        said.append(_("There is only one name."))
    if has_look_alikes(person.email):
        said.append(_("The address has a letter that only looks like i, s or k."))
    if is_members(person, known):
        said.append(_("This is a colleague's address."))
    elif any(domain == own or domain.endswith(f".{own}") for own in known.domains):
        said.append(_("The address belongs to your own organisation (%(domain)s).") % {"domain": domain})
    return said


def _beside(line: int, person: Person, *, mailboxes: "_Groups", names: "_Groups") -> list[str]:
    """Compares with the other lines and the role. A shared mailbox outweighs a shared name."""
    mailbox = _mailbox(person.email)
    if other := mailboxes.other(mailbox, line):
        return [_("The same mailbox as in line %(line)s, written differently.") % {"line": other}]
    if mailbox in mailboxes.on_role:
        return [_("This mailbox is already on this role, written differently.")]
    name = _name_key(_name_of(person))
    said = []
    if other := names.other(name, line):
        said.append(_("The same name as in line %(line)s, with another address.") % {"line": other})
    if name in names.on_role:
        said.append(_("This name is already on this role, with another address."))
    return said


class _Groups:
    """Lines by a key that they share; empty keys are ignored."""

    def __init__(self, lines: Iterable[tuple[str, int]], on_role: Collection[str]) -> None:
        self.on_role = {key for key in on_role if key}
        self._lines: dict[str, list[int]] = {}
        for key, line in lines:
            if key:
                self._lines.setdefault(key, []).append(line)

    def other(self, key: str, line: int) -> int | None:
        return next((one for one in self._lines.get(key, ())[:2] if one != line), None)


def _name_of(person: Person) -> str:
    return f"{person.first_name} {person.last_name}"


def _name_key(name: str) -> str:
    """Ignores accents, case, punctuation and word order."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(one if one.isalnum() else " " for one in plain if not unicodedata.combining(one))
    return " ".join(sorted(kept.split()))


def _mailbox(address: str) -> str:
    """Returns the address without a "+" tag."""
    local, _at, domain = normalised(address).rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _WITHOUT_DOTS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{_ascii(domain)}"


def _ascii(domain: str) -> str:
    try:
        return normalised(domain).encode("idna").decode("ascii")
    except UnicodeError:
        return normalised(domain)
