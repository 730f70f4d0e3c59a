"""A questionnaire's questions: parsing from JSON, routing, pages, and estimated time.

Estimated time:

seconds = words to read / reading speed + seconds to decide + words to write / typing speed

- reading: 238 words a minute is the mean of silent reading in English (Brysbaert 2019, "How many words do we
  read per minute?", Journal of Memory and Language 109); we take 200, for phones and second languages.
- deciding: our assumptions by type are below, plus 2 seconds for each word to pick. The median of real answers replaces
  the estimate once there are enough (`domain.versions.minutes_of_version`).
- writing: 36 words a minute is the mean on phones (Palin and others 2019, "How do people type on mobile
  devices?", MobileHCI '19); how much people write is our assumption: 25 words in a required long text,
  half of that in an optional one, nothing in an optional comment.
- questions with a condition count half.
- repeated texts (help, labels of levels) count once.
"""

import re
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Annotated, Any, assert_never

from pydantic import Field, TypeAdapter, ValidationError

from goodword.core.text import reading_seconds, whole_minutes
from goodword.core.validation import Json, ReadingError, sentences
from goodword.questionnaires.types import (
    CONFIRMING,
    OPTION_TEXTS,
    RATING_LEVELS,
    TEXTS,
    Adjectives,
    Agreement,
    Between,
    Choice,
    Condition,
    Date,
    DatesConfirm,
    LongText,
    MultipleChoice,
    Number,
    Period,
    Question,
    QuestionBase,
    Ranking,
    Rating,
    RelationshipConfirm,
    ShortText,
    SingleChoice,
    TitleConfirm,
    WouldWorkAgain,
    YesNoUnsure,
)

MOST_QUESTIONS = 100
_QUESTION: TypeAdapter[Question] = TypeAdapter(Annotated[Question, Field(discriminator="type")])
#: null counts as left out
_NAMES = {field.name for form in QuestionBase.__subclasses__() for field in fields(form)}
#: written only if set, so that questions stored before these fields existed don't change
_OMITTED_IF_EMPTY = ("self_text", "only_for", "when")
_ENTRIES = {"levels": "level", "choices": "choice", "when": "condition"}
_PLACEHOLDER = re.compile(r"(?:\b(?P<elided>[dD]e|[qQ]ue) )?\{(?P<name>candidate|company)\}")
_VOWEL = re.compile(r"[aeiouàâäæéèêëîïôöœùûü]", re.IGNORECASE)


class QuestionError(ReadingError):
    pass


def parse(data: Sequence[object]) -> tuple[Question, ...]:
    """Parse questions. Raises `QuestionError` about the first problem, such as a condition that can never be met."""
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
    """Fill in `{candidate}` and `{company}`, once and unescaped. French "de" and "que" are elided before vowels."""
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
        case (
            Agreement()
            | YesNoUnsure()
            | WouldWorkAgain()
            | LongText()
            | ShortText()
            | Number()
            | Date()
            | Period()
        ):
            return filled
        case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return filled
        case _:
            assert_never(filled)


def _filled_choice(choice: Choice, fill: Callable[[str], str]) -> Choice:
    return replace(choice, label=fill(choice.label))


YES_NO_UNSURE = ("yes", "no", "unsure")
WOULD_WORK_AGAIN = ("yes", "yes_with_reservations", "no", "prefer_not_to_say")
#: how many questions of a group share a page on a phone
MOST_STATEMENTS, MOST_RATINGS, MOST_PICKS, MOST_CLOSING = 5, 2, 2, 3


@dataclass(frozen=True, slots=True)
class ConditionProblem:
    number: int
    what: str


def applicable[Q: QuestionBase](
    questions: Sequence[Q],
    *,
    relationship: str = "",
    answers: Mapping[str, Json] | None = None,
) -> tuple[Q, ...]:
    """The questions to ask. Without `relationship` or `answers`, conditions on them are ignored. If a question is left
    out, so are those that depend on it."""
    found: dict[str, Q] = {}
    for question in questions:
        if relationship and question.only_for and relationship not in question.only_for:
            continue
        when = question.when
        if when is not None:
            if when.question not in found:
                continue
            if answers is not None and not is_met(when, answers.get(when.question)):
                continue
        found[question.id] = question
    return tuple(found.values())


def for_self(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Return the questions of a self-assessment: without confirmations, *would work again*, and questions that depend
    on them."""
    return applicable(
        [
            replace(question, text=question.self_text or question.text, self_text="")
            for question in questions
            if not isinstance(question, (*CONFIRMING, WouldWorkAgain))
        ]
    )


def pages(questions: Sequence[Question]) -> tuple[tuple[Question, ...], ...]:
    """Divide questions into pages. Neighbouring questions of a group share a page, unless one depends on another; all
    others have their own."""
    result: list[list[Question]] = []
    for question in questions:
        if result and _joins(question, result[-1]):
            result[-1].append(question)
        else:
            result.append([question])
    return tuple(tuple(page) for page in result)


def _joins(question: Question, page: Sequence[Question]) -> bool:
    group, most = _group(question)
    if not group or group != _group(page[-1])[0] or len(page) >= most:
        return False
    return question.when is None or question.when.question not in {other.id for other in page}


def _group(question: Question) -> tuple[Hashable, int]:
    """The group, and how many of its questions may share a page. An empty group shares with none."""
    match question:
        case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return "confirming", len(CONFIRMING)
        case Agreement() if question.competency:
            return ("agreement", question.competency), MOST_STATEMENTS
        case _ if question.when is not None:
            return "", 1
        case Rating() if not question.comment:
            return "rating", MOST_RATINGS
        case Adjectives() | Between():
            return "picks", MOST_PICKS
        case LongText() | ShortText() | WouldWorkAgain():
            return "closing", MOST_CLOSING
        case Rating() | Agreement() | SingleChoice() | MultipleChoice() | Ranking() | YesNoUnsure():
            return "", 1
        case Number() | Date() | Period():
            return "", 1
        case _:
            assert_never(question)


def is_met(condition: Condition, answer: Json) -> bool:
    return not answer_values(answer).isdisjoint(condition.values)


def answer_values(answer: Json) -> frozenset[str]:
    match answer:
        case str(value):
            return frozenset({value})
        case {"answer": str(value)}:
            return frozenset({value})
        case {"level": int(level)}:
            return frozenset({str(level)})
        case list() | tuple():
            return frozenset(str(value) for value in answer)
    return frozenset()


def condition_values(question: Question) -> tuple[str, ...]:
    match question:
        case YesNoUnsure():
            return YES_NO_UNSURE
        case WouldWorkAgain():
            return WOULD_WORK_AGAIN
        case SingleChoice() | MultipleChoice():
            return tuple(choice.value for choice in question.choices)
        case Rating() | Agreement():
            return tuple(str(level) for level in RATING_LEVELS)
        case Between() | Adjectives() | Ranking() | LongText() | ShortText() | Number() | Date() | Period():
            return ()
        case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return ()
        case _:
            assert_never(question)


def condition_problem(questions: Sequence[Question]) -> ConditionProblem | None:
    """The first condition that can never be met. `what` continues a sentence: "depends on itself"."""
    places = {question.id: place for place, question in enumerate(questions)}
    for number, question in enumerate(questions, start=1):
        if question.when is not None and (what := _problem(question, question.when, questions, places)):
            return ConditionProblem(number, what)
    return None


def _problem(
    question: Question, when: Condition, questions: Sequence[Question], places: Mapping[str, int]
) -> str:
    if when.question == question.id:
        return "depends on itself"
    if when.question not in places:
        return f"depends on “{when.question}”, which does not exist"
    if places[when.question] > places[question.id]:
        if question.id in _depends_on(when.question, questions, places):
            return f"depends on “{when.question}”, which in turn depends on it"
        return f"depends on “{when.question}”, which comes later"
    possible = condition_values(questions[places[when.question]])
    if not possible:
        return f"depends on “{when.question}”, which is not a choice, a yes or no, a rating or an agreement"
    unknown = [value for value in when.values if value not in possible]
    if unknown:
        return f"depends on the answer “{unknown[0]}”, which “{when.question}” does not have"
    return ""


def _depends_on(name: str, questions: Sequence[Question], places: Mapping[str, int]) -> set[str]:
    found: set[str] = set()
    while name in places and (when := questions[places[name]].when) and when.question not in found:
        name = when.question
        found.add(name)
    return found


TYPING_WORDS_A_MINUTE = 36

_SECONDS_A_PICK = 2
#: texts that everybody reads
_READ = tuple(name for name in TEXTS if name not in {"self_text", "competency"})


def question_seconds(question: Question, *, seen: Collection[str] = ()) -> float:
    """Seconds for reading and answering, without the texts in `seen`."""
    return (
        sum(reading_seconds(text) for text in _texts(question) if text not in seen)
        + _deciding_seconds(question)
        + _written_words(question) * 60 / TYPING_WORDS_A_MINUTE
    )


def _deciding_seconds(question: Question) -> float:
    match question:
        case RelationshipConfirm() | TitleConfirm():
            return 3
        case SingleChoice() | YesNoUnsure() | ShortText():
            return 4
        case Adjectives():
            return 4 + question.pick * _SECONDS_A_PICK
        case Ranking():
            return 4 + 2 * len(question.choices) * _SECONDS_A_PICK  # comparing and ranking
        case Agreement() | WouldWorkAgain():
            return 5
        case Number() | DatesConfirm():
            return 6
        case Between():
            return 7
        case Rating() | MultipleChoice() | Date():
            return 8
        case LongText():
            return 10
        case Period():
            return 12
        case _:
            assert_never(question)


def _written_words(question: Question) -> float:
    words = 25 if isinstance(question, LongText) else 4 if isinstance(question, ShortText) else 0
    return words if question.required else words / 2


def minutes(questions: Sequence[Question]) -> int:
    seconds = 0.0
    seen: set[str] = set()
    for question in questions:
        seconds += question_seconds(question, seen=seen) * (0.5 if question.when else 1)
        seen.update(_texts(question))
    return whole_minutes(seconds)


def _texts(question: Question) -> list[str]:
    shown = [
        getattr(option, name)
        for group, names in OPTION_TEXTS.items()
        for option in getattr(question, group, ())
        for name in names
    ]
    return [getattr(question, name) for name in _READ if hasattr(question, name)] + shown
