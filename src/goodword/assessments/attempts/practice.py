"""Practice items before a part; answers to them are never saved."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext

from goodword.assessments.content import content_of
from goodword.assessments.given import Asked, OwnQuestion, Situation, Statement, Task
from goodword.assessments.kinds.custom.content import QuestionSet
from goodword.assessments.kinds.judgement.content import Action, JudgementSet, Scenario
from goodword.assessments.kinds.reasoning.families import FAMILIES, practice_item
from goodword.assessments.kinds.reasoning.words import rule_in_words
from goodword.assessments.kinds.scales.content import Instrument, Item
from goodword.assessments.models import AttemptPart
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import (
    Adjectives,
    Agreement,
    Between,
    Choice,
    Date,
    Level,
    LongText,
    MultipleChoice,
    Number,
    Period,
    Question,
    Ranking,
    Rating,
    ShortText,
    SingleChoice,
    YesNoUnsure,
)

PRACTICE = "practice"
#: words to pick at the most: there are six to pick from
_MOST_WORDS: Final = 3


@dataclass(frozen=True, kw_only=True)
class Solution:
    """Of a practice task: whether it was solved, which option is right (from 1), and the rule in words."""

    right: bool
    number: int
    rule: str


def solution_of(item: Asked, value: Json) -> Solution | None:
    """What to say of an answer to a practice task; None where nothing is right or wrong."""
    if not isinstance(item, Task):
        return None
    right = next(option for option in item.drawn.options if option.id == item.drawn.key)
    return Solution(
        right=value == right.id,
        number=item.drawn.options.index(right) + 1,
        rule=rule_in_words(item.drawn, item.language),
    )


def practice_of(part: AttemptPart) -> tuple[Asked, ...]:
    """What a part is tried on, in the active language: a statement, a situation, a question of the kind that comes
    first among the organisation's own, or an easy task of each category. None where a file comes first.
    """
    content = content_of(part.version)
    match content:
        case Instrument():
            statement = Item(
                id=PRACTICE,
                text=gettext("I like to start the day with a cup of tea."),
                scale=content.scales[0].id,
                keyed="+",
            )
            return (Statement(id=PRACTICE, item=statement, instrument=content),)
        case JudgementSet():
            return (Situation(id=PRACTICE, scenario=_situation(), judgement=content),)
        case QuestionSet():
            question = example_for(content, name=PRACTICE)
            return (OwnQuestion(id=PRACTICE, question=question),) if question else ()
    families = dict.fromkeys(entry.family for entry in content.blueprint(part.form).entries)
    first = {FAMILIES[family].category: family for family in reversed(families)}
    ordered = [family for family in families if first[FAMILIES[family].category] == family]
    return tuple(
        Task(
            id=f"{PRACTICE}{number}",
            drawn=practice_item(family),
            language=part.attempt.language,
        )
        for number, family in enumerate(ordered, start=1)
    )


def _situation() -> Scenario:
    """One that everybody knows, and that says nothing of anybody."""
    return Scenario(
        id=PRACTICE,
        text=gettext("You are on your way to a meeting and notice that you will be ten minutes late."),
        actions=(
            Action(
                id="call",
                text=gettext("You send a short message and say when you will be there."),
                effectiveness=4.5,
                reason="",
            ),
            Action(
                id="hurry",
                text=gettext("You hurry and explain yourself when you arrive."),
                effectiveness=2.0,
                reason="",
            ),
        ),
    )


def example_for(questions: QuestionSet, *, name: str) -> Question | None:
    """An example of the kind of the first question, in the active language, with the id `name`.

    None for a file, which nobody has at hand to practise with: the page of the part says how that works.
    """
    first = questions.questions[0] if questions.questions else None
    match first:
        case SingleChoice():
            return _single(name)
        case MultipleChoice():
            return _several(name)
        case Adjectives():
            return _words(name, pick=min(first.pick, _MOST_WORDS))
        case Ranking():
            return _ranked(name)
        case YesNoUnsure():
            return YesNoUnsure(
                id=name, text=gettext("Did it rain yesterday where you are?"), comment=first.comment
            )
        case Number() | Date() | Period() | ShortText() | LongText():
            return _written(first, name)
        case Rating() | Agreement() | Between():
            return _rated(first, name)
    return None


def _single(name: str) -> Question:
    labels = (gettext("Spring"), gettext("Summer"), gettext("Autumn"), gettext("Winter"))
    return SingleChoice(id=name, text=gettext("Which season do you like best?"), choices=_choices(labels))


def _several(name: str) -> Question:
    labels = (gettext("A table"), gettext("A window"), gettext("A plant"), gettext("A clock"))
    return MultipleChoice(
        id=name,
        text=gettext("Which of these are in the room with you? Choose all that fit."),
        choices=_choices(labels),
        most=len(labels),
    )


def _ranked(name: str) -> Question:
    labels = (gettext("Spring"), gettext("Summer"), gettext("Autumn"), gettext("Winter"))
    return Ranking(
        id=name, text=gettext("Which season do you like best, and which least?"), choices=_choices(labels)
    )


def _words(name: str, *, pick: int) -> Question:
    labels = (
        gettext("Bright"),
        gettext("Warm"),
        gettext("Quiet"),
        gettext("Windy"),
        gettext("Green"),
        gettext("Wet"),
    )
    return Adjectives(
        id=name, text=gettext("Which words fit the weather today?"), choices=_choices(labels), pick=pick
    )


def _written(first: Question, name: str) -> Question:
    match first:
        case Number():
            return Number(
                id=name,
                text=gettext("About how many minutes does your breakfast take?"),
                least=0,
                unit=gettext("minutes"),
            )
        case Date():
            return Date(id=name, text=gettext("Which day is it today?"))
        case Period():
            return Period(id=name, text=gettext("From which month to which was it summer last year?"))
        case LongText():
            return LongText(id=name, text=gettext("What is the weather like today? One sentence is enough."))
    return ShortText(id=name, text=gettext("Which day of the week is it today?"))


def _rated(first: Question, name: str) -> Question:
    match first:
        case Between():
            return Between(
                id=name,
                text=gettext("What do you rather drink in the morning?"),
                left=gettext("Tea"),
                right=gettext("Coffee"),
                can_pass=first.can_pass,
            )
        case Rating():
            labels = (
                gettext("Very cold"),
                gettext("Cold"),
                gettext("Neither cold nor warm"),
                gettext("Warm"),
                gettext("Very warm"),
            )
            levels = tuple(Level(value, label, "") for value, label in enumerate(labels, start=1))
            return Rating(
                id=name,
                text=gettext("How warm is it where you are?"),
                competency="",
                levels=levels,
                can_pass=first.can_pass,
            )
    return Agreement(id=name, text=gettext("I like to start the day with a cup of tea."))


def _choices(labels: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(f"c{value}", label) for value, label in enumerate(labels, start=1))
