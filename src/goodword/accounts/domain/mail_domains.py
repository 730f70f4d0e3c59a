from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_domain_name
from django.db import transaction
from django.utils.translation import gettext as _
from publicsuffixlist import PublicSuffixList

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation, active_members

MOST_DOMAINS: Final = 20
#: free mail providers that have domains in many countries
_PROVIDERS: Final = frozenset(
    (
        *(
            "gmail",
            "googlemail",
            "outlook",
            "hotmail",
            "live",
            "msn",
            "yahoo",
            "ymail",
            "rocketmail",
            "icloud",
        ),
        *("aol", "gmx", "protonmail", "tutanota", "yandex", "rediffmail", "hushmail", "fastmail", "zohomail"),
    )
)
#: Common providers where Goodword is used, from their sign-up pages in 2026. A missing one counts as a company's
#: domain, which raises a low flag as well.
_DOMAINS = """
gmail.com googlemail.com outlook.com outlook.de outlook.fr hotmail.com hotmail.de hotmail.fr hotmail.co.uk
live.com live.de live.fr live.co.uk msn.com icloud.com me.com mac.com yahoo.com yahoo.de yahoo.fr yahoo.es
yahoo.it yahoo.co.uk yahoo.co.in yahoo.ca ymail.com rocketmail.com aol.com aol.de gmx.de gmx.net gmx.at gmx.ch
gmx.com web.de freenet.de t-online.de arcor.de mail.de email.de posteo.de mailbox.org online.de orange.fr
wanadoo.fr free.fr sfr.fr laposte.net neuf.fr bbox.fr numericable.fr libero.it virgilio.it tiscali.it alice.it
bluewin.ch hispeed.ch sunrise.ch chello.at aon.at telenet.be skynet.be ziggo.nl kpnmail.nl planet.nl hetnet.nl
btinternet.com sky.com talktalk.net virginmedia.com comcast.net verizon.net att.net sbcglobal.net bellsouth.net
cox.net charter.net rogers.com shaw.ca bigpond.com proton.me protonmail.com pm.me tutanota.com tuta.com
fastmail.com hey.com zoho.com mail.com mail.ru yandex.ru yandex.com rambler.ru bk.ru inbox.ru list.ru seznam.cz
centrum.cz wp.pl o2.pl onet.pl interia.pl ukr.net abv.bg qq.com 163.com 126.com sina.com naver.com daum.net
hanmail.net rediffmail.com uol.com.br bol.com.br terra.com.br hushmail.com zohomail.com mailfence.com runbox.com
duck.com mozmail.com simplelogin.com privaterelay.appleid.com
"""
FREE_MAIL = frozenset(_DOMAINS.split())


class NoDomain(Exception):
    """The organisation can't own this domain. The message is shown to members."""


def own_domain(typed: str) -> str:
    """Normalise a domain: lower case, ASCII, without "@" and without dots at either end. Raises NoDomain."""
    shown = typed.strip().casefold()
    name = shown.removeprefix("@").rstrip(".")
    try:
        name = name.encode("idna").decode("ascii")
        validate_domain_name(name)
    except (UnicodeError, ValidationError):
        name = ""
    if not name or "." not in name:
        raise NoDomain(
            _("“%(name)s” is not a domain. Write what comes after the @ in an address, such as example.com.")
            % {"name": shown[:80]}
        )
    if within(name, FREE_MAIL) or is_disposable(name) or _is_provider(name):
        raise NoDomain(
            _("Anyone can have an address at %(name)s, so it cannot be your organisation's domain.")
            % {"name": name}
        )
    if _suffixes().is_public(name):
        raise NoDomain(
            _(
                "%(name)s is shared by many organisations. Write your own domain in full, such as acme.%(name)s."
            )
            % {"name": name}
        )
    return name


def proposed(organisation: Organisation) -> list[str]:
    """Domains of members' addresses that could be the organisation's and aren't set yet, most frequent first."""
    addresses = active_members(organisation).order_by("pk").values_list("user__email", flat=True)
    return _usable(addresses, but=organisation.own_domains)


def set_domains(*, organisation: Organisation, domains: Sequence[str], by: Membership, now: datetime) -> bool:
    """Returns whether anything changed. Raises NoDomain."""
    return _write(organisation, [own_domain(name) for name in domains], by=by, now=now)


def add_domain(*, organisation: Organisation, domain: str, by: Membership, now: datetime) -> bool:
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=organisation.pk)
        return _write(row, [*row.own_domains, own_domain(domain)], by=by, now=now)


def _write(organisation: Organisation, domains: Sequence[str], *, by: Membership, now: datetime) -> bool:
    wanted = list(dict.fromkeys(domains))[:MOST_DOMAINS]
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=organisation.pk)
        if row.own_domains == wanted:
            return False
        write(
            organisation=row,
            action="organisation.settings_changed",
            member=by,
            now=now,
            details={"changed": {"own_domains": [row.own_domains, wanted]}},
        )
        Organisation.objects.filter(pk=row.pk).update(own_domains=wanted)
        return True


def _usable(addresses: Iterable[str], *, but: Collection[str]) -> list[str]:
    counts: dict[str, int] = {}
    for address in addresses:
        try:
            name = own_domain(address.rpartition("@")[2])
        except NoDomain:
            continue
        if name not in but:
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))


def _is_provider(name: str) -> bool:
    """Whether the label before the public suffix is a free mail provider's, as in yahoo.com.br or outlook.at."""
    registered = _suffixes().privatesuffix(name)
    return registered is not None and registered.partition(".")[0] in _PROVIDERS


def is_disposable(name: str) -> bool:
    from disposable_email_domains import blocklist  # takes three megabytes

    return within(name, blocklist)


def within(name: str, domains: Collection[str]) -> bool:
    parts = name.split(".")
    return any(".".join(parts[start:]) in domains for start in range(len(parts) - 1))


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)
