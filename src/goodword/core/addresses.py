"""Normalises, checks and compares e-mail addresses, and lists domains where anyone can have one.

str.lower() and PostgreSQL's UPPER fold letters that only look alike: "ı" and "ſ" become I and S, and the Kelvin sign
becomes k. The owner of eve@evıl.example would then pass as eve@evil.example. We fold case only and never turn a letter
into an ASCII one.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Final

import idna
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext as _
from publicsuffixlist import PublicSuffixList

#: letters that case folding would turn into i, s and k, and that Django's e-mail validator accepts
LOOK_ALIKES: Final = frozenset("\u0130\u0131\u017f\u212a")
_JOINERS: Final = frozenset("\u200c\u200d")
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


@dataclass(frozen=True, kw_only=True)
class Correspondent:
    name: str
    address: str


def without_invisible(address: str) -> str:
    """Remove characters that nobody sees or types, such as the zero-width spaces of chat programs. Joiners are kept,
    since they distinguish some Persian and Indic domains."""
    if address.isprintable():
        return address.strip()
    return "".join(
        character for character in address if character in _JOINERS or unicodedata.category(character) != "Cf"
    ).strip()


def normalised(address: str) -> str:
    """Return the stored form, which is in lower case and without invisible characters."""
    return "".join(_lower(letter) for letter in without_invisible(address))


def _lower(letter: str) -> str:
    lower = letter.lower()
    return letter if letter in LOOK_ALIKES or (lower.isascii() and not letter.isascii()) else lower


def is_same(one: str, other: str) -> bool:
    return normalised(one) == normalised(other)


def reaches(address: str, stored: str) -> bool:
    """Whether a mail server that names `address` means the stored one, whose domain may be international."""
    try:
        return is_same(address, stored) or is_same(address, with_ascii_domain(stored))
    except ValueError:
        return False


def with_ascii_domain(address: str) -> str:
    """Return the form that mail servers expect: müller.example becomes xn--mller-kva.example. Raises ValueError for an
    impossible domain."""
    name, at, domain = address.rpartition("@")
    return address if domain.isascii() else name + at + idna.encode(domain, uts46=True).decode()


def has_look_alikes(address: str) -> bool:
    return not LOOK_ALIKES.isdisjoint(address)


def check_syntax(address: str) -> None:
    """Raise ValidationError for an address that Django refuses. Few mail servers accept names beyond ASCII (RFC 6531),
    so the message says if a letter is the reason."""
    try:
        validate_email(address)
    except ValidationError:
        if address.rpartition("@")[0].isascii():
            raise
        raise ValidationError(
            _(
                "We can't send e-mail to addresses with letters such as ü or é before the @. Enter another one."
            )
        ) from None


def check_address(address: str) -> None:
    """Raise ValidationError for an address with look-alike letters. Invisible characters are ignored, as by
    `normalised`."""
    address = without_invisible(address)
    shown = {"text": address[:80]}
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationError(_("“%(text)s” is not an e-mail address.") % shown) from error
    if has_look_alikes(address):
        raise ValidationError(
            _("“%(text)s” has a letter that only looks like i, s or k. Type the address again.") % shown
        )


@CharField.register_lookup
class SameAddress(Lookup):
    """`email__same_address=...`: equal except for case. It also compares UPPER, in order to use the indexes."""

    lookup_name = "same_address"

    def get_prep_lookup(self) -> str:
        return normalised(str(self.rhs))

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        column, values = self.process_lhs(compiler, connection)
        wanted, given = self.process_rhs(compiler, connection)
        sql = f'(UPPER({column}::text) = UPPER({wanted}::text) AND LOWER({column}::text COLLATE "C") = {wanted})'
        return sql, (*values, *given, *values, *given)


def is_provider(name: str) -> bool:
    """Whether the label before the public suffix is a free mail provider's, as in yahoo.com.br or outlook.at."""
    registered = suffixes().privatesuffix(name)
    return registered is not None and registered.partition(".")[0] in _PROVIDERS


def is_disposable(name: str) -> bool:
    from disposable_email_domains import blocklist  # takes three megabytes

    return within(name, blocklist)


def within(name: str, domains: Collection[str]) -> bool:
    parts = name.split(".")
    return any(".".join(parts[start:]) in domains for start in range(len(parts) - 1))


@cache
def suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)
