"""Public holidays by country and region, from the package `holidays`."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final

import holidays
from holidays.registry import COUNTRIES

#: column length
_LONGEST_REGION: Final = 10
#: "UnitedStates" -> "United States"
_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SMALL: Final = {"And": "and", "Of": "of", "The": "the"}


@cache
def countries() -> Mapping[str, str]:
    """Code -> English name, sorted by name."""
    known = holidays.list_supported_countries(include_aliases=False)
    named = {code: _split(name) for name, code, *_ in COUNTRIES.values() if code in known}
    return dict(sorted(named.items(), key=lambda one: one[1]))


@cache
def regions(country: str) -> Mapping[str, str]:
    """Code -> name of a country's regions with their own holidays; empty for an unknown country."""
    if country not in countries():
        return {}
    names = holidays.country_holidays(country).get_subdivision_aliases()
    parts = {
        code: aliases[0] if aliases else code
        for code, aliases in names.items()
        if len(code) <= _LONGEST_REGION
    }
    return dict(sorted(parts.items(), key=lambda one: one[1]))


def coming(
    country: str, region: str, *, after: date, number: int, language: str
) -> Sequence[tuple[date, str]]:
    """The next holidays after a day, named in `language` if the package can, else in the country's language."""
    if country not in countries():
        return []
    part = region if region in regions(country) else None
    years = (after.year, after.year + 1)
    found = holidays.country_holidays(country, subdiv=part, years=years, language=_spoken(country, language))
    return [(day, name) for day, name in sorted(found.items()) if day > after][:number]


def _spoken(country: str, language: str) -> str | None:
    known = holidays.country_holidays(country).supported_languages
    return next((one for one in known if one.split("_")[0] == language), None)


def _split(name: str) -> str:
    first, *rest = _WORD.sub(" ", name).split()
    return " ".join([first, *(_SMALL.get(word, word) for word in rest)])
