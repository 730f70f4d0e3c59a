"""The question types.

To add a type, add a class here and to `Question`; mypy then reports every `match` that must handle it. CONTRIBUTING
lists the other places. Texts may contain `{candidate}` and `{company}`. Labels of levels and choices are stored with
the question; the page's own labels are translated.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StrictBool,
    StrictInt,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from goodword.core.text import clean_text
from goodword.core.validation import shortened

LONGEST_TEXT = 10_000
LONGEST_LINE = 200
LONGEST_COMMENT = 2_000
#: maximum lengths of a question or its help, a level's label, an example or statement, a competency, a unit
LONGEST_QUESTION, LONGEST_LABEL, LONGEST_EXAMPLE, LONGEST_HEADING, LONGEST_UNIT = 500, 80, 300, 60, 30
LEAST_CHOICES, MOST_CHOICES = 2, 60
#: maximum choices to rank
MOST_RANKED = 10
MOST_DECIMALS = 6
RATING_LEVELS = (1, 2, 3, 4, 5)
#: positions between two statements: 1 is much more like the left, 3 equally like both, 5 much more like the right
PLACES = (1, 2, 3, 4, 5)

#: Texts that are translated, with their maximum length, by field of a question, and of its options
TEXTS = {
    "text": LONGEST_QUESTION,
    "help": LONGEST_QUESTION,
    "self_text": LONGEST_QUESTION,
    "competency": LONGEST_HEADING,
    "left": LONGEST_EXAMPLE,
    "right": LONGEST_EXAMPLE,
    "unit": LONGEST_UNIT,
}
OPTION_TEXTS = {
    "levels": {"label": LONGEST_LABEL, "example": LONGEST_EXAMPLE},
    "choices": {"label": LONGEST_QUESTION},
}
TEXT_NAMES = frozenset({*TEXTS, *(name for names in OPTION_TEXTS.values() for name in names)})

RELATIONSHIPS = ("manager", "peer", "direct_report", "client", "teacher", "fellow_student", "other")

_ID = r"[a-z][a-z0-9_]{0,39}"


def _cleaned(value: Any) -> Any:
    return clean_text(value) if isinstance(value, str) else value


def _check_id(value: str, info: ValidationInfo) -> str:
    if not re.fullmatch(_ID, value):
        raise ValueError(
            f"has the {info.field_name} “{shortened(value)}”; "
            "use lower-case letters, digits and underscores, starting with a letter"
        )
    return value


def _each_once(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clean_text(value, one_line=True) for value in values))


def _check_relationships(values: Sequence[str]) -> tuple[str, ...]:
    for name in values:
        if name not in RELATIONSHIPS:
            raise ValueError(
                f"is only for “{shortened(name)}”, which is not one of {', '.join(RELATIONSHIPS)}"
            )
    return tuple(relationship for relationship in RELATIONSHIPS if relationship in values)


def _number_as_written(value: Any, info: ValidationInfo) -> float:
    try:
        fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(float(value))
    except OverflowError:
        fits = False
    if not fits:
        raise ValueError(f"needs a number under “{info.field_name}”")
    number: float = value
    return number


type Text = Annotated[
    str, BeforeValidator(_cleaned), StringConstraints(min_length=1, max_length=LONGEST_QUESTION)
]
type OptionalText = Annotated[str, BeforeValidator(_cleaned), StringConstraints(max_length=LONGEST_QUESTION)]
type Label = Annotated[
    str, BeforeValidator(_cleaned), StringConstraints(min_length=1, max_length=LONGEST_LABEL)
]
type Statement = Annotated[
    str, BeforeValidator(_cleaned), StringConstraints(min_length=1, max_length=LONGEST_EXAMPLE)
]
type Heading = Annotated[
    str, BeforeValidator(_cleaned), StringConstraints(min_length=1, max_length=LONGEST_HEADING)
]
type OptionalHeading = Annotated[
    str, BeforeValidator(_cleaned), StringConstraints(max_length=LONGEST_HEADING)
]
type Id = Annotated[
    str,
    BeforeValidator(_cleaned),
    AfterValidator(_check_id),
    WithJsonSchema({"type": "string", "pattern": f"^{_ID}$"}),
]
type Bound = Annotated[
    float | None, PlainValidator(_number_as_written), WithJsonSchema({"type": ["number", "null"]})
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """The answer to an earlier question is or contains one of `values`: "yes", a choice's value, a level "1" to "5"."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    question: Annotated[str, BeforeValidator(_cleaned), StringConstraints(min_length=1, max_length=40)]
    values: Annotated[tuple[str, ...], AfterValidator(_each_once), Field(alias="is", min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionBase:
    """The fields of every question. `id` is unique in its questionnaire and never changes its meaning.

    `self_text` replaces `text` in the self-assessment, unless empty. The question is asked of the relationships in
    `only_for` (empty: all) if the condition `when` is met.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: Id
    text: Text
    help: OptionalText = ""
    required: StrictBool = True
    self_text: OptionalText = ""
    only_for: Annotated[
        tuple[str, ...],
        AfterValidator(_each_once),
        AfterValidator(_check_relationships),
        WithJsonSchema({"type": "array", "items": {"enum": list(RELATIONSHIPS)}}),
    ] = ()
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a rating, from 1 (lowest) to 5, with an example of behaviour."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    value: StrictInt
    label: Label
    example: Statement


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to choose: the stored value and its label."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    value: Id
    label: Text


type Choices = Annotated[tuple[Choice, ...], Field(min_length=LEAST_CHOICES, max_length=MOST_CHOICES)]


def _check_values(choices: Sequence[Choice]) -> None:
    if len({choice.value for choice in choices}) < len(choices):
        raise ValueError("has two choices with the same value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating(QuestionBase):
    """Five levels of behaviour, and "can't judge" unless `can_pass` is false.

    `competency` is the name in headings and charts ("Reliability"). With `comment`, referees may add one.
    """

    type: Literal["rating"] = "rating"

    competency: Heading
    levels: tuple[Level, ...]
    can_pass: StrictBool = True
    comment: StrictBool = False

    def __post_init__(self) -> None:
        if tuple(level.value for level in self.levels) != RATING_LEVELS:
            raise ValueError("needs five levels with the values 1 to 5 in this order")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(QuestionBase):
    """Agreement with the statement in `text`, on five levels.

    Neighbouring statements with the same `competency` are grouped. `can_pass` and `comment` as for a rating.
    """

    type: Literal["agreement"] = "agreement"

    competency: OptionalHeading = ""
    can_pass: StrictBool = True
    comment: StrictBool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleChoice(QuestionBase):
    """One of several choices."""

    type: Literal["single_choice"] = "single_choice"

    choices: Choices

    def __post_init__(self) -> None:
        _check_values(self.choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleChoice(QuestionBase):
    """Several of the choices, from `least` to `most`."""

    type: Literal["multiple_choice"] = "multiple_choice"

    choices: Choices
    least: StrictInt = 1
    most: StrictInt

    def __post_init__(self) -> None:
        _check_values(self.choices)
        if not 1 <= self.least <= self.most <= len(self.choices):
            raise ValueError(
                f"asks for {self.least} to {self.most} of {len(self.choices)} choices, which is impossible"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjectives(QuestionBase):
    """Exactly `pick` words of a list."""

    type: Literal["adjectives"] = "adjectives"

    choices: Choices
    pick: StrictInt

    def __post_init__(self) -> None:
        _check_values(self.choices)
        if not 1 <= self.pick < len(self.choices):
            raise ValueError(f"asks to pick {self.pick} of {len(self.choices)} words, which leaves no choice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking(QuestionBase):
    """Choices to put in order."""

    type: Literal["ranking"] = "ranking"

    choices: Annotated[tuple[Choice, ...], Field(min_length=LEAST_CHOICES, max_length=MOST_RANKED)]

    def __post_init__(self) -> None:
        _check_values(self.choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(QuestionBase):
    """One of five positions between two statements, neither of them better."""

    type: Literal["between"] = "between"

    left: Statement
    right: Statement
    can_pass: StrictBool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNoUnsure(QuestionBase):
    """Yes, no or not sure; with `comment`, referees may add one."""

    type: Literal["yes_no_unsure"] = "yes_no_unsure"

    comment: StrictBool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LongText(QuestionBase):
    """Text of several lines, at most `longest` characters."""

    type: Literal["long_text"] = "long_text"

    longest: Annotated[StrictInt, Field(ge=1, le=LONGEST_TEXT)] = LONGEST_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortText(QuestionBase):
    """One line of text, at most `longest` characters."""

    type: Literal["short_text"] = "short_text"

    longest: Annotated[StrictInt, Field(ge=1, le=LONGEST_LINE)] = LONGEST_LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(QuestionBase):
    """A number from `least` to `most` (None: no limit) with at most `decimals` places, in `unit` ("hours")."""

    type: Literal["number"] = "number"

    least: Bound = None
    most: Bound = None
    unit: Annotated[str, BeforeValidator(_cleaned), StringConstraints(max_length=LONGEST_UNIT)] = ""
    decimals: Annotated[StrictInt, Field(ge=0, le=MOST_DECIMALS)] = 0

    def __post_init__(self) -> None:
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"has the minimum {self.least:g} and the maximum {self.most:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Date(QuestionBase):
    """One day."""

    type: Literal["date"] = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(QuestionBase):
    """A first and a last month, or ongoing."""

    type: Literal["period"] = "period"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationshipConfirm(QuestionBase):
    """Confirm or correct the stated relationship, one of `RELATIONSHIPS`."""

    type: Literal["relationship_confirm"] = "relationship_confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatesConfirm(QuestionBase):
    """Confirm or correct the stated first and last month, or not sure."""

    type: Literal["dates_confirm"] = "dates_confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleConfirm(QuestionBase):
    """Confirm or correct the stated job title, or not sure."""

    type: Literal["title_confirm"] = "title_confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldWorkAgain(QuestionBase):
    """Yes, yes with reservations, no, or prefer not to say; with `comment`, referees may add one."""

    type: Literal["would_work_again"] = "would_work_again"

    comment: StrictBool = True


type Entered = LongText | ShortText | Number | Date | Period
type Confirmation = RelationshipConfirm | DatesConfirm | TitleConfirm
type Question = (
    Rating
    | Agreement
    | Between
    | YesNoUnsure
    | WouldWorkAgain
    | SingleChoice
    | MultipleChoice
    | Adjectives
    | Ranking
    | LongText
    | ShortText
    | Number
    | Date
    | Period
    | RelationshipConfirm
    | DatesConfirm
    | TitleConfirm
)

CONFIRMING = (RelationshipConfirm, DatesConfirm, TitleConfirm)
CONFIRMED, CORRECTED, UNSURE = "confirmed", "corrected", "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Statements to be confirmed. Months are "YYYY-MM"; `to_month`: None if ongoing. Empty values were not stated."""

    relationship: str = ""
    company: str = ""
    title: str = ""
    from_month: str | None = None
    to_month: str | None = None
