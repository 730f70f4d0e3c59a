"""What a referee's address tells, and what it does not: where mail goes to, beside the company that was stated.

- at the organisation itself, or a member's own: medium. The reference comes from inside.
- disposable (the list of the package disposable-email-domains): high. Nobody can be reached there later.
- free mail: low. Many have left the company since.
- a domain that does not fit the company's name: low. Brands, groups and abbreviations are common.

At most one of them a referee: the first that holds.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from difflib import SequenceMatcher

from disposable_email_domains import blocklist

from goodword.core.free_mail import FREE_MAIL
from goodword.references.domain.declines import mailbox
from goodword.references.flags.rules import key_of
from goodword.workflow.flags.models import Finding

MEMBER, DISPOSABLE, FREE, DOMAIN = "address_member", "address_disposable", "address_free", "address_domain"
#: words of company names that say nothing about which company it is
_LEGAL_WORDS = """
ag bv co company corp corporation eg ev gbr gmbh group gruppe groupe holding inc kg kgaa limited llc llp ltd mbh nv ohg
oy plc sa sarl sas se spa srl ug und and et the of de du der die das la le les
"""
_LEGAL = frozenset(_LEGAL_WORDS.split())
#: second labels under which registries sell names: acme.co.uk
_SECOND = frozenset({"ac", "co", "com", "edu", "gob", "gov", "gouv", "net", "or", "org"})
#: letters that domains spell otherwise than by leaving the accent out
_SPELT = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "o", "ł": "l"}
#: shorter pieces occur in any name by chance
_PIECE = 3
#: how alike a domain and a name must be to count as misspelt, shortened or joined forms of each other
_ALIKE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedReferee:
    """A referee as the candidate named them."""

    id: int
    email: str
    company: str


def address_flag(
    referee: NamedReferee, *, own_domains: Collection[str], member_addresses: Collection[str]
) -> Finding | None:
    """The flag in a referee's address, if there is one.

    `own_domains` are the organisation's, `member_addresses` those of its members.
    """
    domain = referee.email.rpartition("@")[2].strip().casefold().rstrip(".")
    key = key_of([referee.id])
    if _within(domain, {_bare(own) for own in own_domains}) or mailbox(referee.email) in {
        mailbox(address) for address in member_addresses
    }:
        return Finding(code=MEMBER, grade="medium", key=key, facts={"domain": domain})
    if _within(domain, blocklist):
        return Finding(code=DISPOSABLE, grade="high", key=key, facts={"domain": domain})
    if domain in FREE_MAIL:
        return Finding(code=FREE, grade="low", key=key, facts={"domain": domain})
    if not fits(domain, referee.company):
        return Finding(
            code=DOMAIN, grade="low", key=key, facts={"domain": domain, "company": referee.company}
        )
    return None


def fits(domain: str, company: str) -> bool:
    """Whether a domain can be a company's, by its letters.

    It is when the domain holds a word of the name or the name holds the domain, when the domain begins with the
    initials, or when both are much alike. Also when nothing can be compared: no company stated, or a name in
    another script than the domain.
    """
    words = [word for word in _words(company) if word not in _LEGAL] or _words(company)
    labels = _labels(domain)
    if not words or not labels:
        return True
    joined, initials = "".join(words), "".join(word[0] for word in words)
    for label in labels:
        plain = label.replace("-", "")
        if any(len(word) >= _PIECE and word in plain for word in words):
            return True
        if len(plain) >= _PIECE and plain in joined:
            return True
        if len(initials) >= 2 and plain.startswith(initials):
            return True
        if any(SequenceMatcher(None, plain, name).ratio() >= _ALIKE for name in (joined, *words)):
            return True
    return False


def _bare(domain: str) -> str:
    return domain.strip().casefold().removeprefix("@")


def _within(domain: str, domains: Collection[str]) -> bool:
    """Whether it is one of these, or below one of them."""
    parts = domain.split(".")
    return any(".".join(parts[start:]) in domains for start in range(len(parts) - 1))


def _labels(domain: str) -> list[str]:
    """The parts of a domain that somebody chose: "mail.acme.co.uk" has "mail" and "acme"."""
    parts = [part for part in domain.split(".") if part]
    kept = parts[:-1]
    if len(kept) > 1 and kept[-1] in _SECOND:
        kept = kept[:-1]
    return [_folded(part) for part in kept]


def _words(company: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", _folded(company))


def _folded(text: str) -> str:
    """Small letters without accents; German umlauts as domains write them."""
    spelt = text.casefold()
    for letter, written in _SPELT.items():
        spelt = spelt.replace(letter, written)
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(letter)
    )
