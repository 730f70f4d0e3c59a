"""Something to try the answers on before a part: it is never saved and never counts."""

from dataclasses import dataclass

from django.utils.translation import gettext

from goodword.assessments.content import content_of
from goodword.assessments.given import Asked, OwnQuestion, Situation, Statement, Task
from goodword.assessments.library.instrument import Instrument, Item
from goodword.assessments.library.judgement import Action, JudgementSet, Scenario
from goodword.assessments.library.questions import QuestionSet
from goodword.assessments.library.reasoning.families import FAMILIES, practice_item
from goodword.assessments.library.reasoning.words import rule_in_words
from goodword.assessments.models import AttemptPart
from goodword.assessments.practice_questions import example_for
from goodword.questionnaires.reading import Json

PRACTICE = "practice"


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
