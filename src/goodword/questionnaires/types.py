"""The question types: what can be asked, as plain frozen values.

They know nothing of references or assessments. `parse.py` reads them from JSON, `answers.py` says which
answers each takes, `forms.py` puts them on a page, `rows.py` words the answers for display.

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

RELATIONSHIPS = ("manager", "peer", "direct_report", "client", "teacher", "fellow_student", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What every question has. `id` is unique in its questionnaire and never changes its meaning."""

    kind: ClassVar[str] = ""

    id: str
    text: str
    help: str = ""
    required: bool = True


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
