"""Report phrases by package. They don't use the screens' catalogues: a redrawn PDF must read the same years later."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

#: language -> key -> phrase
type Catalogue = Mapping[str, Mapping[str, str]]


def rounded(value: float, places: int) -> str:
    """Rounds half up, on pages and in reports: 2.25 becomes "2.3", not "2.2" as with Python's formats."""
    return str(Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


@dataclass(frozen=True)
class Phrases:
    language: str
    region: str | None
    phrases: Mapping[str, str]

    def __call__(self, key: str, **values: str | int) -> str:
        """The phrase with its placeholders filled. Raises `KeyError` for a phrase that does not exist."""
        return self.phrases[key].format(**values)

    def __contains__(self, key: str) -> bool:
        return key in self.phrases

    def count(self, key: str, n: int, **values: str | int) -> str:
        """Singular or plural for `n`; in French, 0 is singular."""
        single = n == 1 or (n == 0 and self.language == "fr")
        return self(f"{key}.one" if single else f"{key}.other", n=n, **values)

    def number(self, value: float, places: int) -> str:
        """`value` rounded half up, with the decimal mark of the language."""
        written = rounded(value, places).replace("-", "−")
        return written if self.language == "en" else written.replace(".", ",")
