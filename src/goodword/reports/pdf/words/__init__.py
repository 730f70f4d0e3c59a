"""The phrases of reports, apart from the catalogues of the screens so that redrawn PDFs read the same years later."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from goodword.reports.pdf.words.de import DE
from goodword.reports.pdf.words.en import EN
from goodword.reports.pdf.words.fr import FR

PHRASES: Mapping[str, Mapping[str, str]] = {"en": EN, "de": DE, "fr": FR}


@dataclass(frozen=True)
class ReportPhrases:
    language: str
    region: str | None
    phrases: Mapping[str, str]

    def __call__(self, key: str, **values: str | int) -> str:
        return self.phrases[key].format(**values)

    def category(self, name: str) -> str:
        return self.phrases.get(f"category_{name}", name)

    def family(self, name: str) -> str:
        return self.phrases.get(f"family_{name}", name)

    def count(self, key: str, n: int, **values: str | int) -> str:
        """Singular or plural for `n`; in French, 0 is singular."""
        single = n == 1 or (n == 0 and self.language == "fr")
        return self(f"{key}.one" if single else f"{key}.other", n=n, **values)

    def number(self, value: float, places: int) -> str:
        """`value` rounded half up."""
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        written = str(rounded).replace("-", "−")
        return written if self.language == "en" else written.replace(".", ",")


def words_for(language: str) -> ReportPhrases:
    """The phrases for a language tag (`de-AT`), by default English."""
    parts = language.replace("_", "-").split("-")
    primary = parts[0].lower()
    if primary not in PHRASES:
        return ReportPhrases(language="en", region=None, phrases=EN)
    region = parts[-1].upper() if len(parts) > 1 and len(parts[-1]) == 2 and parts[-1].isalpha() else None
    return ReportPhrases(language=primary, region=region, phrases=PHRASES[primary])
