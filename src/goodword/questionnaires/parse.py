import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from goodword.core.json_reading import Json, ReadingError
from goodword.core.validation import sentences
from goodword.questionnaires.routing import condition_problem
from goodword.questionnaires.types import (
    Adjectives,
    Between,
    Choice,
    MultipleChoice,
    Question,
    QuestionBase,
    Ranking,
    Rating,
    SingleChoice,
)

MOST_QUESTIONS = 100
_QUESTION: TypeAdapter[Question] = TypeAdapter(Annotated[Question, Field(discriminator="type")])
#: null counts as left out
_NAMES = {field.name for form in QuestionBase.__subclasses__() for field in fields(form)}
#: written only if set: questions stored before these fields existed stay as they are
_OMITTED_IF_EMPTY = ("self_text", "only_for", "when")
_ENTRIES = {"levels": "level", "choices": "choice", "when": "condition"}
_PLACEHOLDER = re.compile(r"(?:\b(?P<elided>[dD]e|[qQ]ue) )?\{(?P<name>candidate|company)\}")
_VOWEL = re.compile(r"[aeiouàâäæéèêëîïôöœùûü]", re.IGNORECASE)


class QuestionError(ReadingError):
    pass


def parse(data: Sequence[object]) -> tuple[Question, ...]:
    """Raises `QuestionError` about the first problem, such as a condition that can never be met."""
    if not isinstance(data, list | tuple) or not data:
        raise QuestionError("A questionnaire is a list with at least one question.")
    if len(data) > MOST_QUESTIONS:
        raise QuestionError(
            f"A questionnaire has at most {MOST_QUESTIONS} questions; this one has {len(data)}."
        )
    questions: list[Question] = []
    seen: set[str] = set()
    for number, entry in enumerate(data, start=1):
        question = parse_question(entry, whole=f"question {number}")
        if question.id in seen:
            raise QuestionError(
                f"Question {number} has the id “{question.id}”, which another question already has."
            )
        seen.add(question.id)
        questions.append(question)
    found = condition_problem(questions)
    if found:
        raise QuestionError(f"Question {found.number} {found.what}.")
    return tuple(questions)


def parse_question(data: object, *, whole: str) -> Question:
    given = _with_defaults(data) if isinstance(data, Mapping) else data
    try:
        return _QUESTION.validate_python(given)
    except ValidationError as error:
        raise QuestionError(sentences(error, given, whole=whole, each=_ENTRIES)[0]) from None


def to_json(questions: Sequence[Question]) -> list[dict[str, Json]]:
    return [_as_json(question) for question in questions]


def question_schema() -> dict[str, Any]:
    return _QUESTION.json_schema()


def _with_defaults(data: Mapping[Any, Any]) -> dict[Any, Any]:
    given = {name: value for name, value in data.items() if value is not None or name not in _NAMES}
    if given.get("type") == "multiple_choice" and isinstance(choices := given.get("choices"), list | tuple):
        given.setdefault("most", len(choices))
    return given


def _as_json(question: Question) -> dict[str, Json]:
    values = asdict(question)
    if question.when:
        values["when"] = {"question": question.when.question, "is": list(question.when.values)}
    for name in _OMITTED_IF_EMPTY:
        if not values[name]:
            del values[name]
    return {"type": values.pop("type")} | {
        name: list(value) if isinstance(value, tuple) else value for name, value in values.items()
    }


def fill_placeholders(
    questions: Sequence[Question], *, candidate: str, company: str = "", language: str = ""
) -> tuple[Question, ...]:
    """Fill in `{candidate}` and `{company}`, once and unescaped. In French, "de" and "que" are elided before vowels."""
    names = {"candidate": candidate, "company": company}
    is_french = language.partition("-")[0] == "fr"

    def put(found: re.Match[str]) -> str:
        name, before = names[found["name"]], found["elided"]
        if not before:
            return name
        return f"{before[:-1]}’{name}" if is_french and _VOWEL.match(name) else f"{before} {name}"

    def fill(text: str) -> str:
        return _PLACEHOLDER.sub(put, text)

    return tuple(_filled(question, fill) for question in questions)


def _filled(question: Question, fill: Callable[[str], str]) -> Question:
    filled = replace(
        question,
        text=fill(question.text),
        help=fill(question.help),
        self_text=fill(question.self_text),
    )
    match filled:
        case Rating():
            levels = tuple(
                replace(level, label=fill(level.label), example=fill(level.example))
                for level in filled.levels
            )
            return replace(filled, levels=levels)
        case SingleChoice() | MultipleChoice() | Adjectives() | Ranking():
            return replace(filled, choices=tuple(_filled_choice(choice, fill) for choice in filled.choices))
        case Between():
            return replace(filled, left=fill(filled.left), right=fill(filled.right))
    return filled


def _filled_choice(choice: Choice, fill: Callable[[str], str]) -> Choice:
    return replace(choice, label=fill(choice.label))
