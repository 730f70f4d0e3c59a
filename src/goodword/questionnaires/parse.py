"""Questions from JSON and back: the form in which versions are stored, imported and exported."""

from collections.abc import Sequence
from dataclasses import asdict

from goodword.questionnaires.conditions import misfit
from goodword.questionnaires.kinds import READERS
from goodword.questionnaires.reading import Json, Reader, ReadingError, shortened
from goodword.questionnaires.types import Question

MOST_QUESTIONS = 100

#: written only where they say something, so that what was stored before they came stays as it is
_SELDOM = ("self_text", "only_for", "when")


class QuestionError(ReadingError):
    """What is wrong with a questionnaire, in one sentence."""


def parse(data: Sequence[object]) -> tuple[Question, ...]:
    """The questions of a JSON list, in its order.

    Raises `QuestionError` with a sentence that names the question by its place: not a list or an empty one,
    an unknown type, a missing text, a doubled id, a rating without its five levels, a name nobody knows, a
    condition on a question that comes later or on an answer that cannot be given.
    """
    if not isinstance(data, list | tuple) or not data:
        raise QuestionError("A questionnaire is a list with at least one question.")
    if len(data) > MOST_QUESTIONS:
        raise QuestionError(
            f"A questionnaire has at most {MOST_QUESTIONS} questions; this one has {len(data)}."
        )
    questions: list[Question] = []
    readers: list[Reader] = []
    seen: set[str] = set()
    for place, entry in enumerate(data, start=1):
        reader = Reader(entry, where=f"question {place}", error=QuestionError)
        question = _question(reader)
        if question.id in seen:
            raise reader.wrong(f"has the id “{question.id}”, which another question has already")
        seen.add(question.id)
        questions.append(question)
        readers.append(reader)
    found = misfit(questions)
    if found:
        raise readers[found.place].wrong(found.what)
    return tuple(questions)


def to_json(questions: Sequence[Question]) -> list[dict[str, Json]]:
    """The JSON list that `parse` reads back to equal questions."""
    return [_plain(question) for question in questions]


def _plain(question: Question) -> dict[str, Json]:
    values = asdict(question)
    if question.when:
        values["when"] = {"question": question.when.question, "is": list(question.when.values)}
    for name in _SELDOM:
        if not values[name]:
            del values[name]
    return {"type": question.kind} | {
        name: list(value) if isinstance(value, tuple) else value for name, value in values.items()
    }


def _question(reader: Reader) -> Question:
    kind = reader.text("type")
    if kind not in READERS:
        raise reader.wrong(f"has the type “{shortened(kind)}”, which is none of {', '.join(sorted(READERS))}")
    question = READERS[kind](reader)
    reader.done()
    return question
