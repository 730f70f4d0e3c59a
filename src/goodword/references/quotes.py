"""The sentence of each referee on page 1 of the report: the one they choose before submitting, else the first."""

import re
from collections.abc import Iterator
from typing import Final

from goodword.core.text import clipped

#: an earlier full stop may end an abbreviation such as "Dr."
SHORTEST_QUOTE: Final = 20
#: longer sentences are clipped; the comments contain them in full
LONGEST_QUOTE: Final = 400
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…。！？؟।])[\"”’»)]*(?=\s+[^\W\d_a-zß-ÿ])|(?<=[。！？])|\n")


def sentences(text: str) -> list[str]:
    """Splits a comment into sentences. Only the last may be shorter than `SHORTEST_QUOTE`."""
    found = (clipped(" ".join(part.split()), LONGEST_QUOTE) for part in _parts(text.strip()))
    return [sentence for sentence in found if sentence]


def first_sentence(text: str) -> str:
    return next(iter(sentences(text)), "")


def _parts(text: str) -> Iterator[str]:
    start = 0
    for end in (found.end() for found in _SENTENCE_END.finditer(text)):
        if len(text[start:end].lstrip()) >= SHORTEST_QUOTE:
            yield text[start:end]
            start = end
    yield text[start:]


def quote_order(*, work_again: bool, long_text: bool) -> tuple[bool, bool]:
    """Sorts questions by whose comment to quote: first working together again, then long texts."""
    return not work_again, not long_text
