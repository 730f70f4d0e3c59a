"""How e-mail addresses are stored and compared.

str.lower() and PostgreSQL's UPPER fold letters that only look alike: "ı" and "ſ" become I and S, and the Kelvin sign
becomes k. The owner of eve@evıl.example would then pass as eve@evil.example. We fold case only and never turn a letter
into an ASCII one.
"""

from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext as _

#: letters that case folding would turn into i, s and k, and that Django's e-mail validator accepts
LOOK_ALIKES: Final = frozenset("\u0130\u0131\u017f\u212a")


def normalised(address: str) -> str:
    """Return the stored form, which is in lower case."""
    return "".join(_lower(letter) for letter in address.strip())


def _lower(letter: str) -> str:
    lower = letter.lower()
    return letter if letter in LOOK_ALIKES or (lower.isascii() and not letter.isascii()) else lower


def is_same(one: str, other: str) -> bool:
    return normalised(one) == normalised(other)


def has_look_alikes(address: str) -> bool:
    return not LOOK_ALIKES.isdisjoint(address)


def check_address(address: str) -> None:
    """Raise ValidationError for an address with look-alike letters."""
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
