"""Reads a test from an untrusted file. Each fault is one sentence.

Files that are too large or too deeply nested are refused before they are parsed further.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from goodword.assessments.kinds import Content, ImportedContent, kind_named, kind_of
from goodword.assessments.kinds.packs import PackError
from goodword.assessments.models import Test
from goodword.core.text import clean_text
from goodword.core.validation import shortened

#: bytes; three hundred items with norms take about 60 kB
LARGEST: Final = 1_000_000
#: of one list or object, and how deep they may lie in each other
MOST_ENTRIES: Final = 1000
DEEPEST: Final = 12
LARGEST_NUMBER: Final = 1_000_000_000

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFile:
    """What a file holds: a kind as in models.Test, and the content."""

    kind: str
    content: ImportedContent


def read_file(raw: bytes) -> PackFile:
    """The test in a file of JSON in UTF-8. Raises `ReadingError` with a sentence that says what is wrong, and where."""
    if len(raw) > LARGEST:
        raise PackError(f"The file has more than {LARGEST // 1_000_000} MB. A test is far smaller.")
    data = _opened(raw)
    _check_size(data)
    if not isinstance(data, Mapping):
        raise PackError("The file must hold one object with named values, as docs/content-packs.md shows.")
    found = _read(data)
    _check_names(found.content)
    kind_of(found.content).check_limits(found.content)
    return found


def _opened(raw: bytes) -> object:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PackError("The file is not text in UTF-8. Save it as JSON in UTF-8.") from None
    if not text.strip():
        raise PackError("There is nothing in it.")
    try:
        return cast(object, json.loads(text, object_pairs_hook=_once, parse_constant=_no_number))
    except json.JSONDecodeError as broken:
        raise PackError(
            f"This is not JSON: line {broken.lineno}, column {broken.colno}. Often a comma or a quotation mark is "
            "missing, or one is too many."
        ) from None
    except RecursionError:
        raise PackError("Lists and objects lie too deep in each other.") from None
    except PackError:
        raise
    except ValueError:  # a number of thousands of digits
        raise PackError("A number in it is too long to be read.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            told = clean_text(shortened(name), one_line=True)
            raise PackError(f"The name “{told}” comes twice in one object; one of the two would be lost.")
        found[name] = value
    return found


def _no_number(name: str) -> float:
    raise PackError(f"{name} is no number that JSON knows.")


def _check_size(data: object) -> None:
    """No list, object, depth or number beyond what a test needs. Walks without recursion."""
    left: list[tuple[object, int]] = [(data, 1)]
    while left:
        value, depth = left.pop()
        if isinstance(value, bool):
            continue
        if isinstance(value, int | float) and not abs(value) <= LARGEST_NUMBER:
            raise PackError("A number in it is too large.")
        if not isinstance(value, list | dict):
            continue
        if depth > DEEPEST:
            raise PackError("Lists and objects lie too deep in each other.")
        if len(value) > MOST_ENTRIES:
            raise PackError(f"A list in it has {len(value):,} entries; {MOST_ENTRIES:,} are the most.")
        left.extend((entry, depth + 1) for entry in _entries(value))


def _entries(value: list[object] | dict[str, object]) -> Iterator[object]:
    yield from value.values() if isinstance(value, dict) else value


def _read(data: Mapping[str, Any]) -> PackFile:
    match data.get("kind"):
        case None:
            kind = Test.Kind.SCALES
        case Test.Kind.JUDGEMENT | Test.Kind.QUESTIONS as named:
            kind = Test.Kind(named)
        case Test.Kind.REASONING:
            raise PackError("Reasoning is generated and comes with Goodword; it cannot be imported.")
        case _:
            raise PackError(
                f"Under “kind” may stand “{Test.Kind.JUDGEMENT.value}” or “{Test.Kind.QUESTIONS.value}”; leave it out "
                "for statements on a scale."
            )
    return PackFile(kind=kind.value, content=kind_named(kind).parse(data))


def _check_names(content: ImportedContent) -> None:
    for name, value in (("id", content.id), ("version", content.version)):
        if not _NAME.fullmatch(value):
            raise PackError(
                f"Under “{name}” may stand letters from A to Z, digits, dots, hyphens and underscores; there stands "
                f"“{shortened(value)}”."
            )
    if not _LANGUAGE.fullmatch(content.language):
        raise PackError(
            f"The language “{shortened(content.language)}” is not known. Write “en”, “de”, “fr”, or another such code "
            "in small letters."
        )


def difference(one: Content, other: Content) -> str:
    """What differs between two languages of a version but must not, in a word or two ("the items"); else empty."""
    if type(one) is not type(other):
        return "the kind of test"
    first, second = (kind_of(content).structure(content) for content in (one, other))
    return next((name for name in first if first[name] != second[name]), "")
