"""How this installation sends mail, and checks of its domains' DNS records.

SPF: RFC 7208; DKIM: RFC 6376, 3.6.1; DMARC: RFC 7489, 6.3 and 6.6.3.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from django.conf import settings

from goodword.core import mail
from goodword.core.addresses import suffixes
from goodword.core.dns import SECONDS, DnsAnswer, Failure, txt_records

#: states of <c-check-row>
GOOD, WRONG, WEAK, UNKNOWN = "granted", "missing", "lacking", "untested"
_FAILURES: Final = {
    Failure.TIMEOUT: f"The DNS server did not respond within {SECONDS:.0f} seconds. Try again.",
    Failure.SERVER: "The DNS server could not look this up. Try again later.",
    Failure.NO_SERVER: "This installation has no DNS server configured, so nothing can be looked up.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsFinding:
    """A record's state, and the `value` to set (empty if unknown or if nothing needs to change)."""

    name: str
    state: str
    word: str
    sentence: str
    seen: tuple[str, ...] = ()
    value: str = ""
    source: str = ""


def spf(domain: str, answer: DnsAnswer, *, allowed: Sequence[str]) -> DnsFinding:
    """Check SPF. `allowed`: mechanisms that authorise the mail server ("include:spf.example.net"); empty if unknown."""
    records = tuple(text for text in answer.texts if text.casefold().split(" ")[0] == "v=spf1")
    proposed = f"v=spf1 {' '.join(allowed)} ~all" if allowed else ""
    source = (
        ""
        if allowed
        else "The value is v=spf1 include:… ~all. Ask your mail server's administrator for the include. With "
        "GOODWORD_MAIL_SPF set to it, Goodword checks it."
    )

    def finding(state: str, word: str, sentence: str, *, value: str = "", source: str = "") -> DnsFinding:
        return DnsFinding(
            name=domain, state=state, word=word, sentence=sentence, seen=records, value=value, source=source
        )

    if answer.failure:
        return finding(UNKNOWN, "Not known", _FAILURES[answer.failure], value=proposed, source=source)
    if not records:
        sentence = "No SPF record: receivers can't tell which servers may send for this domain."
        return finding(WRONG, "Missing", sentence, value=proposed, source=source)
    if len(records) > 1:
        sentence = (
            f"{len(records)} SPF records. Only one is allowed, so receivers use none of them. Merge them."
        )
        return finding(WRONG, "Wrong", sentence)
    terms = records[0].casefold().split()[1:]
    if {"all", "+all"} & set(terms):
        return finding(
            WRONG, "Wrong", "“+all” lets every server in the world send for this domain. Use “~all”."
        )
    if not allowed:
        sentence = "There is a record. Whether it allows your mail server can't be checked here."
        return finding(UNKNOWN, "Found", sentence, source=source)
    missing = [mechanism for mechanism in allowed if mechanism.casefold() not in terms]
    if not missing:
        return finding(GOOD, "Set", f"Allows your mail server ({', '.join(allowed)}).")
    merged = " ".join(["v=spf1", *missing, *records[0].split()[1:]])
    others = [term for term in terms if term.lstrip("+?~-").startswith(("include:", "redirect="))]
    if others:
        sentence = (
            f"{', '.join(missing)} isn't in the record itself. That is right only if {others[0]} contains it."
        )
        return finding(WEAK, "Check", sentence, value=merged)
    return finding(WRONG, "Wrong", f"{', '.join(missing)} isn't in the record.", value=merged)


def dkim(domain: str, selector: str, answer: DnsAnswer) -> DnsFinding:
    records = tuple(text for text in answer.texts if "p" in tags(text))
    source = "The value is the public key from your mail server's administrator, as a TXT or CNAME record."

    def finding(state: str, word: str, sentence: str, *, source: str = "") -> DnsFinding:
        return DnsFinding(
            name=dkim_name(domain, selector),
            state=state,
            word=word,
            sentence=sentence,
            seen=records,
            source=source,
        )

    if answer.failure:
        return finding(UNKNOWN, "Not known", _FAILURES[answer.failure], source=source)
    if not records:
        return finding(WRONG, "Missing", f"No key is published for the selector “{selector}”.", source=source)
    if len(records) > 1:
        return finding(WRONG, "Wrong", f"{len(records)} keys. Only one is allowed for a selector.")
    found = tags(records[0])
    if found.get("v", "DKIM1") != "DKIM1":
        return finding(WRONG, "Wrong", "The record's version isn't DKIM1.", source=source)
    if not found["p"]:
        return finding(WRONG, "Revoked", "This key has been revoked: its value is empty.", source=source)
    return finding(
        GOOD, "Set", "A key is published. Only a received e-mail shows whether the mail server signs with it."
    )


def dmarc(domain: str, own: DnsAnswer, parent: DnsAnswer | None) -> DnsFinding:
    """Check DMARC. `parent`: the answer for the organisational domain if the sender's domain is below it; used if `own`
    has no record."""
    answer, above = own, False
    if parent is not None and not own.failure and not _dmarc_records(own):
        answer, above = parent, True
    records = _dmarc_records(answer)
    proposed = "v=DMARC1; p=none"

    def finding(state: str, word: str, sentence: str, *, value: str = "") -> DnsFinding:
        return DnsFinding(
            name=dmarc_name(domain), state=state, word=word, sentence=sentence, seen=records, value=value
        )

    if answer.failure:
        return finding(UNKNOWN, "Not known", _FAILURES[answer.failure], value=proposed)
    if not records:
        sentence = "No DMARC record: large providers may refuse mail or treat it as spam."
        return finding(WRONG, "Missing", sentence, value=proposed)
    if len(records) > 1:
        return finding(
            WRONG, "Wrong", f"{len(records)} DMARC records. With more than one, receivers use none."
        )
    found = tags(records[0])
    policy = (found.get("sp") if above else None) or found.get("p", "")
    where = f"From {organisational(domain)}: " if above else ""
    match policy.casefold():
        case "quarantine" | "reject" as strict:
            return finding(GOOD, "Set", f"{where}mail that fails is to be {_POLICIES[strict]}.".capitalize())
        case "none":
            return finding(
                WEAK,
                "Observing",
                f"{where}p=none asks for reports only. Change it to quarantine once mail passes.",
            )
        case _:
            return finding(WRONG, "Wrong", "p= must be none, quarantine or reject.", value=proposed)


_POLICIES: Final = {"quarantine": "treated as spam", "reject": "refused"}


def dkim_name(domain: str, selector: str) -> str:
    return f"{selector}._domainkey.{domain}"


def dmarc_name(domain: str) -> str:
    return f"_dmarc.{domain}"


def tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip(): re.sub(r"\s+", "", value) for name, equals, value in pairs if equals}


def organisational(domain: str) -> str:
    """The registered domain: "example.co.uk" for "mail.example.co.uk"."""
    return suffixes().privatesuffix(domain.casefold(), accept_unknown=True) or domain


def is_aligned(domain: str, other: str) -> bool:
    """Whether DMARC accepts SPF of `other` for mail from `domain`, unless its record requires the same domain."""
    return organisational(domain) == organisational(other)


def _dmarc_records(answer: DnsAnswer) -> tuple[str, ...]:
    return tuple(
        text for text in answer.texts if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text.strip(), re.IGNORECASE)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The sender's settings. `server` and `bounces` are empty if a provider decides."""

    address: str
    provider: str
    server: str
    bounces: str

    @property
    def domain(self) -> str:
        return _domain(self.address)

    @property
    def spf_domain(self) -> str:
        """The domain whose SPF receivers check: that of the bounce address."""
        return _domain(self.bounces) or self.domain


def configured() -> Sender:
    own = settings.MAILERS["default"].get("OPTIONS", {})
    by_smtp = mail.is_smtp(settings.MAILERS)
    address = settings.GOODWORD_MAIL_FROM
    return Sender(
        address=address,
        provider="" if by_smtp else settings.GOODWORD_MAIL_PROVIDER,
        server=str(own.get("host", "")) if by_smtp else "",
        bounces=(settings.GOODWORD_RETURN_ADDRESS or address) if by_smtp else "",
    )


class Published(TypedDict):
    spf: DnsFinding
    dkim: list[DnsFinding]
    dmarc: DnsFinding


def aligned(sender: Sender) -> bool:
    return is_aligned(sender.domain, sender.spf_domain)


def published(sender: Sender, selectors: list[str]) -> Published:
    """The records as currently published. Takes at most core.dns.SECONDS."""
    domain = sender.domain
    above = organisational(domain)
    keys = {selector: dkim_name(domain, selector) for selector in selectors}
    own, parent = dmarc_name(domain), dmarc_name(above)
    answers = txt_records(
        [sender.spf_domain, own, parent, *keys.values()], using=settings.GOODWORD_DNS_SERVERS
    )
    return {
        "spf": spf(sender.spf_domain, answers[sender.spf_domain], allowed=settings.GOODWORD_MAIL_SPF),
        "dkim": [dkim(domain, selector, answers[name]) for selector, name in keys.items()],
        "dmarc": dmarc(domain, answers[own], answers[parent] if above != domain else None),
    }


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()
