"""JSON that people wrote, and the error that says in one sentence where it is wrong."""

from collections.abc import Mapping, Sequence

type Json = str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None


class ReadingError(ValueError):
    pass
