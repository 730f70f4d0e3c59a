"""What an attempt was given: its instrument and items, as fixed when it was assigned."""

from functools import cache

from goodword.assessments import library
from goodword.assessments.library.instrument import Instrument, Item
from goodword.assessments.models import Attempt


def instrument_of(attempt: Attempt) -> Instrument:
    """The instrument, in the attempt's language. Raises LookupError if this version is no longer in the library."""
    return _instrument(attempt.instrument, attempt.instrument_version, attempt.language)


def items_of(attempt: Attempt) -> tuple[Item, ...]:
    """The items in the order in which they are given. No query. Raises LookupError as above."""
    return _items(attempt.instrument, attempt.instrument_version, attempt.language, attempt.form)


@cache
def _instrument(instrument_id: str, version: str, language: str) -> Instrument:
    found = library.load(instrument_id, language=language)
    if found.version != version:
        raise LookupError(f"{instrument_id} {version} is not in the library, only {found.version}.")
    return found


@cache
def _items(instrument_id: str, version: str, language: str, form: str) -> tuple[Item, ...]:
    return _instrument(instrument_id, version, language).items_of(form)
