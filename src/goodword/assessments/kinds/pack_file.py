"""Reads a test from an untrusted file. Each problem is one sentence; size and depth are limited."""

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
#: of one list or object, and the nesting depth
MOST_ENTRIES: Final = 1000
DEEPEST: Final = 12
LARGEST_NUMBER: Final = 1_000_000_000

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFile:
    kind: str
    content: ImportedContent


def read_file(raw: bytes) -> PackFile:
    if len(raw) > LARGEST:
        raise PackError(f"The file is larger than {LARGEST // 1_000_000} MB. Tests are far smaller.")
    data = _opened(raw)
    _check_size(data)
    if not isinstance(data, Mapping):
        raise PackError("The file must contain one JSON object, as docs/content-packs.md shows.")
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
        raise PackError("The file is empty.")
    try:
        return cast(object, json.loads(text, object_pairs_hook=_once, parse_constant=_no_number))
    except json.JSONDecodeError as broken:
        raise PackError(
            f"This is not JSON: line {broken.lineno}, column {broken.colno}. Look for a missing or extra comma or "
            "quotation mark."
        ) from None
    except RecursionError:
        raise PackError("Lists and objects are nested too deeply.") from None
    except PackError:
        raise
    except ValueError:  # a number of thousands of digits
        raise PackError("The file has a number with too many digits.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            repeated = clean_text(shortened(name), one_line=True)
            raise PackError(f"The name “{repeated}” occurs twice in one object.")
        found[name] = value
    return found


def _no_number(name: str) -> float:
    raise PackError(f"{name} is not a JSON number.")


def _check_size(data: object) -> None:
    left: list[tuple[object, int]] = [(data, 1)]
    while left:
        value, depth = left.pop()
        if isinstance(value, bool):
            continue
        if isinstance(value, int | float) and not abs(value) <= LARGEST_NUMBER:
            raise PackError("The file has a number that is too large.")
        if not isinstance(value, list | dict):
            continue
        if depth > DEEPEST:
            raise PackError("Lists and objects are nested too deeply.")
        if len(value) > MOST_ENTRIES:
            raise PackError(f"A list has {len(value):,} entries; at most {MOST_ENTRIES:,} are allowed.")
        left.extend((entry, depth + 1) for entry in _entries(value))


def _entries(value: list[object] | dict[str, object]) -> Iterator[object]:
    yield from value.values() if isinstance(value, dict) else value


def _read(data: Mapping[str, Any]) -> PackFile:
    match data.get("kind"):
        case None:
            kind = Test.Kind.SCALES
        case Test.Kind.JUDGEMENT | Test.Kind.CUSTOM_QUESTIONS as named:
            kind = Test.Kind(named)
        case Test.Kind.REASONING:
            raise PackError("Reasoning is built in and cannot be imported.")
        case _:
            raise PackError(
                f"“kind” must be “{Test.Kind.JUDGEMENT.value}” or “{Test.Kind.CUSTOM_QUESTIONS.value}”, "
                "or left out for statements on a scale."
            )
    return PackFile(kind=kind.value, content=kind_named(kind).parse(data))


def _check_names(content: ImportedContent) -> None:
    for name, value in (("id", content.id), ("version", content.version)):
        if not _NAME.fullmatch(value):
            raise PackError(
                f"“{name}” may have letters from A to Z, digits, dots, hyphens and underscores, but is "
                f"“{shortened(value)}”."
            )
    if not _LANGUAGE.fullmatch(content.language):
        raise PackError(
            f"Unknown language “{shortened(content.language)}”. Use a code in small letters, such as “en” or “de”."
        )


def difference(one: Content, other: Content) -> str:
    """Forbidden difference between two languages of a version ("the items"); empty if nothing does."""
    if type(one) is not type(other):
        return "the kind of test"
    first, second = (kind_of(content).structure(content) for content in (one, other))
    return next((name for name in first if first[name] != second[name]), "")
