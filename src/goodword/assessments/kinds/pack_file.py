"""Reads a test out of a file that somebody made or brought along, and trusts nothing in it.

Whatever is wrong is one sentence. What is far too large or nested is refused before anything walks through it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from goodword.assessments.kinds.custom.content import KIND as QUESTIONS
from goodword.assessments.kinds.custom.content import QuestionSet, questions_to_json, read_questions
from goodword.assessments.kinds.judgement.content import KIND as JUDGEMENT
from goodword.assessments.kinds.judgement.content import JudgementSet, read_judgement
from goodword.assessments.kinds.judgement.content import to_json as judgement_json
from goodword.assessments.kinds.packs import PackError
from goodword.assessments.kinds.scales.content import Instrument, parse_pack
from goodword.assessments.kinds.scales.content import to_json as pack_json
from goodword.core.text import clean_text
from goodword.questionnaires.reading import Json, shortened

type Imported = Instrument | JudgementSet | QuestionSet

#: bytes; three hundred items with norms take about 60 kB
LARGEST: Final = 1_000_000
#: of one list or object, and how deep they may lie in each other
MOST_ENTRIES: Final = 1000
DEEPEST: Final = 12
LARGEST_NUMBER: Final = 1_000_000_000
#: what fits a page and a candidate's patience
MOST_ITEMS: Final = 600
MOST_SCALES: Final = 60
MOST_ANSWERS: Final = 11
#: as models.Score keeps it
LONGEST_SCALE: Final = 40

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFile:
    """What a file holds: a kind as in models.Test, and the content."""

    kind: str
    content: Imported


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
    _check_bounds(found.content)
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


def plain(content: Imported) -> dict[str, Any]:
    """The content as it is exported; `read_file` gives an equal one back."""
    match content:
        case Instrument():
            return pack_json(content)
        case JudgementSet():
            return judgement_json(content)
    return questions_to_json(content)


def _read(data: Mapping[str, Any]) -> PackFile:
    match data.get("kind"):
        case None:
            return PackFile(kind="scales", content=parse_pack(data))
        case "judgement":
            return PackFile(kind="judgement", content=read_judgement(data))
        case "questions":
            return PackFile(kind="questions", content=read_questions(data))
        case "reasoning":
            raise PackError("Reasoning is generated and comes with Goodword; it cannot be imported.")
    raise PackError(
        f"Under “kind” may stand “{JUDGEMENT}” or “{QUESTIONS}”; leave it out for statements on a scale."
    )


def _check_names(content: Imported) -> None:
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


def _check_bounds(content: Imported) -> None:
    match content:
        case Instrument():
            longest = max((scale.id for scale in content.scales), key=len)
            if len(longest) > LONGEST_SCALE:
                raise PackError(f"The id of the scale “{longest}” has more than {LONGEST_SCALE} characters.")
            _at_most("scales", len(content.scales), MOST_SCALES)
            _at_most("items", len(content.items), MOST_ITEMS)
            _at_most("answers to choose from", len(content.response_scale), MOST_ANSWERS)
        case JudgementSet():
            _at_most("actions", len(content.actions), MOST_ITEMS)
            _at_most("answers to choose from", len(content.response_scale), MOST_ANSWERS)
        case QuestionSet():
            _at_most("questions", len(content.questions), MOST_ITEMS)


def _at_most(what: str, n: int, most: int) -> None:
    if n > most:
        raise PackError(f"It has {n} {what}; {most} are the most.")


#: what is translated
_WORDS: Final = frozenset(
    {"text", "help", "self_text", "label", "example", "left", "right", "unit", "competency", "anchors"}
)


def difference(one: Imported, other: Imported) -> str:
    """What differs but must not, in a word or two ("the items"); empty if nothing does."""
    if type(one) is not type(other):
        return "the kind of test"
    first, second = _shape(one), _shape(other)
    return next((name for name in first if first[name] != second[name]), "")


def _shape(content: Imported) -> Mapping[str, object]:
    match content:
        case Instrument():
            return {
                "the scales": [scale.id for scale in content.scales],
                "the items": [(item.id, item.scale, item.keyed) for item in content.items],
                "the short forms": [(form.id, form.item_ids) for form in content.short_forms],
                "the answer scale": [option.value for option in content.response_scale],
            }
        case JudgementSet():
            return {
                "the situations": [scenario.id for scenario in content.scenarios],
                "the actions or their keys": [(one.id, one.effectiveness) for one in content.actions],
                "the answer scale": [option.value for option in content.response_scale],
            }
        case QuestionSet():
            plain = questions_to_json(content)
            return {
                "the questions": _without_words(plain["questions"]),
                "the rubrics": _without_words(plain["rubrics"]),
                "the right answers": plain["right"],
            }


def _without_words(value: Json) -> object:
    if isinstance(value, Mapping):
        return {name: _without_words(entry) for name, entry in value.items() if name not in _WORDS}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_without_words(entry) for entry in value]
    return value
