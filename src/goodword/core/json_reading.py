"""Reads JSON that people wrote, and says in one sentence where it is wrong. Unknown keys are refused."""

import math
from collections.abc import Mapping, Sequence
from typing import cast

from goodword.core.text import clean_text
from goodword.core.validation import shortened

type Json = str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None


class ReadingError(ValueError):
    """What is wrong with a file, in one sentence that names the place."""


class Reader:
    """One JSON object; `where` is its name in sentences ("question 3", "item 12"). Every method may raise `error`."""

    def __init__(self, data: object, *, where: str, error: type[ReadingError] = ReadingError) -> None:
        self.where = where
        self._error = error
        self._asked: set[str] = set()
        if not isinstance(data, Mapping):
            raise self.wrong("must be an object with named values")
        self._data: Mapping[str, object] = data

    def wrong(self, what: str) -> ReadingError:
        """An error that says `what` is wrong here, to be raised."""
        what = clean_text(what, one_line=True)
        sentence = f"{self.where} {what}."
        return self._error(sentence[:1].upper() + sentence[1:])

    def has(self, key: str) -> bool:
        """Whether there is a value other than null."""
        return self._data.get(key) is not None

    def asks(self, key: str) -> bool:
        """The same as `has`, for a key that may also be there as null."""
        return self._get(key) is not None

    def text(self, key: str, *, longest: int = 500, default: str | None = None) -> str:
        """A cleaned text of at most `longest` characters. It may be empty or missing only with a default."""
        value = self._get(key)
        if value is None and default is not None:
            return default
        text = clean_text(value) if isinstance(value, str) else None
        if text is None or (not text and default is None):
            raise self.wrong(f"needs a text under “{key}”")
        if len(text) > longest:
            raise self.wrong(f"has more than {longest} characters under “{key}”")
        return text

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.wrong(f"needs true or false under “{key}”")
        return value

    def whole(self, key: str, *, default: int | None = None) -> int:
        value = self._get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(f"needs a whole number under “{key}”")
        return value

    def number(self, key: str) -> float:
        value = self._get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not _fits(value):
            raise self.wrong(f"needs a number under “{key}”")
        return float(value)

    def bound(self, key: str) -> float | None:
        """A number as it was written, integer or float."""
        value = self._get(key)
        if value is None:
            return None
        self.number(key)
        return cast(float, value)

    def texts(self, key: str) -> tuple[str, ...]:
        """The distinct texts of a list; none if it is missing."""
        values = self.entries(key, needed=False)
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(f"needs a list of texts under “{key}”")
        return tuple(dict.fromkeys(clean_text(str(value), one_line=True) for value in values))

    def objects(self, key: str, *, each: str, needed: bool = True) -> tuple["Reader", ...]:
        """Readers for the objects of a list, named `each` and its number ("item 12")."""
        return tuple(
            Reader(
                entry,
                where=f"{each} {place} of {self.where}" if self.where else f"{each} {place}",
                error=self._error,
            )
            for place, entry in enumerate(self.entries(key, needed=needed), start=1)
        )

    def child(self, key: str, *, where: str) -> "Reader":
        """The object under a key."""
        return Reader(self._get(key), where=where, error=self._error)

    def entries(self, key: str, *, needed: bool = True) -> Sequence[object]:
        """The entries of a list, which may be empty or missing only if it is not needed."""
        value = self._get(key)
        if value is None and not needed:
            return ()
        if not isinstance(value, list | tuple) or (needed and not value):
            raise self.wrong(f"needs a list under “{key}”")
        return value

    def names(self) -> tuple[str, ...]:
        """The keys, for objects whose keys are data."""
        self._asked.update(self._data)
        return tuple(self._data)

    def done(self) -> None:
        """Refuse keys that were not read."""
        unknown = sorted(str(key) for key in self._data if key not in self._asked)
        if unknown:
            names = ", ".join(f"“{shortened(key)}”" for key in unknown[:3])
            raise self.wrong(f"has {names}, which is not known here")

    def _get(self, key: str) -> object:
        self._asked.add(key)
        return self._data.get(key)


def _fits(value: float) -> bool:
    """Whether it can be stored: not infinite, not hundreds of digits."""
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False
