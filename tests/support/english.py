"""Finds English left in translated pages, mails and reports."""

import html
import re
from collections.abc import Iterator

import catalogues

PLACE = re.compile(r"%\(\w+\)[sd]|%%|</?\w+[^>]*>|\{\w+\}")
#: shorter pieces also occur in names and in other languages
LEAST = 14


def pieces(language: str) -> set[str]:
    """Fragments of English sentences that no translation contains."""
    rows = [message for message in catalogues.catalogue(language) if message.id]
    words = {piece for row in rows for text in _english(row.id) for piece in pieces_of(text)}
    said = " ".join(word for row in rows for word in catalogues.strings(row))
    return {piece for piece in words if piece not in said}


def english_in(text: str, language: str) -> list[str]:
    """The English fragments that a text contains."""
    plain = " ".join(html.unescape(text).split())
    return sorted(piece for piece in pieces(language) if piece in plain)


def pieces_of(text: str) -> Iterator[str]:
    """The parts of a sentence that are long enough to search for."""
    for piece in PLACE.split(text):
        plain = " ".join(piece.split()).strip(" .,:;()“”")
        if len(plain) >= LEAST and " " in plain:
            yield plain


def _english(message_id: object) -> tuple[str, ...]:
    return tuple(message_id) if isinstance(message_id, tuple | list) else (str(message_id),)
