"""How long a test takes: reading what is asked, then deciding; what is not measured yet is our assumption."""

from goodword.assessments.kinds.custom.content import FileQuestion, QuestionSet
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.scales.content import Instrument
from goodword.questionnaires.timing import question_seconds, reading_seconds

#: to weigh a sentence and press an answer; our assumption, until there are medians of real answers
DECIDING_SECONDS = 5
#: to find a file and hand it in; our assumption
FILE_SECONDS = 60


def minutes(instrument: Instrument, form: str) -> int:
    """Whole minutes for the instructions and all items of a form, to the nearest, at least one.

    Raises `FormError` for an unknown form.
    """
    items = instrument.items_of(form)
    return _whole(
        reading_seconds(instrument.instructions)
        + sum(reading_seconds(item.text) + DECIDING_SECONDS for item in items)
    )


def judgement_minutes(judgement: JudgementSet) -> int:
    """Whole minutes for the instructions and all situations with their actions, as above."""
    return _whole(
        reading_seconds(judgement.instructions)
        + sum(
            reading_seconds(scenario.text)
            + sum(reading_seconds(action.text) + DECIDING_SECONDS for action in scenario.actions)
            for scenario in judgement.scenarios
        )
    )


def question_minutes(questions: QuestionSet) -> int:
    """Whole minutes for the instructions and all questions, as above; what is written at length takes longer."""
    return _whole(
        reading_seconds(questions.instructions)
        + sum(
            FILE_SECONDS + reading_seconds(question.text)
            if isinstance(question, FileQuestion)
            else question_seconds(question)
            for question in questions.questions
        )
    )


def _whole(seconds: float) -> int:
    return max(1, int(seconds / 60 + 0.5))
