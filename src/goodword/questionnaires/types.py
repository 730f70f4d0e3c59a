"""The question types: what can be asked, as plain frozen values.

They know nothing of references or assessments. `parse.py` reads them from JSON, `answers.py` says which
answers each takes, `forms.py` puts them on a page, `report.py` words the answers for display, `asked.py` says
which of them a person is asked.

A text may hold `{candidate}` and `{company}`; `wording.py` fills them in. Labels that are part of the content
(levels, choices) are stored with the question, in its language, so that an answered version never changes its
wording; labels that are part of the page ("Yes", "Not sure") come from the translations.
"""

from dataclasses import dataclass
from typing import ClassVar

LONGEST_TEXT = 10_000
LONGEST_LINE = 200
LONGEST_COMMENT = 2_000
RATING_LEVELS = (1, 2, 3, 4, 5)
#: between two statements: 1 is much more like the left one, 3 both equally, 5 much more like the right one
PLACES = (1, 2, 3, 4, 5)
MOST_DECIMALS = 6
#: more than this many nobody can hold against each other
MOST_RANKED = 10

RELATIONSHIPS = ("manager", "peer", "direct_report", "client", "teacher", "fellow_student", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The condition of a question: the answer to an earlier one is, or holds, one of `values`.

    Values are those that are stored: "yes", the value of a choice, or a level as text ("1" to "5").
    """

    question: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What every question has. `id` is unique in its questionnaire and never changes its meaning.

    `self_text` is asked instead of `text` when people answer about themselves (empty: the same). Asked are
    only the relationships in `only_for` (empty: all), and only if the condition `when` holds.
    """

    kind: ClassVar[str] = ""

    id: str
    text: str
    help: str = ""
    required: bool = True
    self_text: str = ""
    only_for: tuple[str, ...] = ()
    when: When | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a rating: 1 (lowest) to 5 (highest), its label, and an example of behaviour."""

    value: int
    label: str
    example: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose: the value that is stored and the label that is shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating(Question):
    """Five levels of behaviour, with "not able to judge" beside them unless `can_pass` is false.

    `competency` is the short name for headings and charts ("Reliability"). With `comment` an optional
    comment is asked under the levels.
    """

    kind: ClassVar[str] = "rating"

    competency: str
    levels: tuple[Level, ...]
    can_pass: bool = True
    comment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Question):
    """Agreement with the statement in `text`, on five levels whose labels are the page's.

    Neighbours of one `competency` stand together under it. `can_pass` and `comment` as for a rating.
    """

    kind: ClassVar[str] = "agreement"

    competency: str = ""
    can_pass: bool = True
    comment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleChoice(Question):
    """One of several choices."""

    kind: ClassVar[str] = "single_choice"

    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleChoice(Question):
    """Some of several choices: at least `least` of them if any is given, at most `most`."""

    kind: ClassVar[str] = "multiple_choice"

    choices: tuple[Choice, ...]
    least: int = 1
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjectives(Question):
    """Words to pick: exactly `pick` of them."""

    kind: ClassVar[str] = "adjectives"

    choices: tuple[Choice, ...]
    pick: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking(Question):
    """Choices to put in order: each gets a place of its own, from 1."""

    kind: ClassVar[str] = "ranking"

    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(Question):
    """One of five places between two statements, neither of them the better one."""

    kind: ClassVar[str] = "between"

    left: str
    right: str
    can_pass: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNoUnsure(Question):
    """Yes, no or not sure; with `comment` an optional comment."""

    kind: ClassVar[str] = "yes_no_unsure"

    comment: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LongText(Question):
    """Free text over several lines, `longest` characters at most."""

    kind: ClassVar[str] = "long_text"

    longest: int = LONGEST_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortText(Question):
    """One line of text, `longest` characters at most."""

    kind: ClassVar[str] = "short_text"

    longest: int = LONGEST_LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Question):
    """A number from `least` to `most` (None: no bound), with `decimals` places at most, in `unit` ("hours")."""

    kind: ClassVar[str] = "number"

    least: float | None = None
    most: float | None = None
    unit: str = ""
    decimals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Date(Question):
    """One day."""

    kind: ClassVar[str] = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Question):
    """A first month and a last one, or "still going on"."""

    kind: ClassVar[str] = "period"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationshipConfirm(Question):
    """Confirm or correct the stated relationship, one of `RELATIONSHIPS`."""

    kind: ClassVar[str] = "relationship_confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatesConfirm(Question):
    """Confirm or correct the stated first and last month, or say that one is not sure."""

    kind: ClassVar[str] = "dates_confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleConfirm(Question):
    """Confirm or correct the stated job title, or say that one is not sure."""

    kind: ClassVar[str] = "title_confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldWorkAgain(Question):
    """Yes, yes with reservations, no, or prefer not to say; with `comment` an optional comment."""

    kind: ClassVar[str] = "would_work_again"

    comment: bool = True


CONFIRMING = (RelationshipConfirm, DatesConfirm, TitleConfirm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the candidate stated about a referee, for the questions that ask to confirm it.

    Months are "YYYY-MM"; `to_month` is None while it goes on. A value that was not stated is empty (None for
    `from_month`): its question then asks for it openly.
    """

    relationship: str = ""
    company: str = ""
    title: str = ""
    from_month: str | None = None
    to_month: str | None = None
