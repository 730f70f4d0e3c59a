"""One thing that a part asks: a statement, a situation, a task that was drawn, or a question of the organisation's own.

Each says what it is called in a list, which values it takes as an answer, and when its answer is whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from goodword.assessments.kinds.custom.content import FileQuestion
from goodword.assessments.kinds.judgement.content import JudgementSet, Scenario
from goodword.assessments.kinds.reasoning.item import Item as Generated
from goodword.assessments.kinds.scales.content import Instrument, Item
from goodword.questionnaires.answers import validate
from goodword.questionnaires.asked import asked_of
from goodword.questionnaires.incoming import AnswerError
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import Question


class UnknownOption(Exception):
    """The value is none that can be chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement on the answer scale of its instrument. Its answer is a value of the scale."""

    id: str
    item: Item
    instrument: Instrument

    @property
    def text(self) -> str:
        """What it says."""
        return self.item.text

    def check(self, value: Json) -> Json:
        """The value as it is stored. Raises UnknownOption."""
        allowed = {option.value for option in self.instrument.response_scale}
        if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
            raise UnknownOption(value)
        return value

    def is_whole(self, value: Json) -> bool:
        """Whether nothing is missing in it."""
        return value is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A situation with actions. Its answer is {action id: value}; actions may still be missing in it."""

    id: str
    scenario: Scenario
    judgement: JudgementSet

    @property
    def text(self) -> str:
        """What happens."""
        return self.scenario.text

    def check(self, value: Json) -> Json:
        """The value as it is stored. Raises UnknownOption."""
        allowed = {option.value for option in self.judgement.response_scale}
        actions = {action.id for action in self.scenario.actions}
        if not isinstance(value, Mapping) or not value or not set(value) <= actions:
            raise UnknownOption(value)
        for one in value.values():
            if isinstance(one, bool) or one not in allowed:
                raise UnknownOption(value)
        return dict(value)

    def is_whole(self, value: Json) -> bool:
        """Whether each action has a value."""
        return isinstance(value, Mapping) and len(value) == len(self.scenario.actions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task that was drawn for this candidate alone. Its answer is the id of an option."""

    id: str
    drawn: Generated
    language: str

    @property
    def text(self) -> str:
        """Tasks have no name: their number says which one it is."""
        return ""

    def check(self, value: Json) -> Json:
        """The value as it is stored. Raises UnknownOption."""
        if value not in {option.id for option in self.drawn.options}:
            raise UnknownOption(value)
        return value

    def is_whole(self, value: Json) -> bool:
        """Whether nothing is missing in it."""
        return value is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnQuestion:
    """A question of the organisation's own. Its answer is as in questionnaires.answers, of a file {"upload": id}.

    What may be left out counts as answered once it was passed by: its value is then empty.
    """

    id: str
    question: Question

    @property
    def text(self) -> str:
        """What it asks."""
        return self.question.text

    def check(self, value: Json) -> Json:
        """The value as it is stored. Raises UnknownOption."""
        if isinstance(self.question, FileQuestion):
            if value is None and not self.question.required:
                return None
            if not isinstance(value, Mapping) or set(value) != {"upload"}:
                raise UnknownOption(value)
            return dict(value)
        try:
            return validate(self.question, value)
        except AnswerError as wrong:
            raise UnknownOption(wrong.sentence) from wrong

    def is_whole(self, value: Json) -> bool:
        """Whether nothing is missing in it."""
        return value is not None or not self.question.required


type Asked = Statement | Situation | Task | OwnQuestion


def asked_now(items: Sequence[Asked], answers: Mapping[str, Json]) -> tuple[Asked, ...]:
    """Of these items those that are asked by the answers as they are: of own questions a condition must hold."""
    questions = [item.question for item in items if isinstance(item, OwnQuestion)]
    if not questions:
        return tuple(items)
    wanted = {question.id for question in asked_of(questions, answers=answers)}
    return tuple(item for item in items if not isinstance(item, OwnQuestion) or item.id in wanted)
