"""Questions from JSON and back: the form in which versions are stored, imported and exported."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypedDict

from goodword.questionnaires.reading import Json, Reader, ReadingError
from goodword.questionnaires.types import (
    LONGEST_LINE,
    LONGEST_TEXT,
    RATING_LEVELS,
    Choice,
    DatesConfirm,
    Level,
    LongText,
    MultipleChoice,
    Question,
    Rating,
    RelationshipConfirm,
    ShortText,
    SingleChoice,
    TitleConfirm,
    WouldWorkAgain,
    YesNoUnsure,
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class QuestionError(ReadingError):
    """What is wrong with a questionnaire, in one sentence."""


def parse(data: Sequence[object]) -> tuple[Question, ...]:
    """The questions of a JSON list, in its order.

    Raises `QuestionError` with a sentence that names the question by its place: not a list or an empty one,
    an unknown type, a missing text, a doubled id, a rating without its five levels, a name nobody knows.
    """
    if not isinstance(data, list | tuple) or not data:
        raise QuestionError("A questionnaire is a list with at least one question.")
    questions: list[Question] = []
    seen: set[str] = set()
    for place, entry in enumerate(data, start=1):
        reader = Reader(entry, where=f"question {place}", error=QuestionError)
        question = _question(reader)
        if question.id in seen:
            raise reader.wrong(f"has the id “{question.id}”, which another question has already")
        seen.add(question.id)
        questions.append(question)
    return tuple(questions)


def to_json(questions: Sequence[Question]) -> list[dict[str, Json]]:
    """The JSON list that `parse` reads back to equal questions."""
    return [{"type": question.kind, **_plain(asdict(question))} for question in questions]


def _plain(values: dict[str, Any]) -> dict[str, Json]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _question(reader: Reader) -> Question:
    kind = reader.text("type")
    if kind not in _KINDS:
        raise reader.wrong(f"has the type “{kind}”, which is none of {', '.join(sorted(_KINDS))}")
    question = _KINDS[kind](reader)
    reader.done()
    return question


class _Common(TypedDict):
    id: str
    text: str
    help: str
    required: bool


def _common(reader: Reader) -> _Common:
    return {
        "id": _name(reader, "id"),
        "text": reader.text("text"),
        "help": reader.text("help", default=""),
        "required": reader.flag("required", default=True),
    }


def _name(reader: Reader, key: str) -> str:
    value = reader.text(key)
    if not _NAME.fullmatch(value):
        raise reader.wrong(
            f"has the {key} “{value}”; use small letters, digits and underscores, a letter first"
        )
    return value


def _rating(reader: Reader) -> Rating:
    levels = tuple(_level(level) for level in reader.objects("levels", each="level"))
    if tuple(level.value for level in levels) != RATING_LEVELS:
        raise reader.wrong("needs five levels with the values 1 to 5 in this order")
    return Rating(
        **_common(reader),
        competency=reader.text("competency", longest=60),
        levels=levels,
        can_pass=reader.flag("can_pass", default=True),
        comment=reader.flag("comment", default=False),
    )


def _level(reader: Reader) -> Level:
    level = Level(
        reader.whole("value"), reader.text("label", longest=80), reader.text("example", longest=300)
    )
    reader.done()
    return level


def _choices(reader: Reader) -> tuple[Choice, ...]:
    choices = tuple(_choice(choice) for choice in reader.objects("choices", each="choice"))
    if len(choices) < 2:
        raise reader.wrong("needs at least two choices")
    if len({choice.value for choice in choices}) < len(choices):
        raise reader.wrong("has two choices with the same value")
    return choices


def _choice(reader: Reader) -> Choice:
    choice = Choice(_name(reader, "value"), reader.text("label"))
    reader.done()
    return choice


def _single_choice(reader: Reader) -> SingleChoice:
    return SingleChoice(
        **_common(reader),
        choices=_choices(reader),
    )


def _multiple_choice(reader: Reader) -> MultipleChoice:
    choices = _choices(reader)
    least = reader.whole("least", default=1)
    most = reader.whole("most", default=len(choices))
    if not 1 <= least <= most <= len(choices):
        raise reader.wrong(f"asks for {least} to {most} of {len(choices)} choices, which cannot be")
    return MultipleChoice(
        **_common(reader),
        choices=choices,
        least=least,
        most=most,
    )


def _longest(reader: Reader, ceiling: int) -> int:
    longest = reader.whole("longest", default=ceiling)
    if not 1 <= longest <= ceiling:
        raise reader.wrong(f"allows {longest} characters; it must be between 1 and {ceiling}")
    return longest


def _long_text(reader: Reader) -> LongText:
    return LongText(
        **_common(reader),
        longest=_longest(reader, LONGEST_TEXT),
    )


def _short_text(reader: Reader) -> ShortText:
    return ShortText(
        **_common(reader),
        longest=_longest(reader, LONGEST_LINE),
    )


def _yes_no_unsure(reader: Reader) -> YesNoUnsure:
    return YesNoUnsure(
        **_common(reader),
        comment=reader.flag("comment", default=True),
    )


def _would_work_again(reader: Reader) -> WouldWorkAgain:
    return WouldWorkAgain(
        **_common(reader),
        comment=reader.flag("comment", default=True),
    )


def _confirming[Q: Question](make: type[Q]) -> Callable[[Reader], Q]:
    def read(reader: Reader) -> Q:
        return make(**_common(reader))

    return read


_KINDS: Mapping[str, Callable[[Reader], Question]] = {
    Rating.kind: _rating,
    SingleChoice.kind: _single_choice,
    MultipleChoice.kind: _multiple_choice,
    YesNoUnsure.kind: _yes_no_unsure,
    LongText.kind: _long_text,
    ShortText.kind: _short_text,
    RelationshipConfirm.kind: _confirming(RelationshipConfirm),
    DatesConfirm.kind: _confirming(DatesConfirm),
    TitleConfirm.kind: _confirming(TitleConfirm),
    WouldWorkAgain.kind: _would_work_again,
}
