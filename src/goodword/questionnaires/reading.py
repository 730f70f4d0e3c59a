"""Reads JSON that people wrote, and says in a sentence where it is wrong.

Questionnaires and content packs come as files that somebody edited by hand. A key that is misspelt must not
be passed over in silence, so a reader remembers what was asked for and refuses the rest at `done`.
"""

import math
from collections.abc import Mapping, Sequence
from typing import cast

from goodword.core.text import clean_text

type Json = str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None

_LONGEST_NAME = 60


class ReadingError(ValueError):
    """What is wrong with a file, in one sentence that names the place."""


class Reader:
    """One JSON object; `where` is how sentences name it ("question 3", "item 12").

    Every method raises `error` (a kind of `ReadingError`) with a sentence.
    """

    def __init__(self, data: object, *, where: str, error: type[ReadingError] = ReadingError) -> None:
        self.where = where
        self._error = error
        self._asked: set[str] = set()
        if not isinstance(data, Mapping):
            raise self.wrong("must be an object with named values")
        self._data: Mapping[str, object] = data

    def wrong(self, what: str) -> ReadingError:
        """The error that says `what` of this place, to be raised."""
        what = clean_text(what, one_line=True)
        sentence = f"{self.where} {what}."
        return self._error(sentence[:1].upper() + sentence[1:])

    def has(self, key: str) -> bool:
        """Whether the key is there with a value other than null."""
        return self._data.get(key) is not None

    def asks(self, key: str) -> bool:
        """The same as `has`, for a key that may also be there as null."""
        return self._get(key) is not None

    def text(self, key: str, *, longest: int = 500, default: str | None = None) -> str:
        """A text of at most `longest` characters, without controls and trimmed.

        It may be empty or missing only with a default.
        """
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
        """True or false."""
        value = self._get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.wrong(f"needs true or false under “{key}”")
        return value

    def whole(self, key: str, *, default: int | None = None) -> int:
        """A whole number."""
        value = self._get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(f"needs a whole number under “{key}”")
        return value

    def number(self, key: str) -> float:
        """A number, whole or not."""
        value = self._get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not _fits(value):
            raise self.wrong(f"needs a number under “{key}”")
        return float(value)

    def bound(self, key: str) -> float | None:
        """A number as it was written, whole or not; None if there is none."""
        value = self._get(key)
        if value is None:
            return None
        self.number(key)
        return cast(float, value)

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of a list, each once, in the order in which they first come; an empty list if it is missing."""
        values = self.entries(key, needed=False)
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(f"needs a list of texts under “{key}”")
        return tuple(dict.fromkeys(clean_text(str(value), one_line=True) for value in values))

    def objects(self, key: str, *, each: str, needed: bool = True) -> tuple["Reader", ...]:
        """The objects of a list, each with a reader that is named `each` and its place ("item 12")."""
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
        """The entries of a list as they are; an empty or missing list only if it is not needed."""
        value = self._get(key)
        if value is None and not needed:
            return ()
        if not isinstance(value, list | tuple) or (needed and not value):
            raise self.wrong(f"needs a list under “{key}”")
        return value

    def names(self) -> tuple[str, ...]:
        """The names in the object, for objects whose names are data."""
        self._asked.update(self._data)
        return tuple(self._data)

    def done(self) -> None:
        """Refuse what nobody asked for: a misspelt name would otherwise be lost in silence."""
        unknown = sorted(str(key) for key in self._data if key not in self._asked)
        if unknown:
            names = ", ".join(f"“{shortened(key)}”" for key in unknown[:3])
            raise self.wrong(f"has {names}, which is not known here")

    def _get(self, key: str) -> object:
        self._asked.add(key)
        return self._data.get(key)


def shortened(name: str) -> str:
    """A name out of somebody's file as a sentence can show it."""
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def _fits(value: float) -> bool:
    """Whether it can be stored: no infinity, no hundreds of digits."""
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False
