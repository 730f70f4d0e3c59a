"""Reads each type of question from its JSON object."""

import re
from collections.abc import Callable, Mapping
from typing import TypedDict

from goodword.questionnaires.reading import Reader, shortened
from goodword.questionnaires.types import (
    LONGEST_LINE,
    LONGEST_TEXT,
    MOST_DECIMALS,
    MOST_RANKED,
    RATING_LEVELS,
    RELATIONSHIPS,
    Adjectives,
    Agreement,
    Between,
    Choice,
    Date,
    DatesConfirm,
    Level,
    LongText,
    MultipleChoice,
    Number,
    Period,
    Question,
    Ranking,
    Rating,
    RelationshipConfirm,
    ShortText,
    SingleChoice,
    TitleConfirm,
    When,
    WouldWorkAgain,
    YesNoUnsure,
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST_STATEMENT = 300
_LONGEST_LABEL = 80
_LONGEST_HEADING = 60
_MOST_CHOICES = 60


class _Common(TypedDict):
    id: str
    text: str
    help: str
    required: bool
    self_text: str
    only_for: tuple[str, ...]
    when: When | None


def _common(reader: Reader) -> _Common:
    return {
        "id": _name(reader, "id"),
        "text": reader.text("text"),
        "help": reader.text("help", default=""),
        "required": reader.flag("required", default=True),
        "self_text": reader.text("self_text", default=""),
        "only_for": _only_for(reader),
        "when": _when(reader),
    }


def _name(reader: Reader, key: str) -> str:
    value = reader.text(key)
    if not _NAME.fullmatch(value):
        raise reader.wrong(
            f"has the {key} “{shortened(value)}”; use small letters, digits and underscores, a letter first"
        )
    return value


def _only_for(reader: Reader) -> tuple[str, ...]:
    named = reader.texts("only_for")
    for name in named:
        if name not in RELATIONSHIPS:
            raise reader.wrong(
                f"is only for “{shortened(name)}”, which is none of {', '.join(RELATIONSHIPS)}"
            )
    return tuple(relationship for relationship in RELATIONSHIPS if relationship in named)


def _when(reader: Reader) -> When | None:
    if not reader.asks("when"):
        return None
    condition = reader.child("when", where=f"the condition of {reader.where}")
    when = When(question=condition.text("question", longest=40), values=condition.texts("is"))
    if not when.values:
        raise condition.wrong("needs a list with at least one answer under “is”")
    condition.done()
    return when


def _rating(reader: Reader) -> Rating:
    levels = tuple(_level(level) for level in reader.objects("levels", each="level"))
    if tuple(level.value for level in levels) != RATING_LEVELS:
        raise reader.wrong("needs five levels with the values 1 to 5 in this order")
    return Rating(
        **_common(reader),
        competency=reader.text("competency", longest=_LONGEST_HEADING),
        levels=levels,
        can_pass=reader.flag("can_pass", default=True),
        comment=reader.flag("comment", default=False),
    )


def _level(reader: Reader) -> Level:
    level = Level(
        reader.whole("value"),
        reader.text("label", longest=_LONGEST_LABEL),
        reader.text("example", longest=_LONGEST_STATEMENT),
    )
    reader.done()
    return level


def _agreement(reader: Reader) -> Agreement:
    return Agreement(
        **_common(reader),
        competency=reader.text("competency", longest=_LONGEST_HEADING, default=""),
        can_pass=reader.flag("can_pass", default=True),
        comment=reader.flag("comment", default=False),
    )


def _choices(reader: Reader) -> tuple[Choice, ...]:
    choices = tuple(_choice(choice) for choice in reader.objects("choices", each="choice"))
    if len(choices) < 2:
        raise reader.wrong("needs at least two choices")
    if len(choices) > _MOST_CHOICES:
        raise reader.wrong(f"has {len(choices)} choices; {_MOST_CHOICES} are the most that can be")
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


def _adjectives(reader: Reader) -> Adjectives:
    choices = _choices(reader)
    pick = reader.whole("pick")
    if not 1 <= pick < len(choices):
        raise reader.wrong(f"asks to pick {pick} of {len(choices)} words, which leaves nothing to choose")
    return Adjectives(
        **_common(reader),
        choices=choices,
        pick=pick,
    )


def _ranking(reader: Reader) -> Ranking:
    choices = _choices(reader)
    if len(choices) > MOST_RANKED:
        raise reader.wrong(f"has {len(choices)} choices to rank; {MOST_RANKED} are the most that can be")
    return Ranking(**_common(reader), choices=choices)


def _between(reader: Reader) -> Between:
    return Between(
        **_common(reader),
        left=reader.text("left", longest=_LONGEST_STATEMENT),
        right=reader.text("right", longest=_LONGEST_STATEMENT),
        can_pass=reader.flag("can_pass", default=True),
    )


def _number(reader: Reader) -> Number:
    least, most = reader.bound("least"), reader.bound("most")
    decimals = reader.whole("decimals", default=0)
    if least is not None and most is not None and least > most:
        raise reader.wrong(f"goes from {least:g} to {most:g}, which cannot be")
    if not 0 <= decimals <= MOST_DECIMALS:
        raise reader.wrong(f"has {decimals} decimals; it must be between 0 and {MOST_DECIMALS}")
    return Number(
        **_common(reader),
        least=least,
        most=most,
        unit=reader.text("unit", longest=30, default=""),
        decimals=decimals,
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


def _plain[Q: Question](make: type[Q]) -> Callable[[Reader], Q]:
    """For types that need nothing beyond what every question has."""

    def read(reader: Reader) -> Q:
        return make(**_common(reader))

    return read


#: how each type is read, by its name in JSON
READERS: Mapping[str, Callable[[Reader], Question]] = {
    Rating.kind: _rating,
    Agreement.kind: _agreement,
    SingleChoice.kind: _single_choice,
    MultipleChoice.kind: _multiple_choice,
    Adjectives.kind: _adjectives,
    Ranking.kind: _ranking,
    Between.kind: _between,
    YesNoUnsure.kind: _yes_no_unsure,
    WouldWorkAgain.kind: _would_work_again,
    Number.kind: _number,
    Date.kind: _plain(Date),
    Period.kind: _plain(Period),
    LongText.kind: _long_text,
    ShortText.kind: _short_text,
    RelationshipConfirm.kind: _plain(RelationshipConfirm),
    DatesConfirm.kind: _plain(DatesConfirm),
    TitleConfirm.kind: _plain(TitleConfirm),
}
