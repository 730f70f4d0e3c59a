"""How this installation sends mail, and the DNS records of its domains."""

from dataclasses import dataclass
from typing import TypedDict

from django.conf import settings

from goodword.core import mail
from goodword.core.dns import txt_records
from goodword.notifications.domain import sender_records as records
from goodword.notifications.domain.sender_records import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """How this installation sends, as its settings say. `server` and `bounces` are empty if a provider decides."""

    address: str
    provider: str
    server: str
    bounces: str

    @property
    def domain(self) -> str:
        return _domain(self.address)

    @property
    def spf_domain(self) -> str:
        """The domain that receivers check SPF for: that of the bounce address."""
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
    spf: Finding
    dkim: list[Finding]
    dmarc: Finding


def aligned(sender: Sender) -> bool:
    return records.is_aligned(sender.domain, sender.spf_domain)


def published(sender: Sender, selectors: list[str]) -> Published:
    """The currently published records. Takes at most core.dns.SECONDS."""
    domain = sender.domain
    above = records.organisational(domain)
    keys = {selector: records.dkim_name(domain, selector) for selector in selectors}
    own, parent = records.dmarc_name(domain), records.dmarc_name(above)
    answers = txt_records(
        [sender.spf_domain, own, parent, *keys.values()], using=settings.GOODWORD_DNS_SERVERS
    )
    return {
        "spf": records.spf(sender.spf_domain, answers[sender.spf_domain], allowed=settings.GOODWORD_MAIL_SPF),
        "dkim": [records.dkim(domain, selector, answers[name]) for selector, name in keys.items()],
        "dmarc": records.dmarc(domain, answers[own], answers[parent] if above != domain else None),
    }


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()
