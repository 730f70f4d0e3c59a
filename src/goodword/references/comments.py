"""Free text in answers, and the sentence of it that the report quotes."""

import re
from collections.abc import Iterator
from typing import Final

from goodword.core.text import clipped


def comments_of(answer: object) -> list[str]:
    """The free text of a stored answer (format: questionnaires.answers)."""
    match answer:
        case str():
            return [answer]
        case {"comment": str(comment)}:
            return [comment]
    return []


#: an earlier full stop may end an abbreviation such as "Dr."
SHORTEST_QUOTE: Final = 20
#: longer sentences are clipped; the comments contain them in full
LONGEST_QUOTE: Final = 400
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…。！？؟।])[\"”’»)]*(?=\s+[^\W\d_a-zß-ÿ])|(?<=[。！？])|\n")


def sentences(text: str) -> list[str]:
    """Split a comment into sentences. Only the last may be shorter than `SHORTEST_QUOTE`."""
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
    """Sort key for the questions to quote from: working together again first, then long texts."""
    return not work_again, not long_text
