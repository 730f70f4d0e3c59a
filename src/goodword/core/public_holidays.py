"""Public holidays from the package `holidays`. It takes 30 MB once loaded, so a short-lived process loads it."""

import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Final

log = logging.getLogger(__name__)
#: years computed at once
_YEARS: Final = 10
_MOST_SECONDS: Final = 30


@cache
def names_of_countries() -> Mapping[str, str]:
    """Code (ISO 3166-1) -> English name without spaces, as the package has it."""
    return {code: name for code, (name, _) in _places().items()}


def aliases_of_regions(country: str) -> Mapping[str, list[str]]:
    """Code -> names of the regions with their own holidays; empty for an unknown country."""
    _, regions = _places().get(country, ("", {}))
    return regions


def holidays_of(country: str, region: str, year: int, *, language: str = "") -> Mapping[date, str]:
    """The public holidays of a year, named in `language` if the package has it, else in the country's language.

    Raises LookupError for an unknown country or region.
    """
    found = _holidays_of_years(country, region, year // _YEARS * _YEARS, language)
    if found is None:
        raise LookupError(f"No public holidays are known for {country} {region}")
    return {day: name for day, name in found.items() if day.year == year}


@cache
def _holidays_of_years(country: str, region: str, first: int, language: str) -> Mapping[date, str] | None:
    found = _ask({"country": country, "region": region, "first": first, "language": language})
    return None if found is None else {date.fromisoformat(day): name for day, name in found.items()}


@cache
def _places() -> Mapping[str, tuple[str, Mapping[str, list[str]]]]:
    return {code: (name, regions) for code, (name, regions) in _ask({}).items()}


def _ask(question: Mapping[str, Any]) -> Any:
    try:
        asked = subprocess.run(  # noqa: S603 - our own file
            [sys.executable, "-I", __file__],
            input=json.dumps(question).encode(),
            capture_output=True,
            env={},
            timeout=_MOST_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.warning(
            "Public holidays are computed in this process, which then needs 30 MB more memory: %s %s",
            error,
            getattr(error, "stderr", None) or "",
        )
        return answer(question)
    return json.loads(asked.stdout)


def answer(question: Mapping[str, Any]) -> Any:
    """Answer in this process: {ISO date: name}, or None for an unknown place. An empty question gets all places."""
    import holidays
    from holidays.registry import COUNTRIES

    if not question:
        known = holidays.list_supported_countries(include_aliases=False)
        return {
            code: (name, holidays.country_holidays(code).get_subdivision_aliases())
            for name, code, *_ in COUNTRIES.values()
            if code in known
        }
    country, first = question["country"], question["first"]
    try:
        languages = holidays.country_holidays(country).supported_languages
        found = holidays.country_holidays(
            country,
            subdiv=question["region"] or None,
            years=range(first, first + _YEARS),
            language=next(
                (language for language in languages if language.split("_")[0] == question["language"]), None
            ),
        )
    except NotImplementedError:
        return None
    return {day.isoformat(): name for day, name in sorted(found.items())}


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
