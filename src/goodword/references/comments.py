"""Free text in answers: the sentence that the report quotes, and topics that must not influence a decision.

Topics are searched for in English, German and French at once, since people don't always write in the language of the
page. Only phrases that usually concern a person are listed: "in hospital", but not "hospital", which may be an
employer; "she is 58", but not "58 clients". A match is a reason to reread a text, never to change or withhold it.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from goodword.core.text import clipped


def comments_of(answer: object) -> list[str]:
    """The free text in a stored answer (format: questionnaires.answers)."""
    match answer:
        case str():
            return [answer]
        case {"comment": str(comment)}:
            return [comment]
    return []


#: a full stop earlier than this may end an abbreviation such as "Dr."
SHORTEST_QUOTE: Final = 20
#: longer sentences are clipped; the comments have them in full
LONGEST_QUOTE: Final = 400
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…。！？؟।])[\"”’»)]*(?=\s+[^\W\d_a-zß-ÿ])|(?<=[。！？])|\n")


def sentences(text: str) -> list[str]:
    """The sentences of a text. Only the last one may be shorter than `SHORTEST_QUOTE`."""
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
    """Sort key for the questions to quote from: *would work again* first, then long texts."""
    return not work_again, not long_text


#: in the order in which sentences list them
TOPICS: Final[Mapping[str, Promise]] = {
    "health": gettext_lazy("health"),
    "family": gettext_lazy("family"),
    "age": gettext_lazy("age"),
    "belief": gettext_lazy("belief"),
    "origin": gettext_lazy("origin"),
}
#: "topics": by topic, regular expressions for whole words. A space matches spaces and hyphens, * any ending, and {name}
#: any of "parts".
_FILE: Final = Path(__file__).with_name("private_topics.json")


def topics_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The keys of `TOPICS` that the texts may concern."""
    together = "\n".join(texts).casefold().replace("’", "'")
    return tuple(topic for topic in TOPICS if _pattern(topic).search(together))


def named(topics: Iterable[str]) -> str:
    """Join the names of topics in the active language: "health, family and age"."""
    names = [str(TOPICS[topic]) for topic in topics]
    if len(names) < 2:
        return "".join(names)
    return gettext("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}


@cache
def _pattern(topic: str) -> re.Pattern[str]:
    phrases = "|".join(_read()["topics"][topic])
    parts = {name: f"({'|'.join(words)})" for name, words in _read()["parts"].items()}
    while "{" in phrases:
        phrases = re.sub(r"\{(\w+)\}", lambda part: parts[part[1]], phrases)
    for short, meaning in (("*", r"\w*"), (" ?", r"[\s-]*"), (" ", r"[\s-]+")):
        phrases = phrases.replace(short, meaning)
    return re.compile(rf"(?<!\w)({phrases})(?![\w-])")


@cache
def _read() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found
