"""Custom questions: the shared question types and file uploads, some with a right answer or a rubric.

The content is `{"kind": "questions", "id", "version", "language", "name", "instructions", "questions": [...],
"rubrics": [...], "right": {...}}`, with `"taken_from": {"questionnaire": 12, "number": 3}` if it comes from one. Files
are `{"type": "file", "id", "text", "help", "required", "types": ["pdf"], "megabytes": 5}`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal

from django.utils.translation import ngettext
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SkipValidation,
    StrictBool,
    StrictInt,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic import StringConstraints as Limits

from goodword.assessments.kinds.content import FULL_FORM, Criterion, FormOffer
from goodword.assessments.kinds.packs import (
    KNOWN_NAMES,
    OPTIONAL,
    OPTIONAL_LIST,
    TEXT,
    check_unique,
    read,
    wrong,
)
from goodword.core.text import clean_text, reading_seconds, whole_minutes
from goodword.core.validation import Json
from goodword.questionnaires.questions import parse, question_seconds, to_json
from goodword.questionnaires.types import (
    CONFIRMING,
    TEXT_NAMES,
    MultipleChoice,
    Question,
    QuestionBase,
    SingleChoice,
)

KIND: Final = "questions"
FILE_TYPES: Final = ("pdf", "image", "text", "document", "sheet", "slides")
MOST_MEGABYTES: Final = 10
_FILE_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FileQuestion(QuestionBase):
    type: Literal["file"] = "file"

    types: tuple[str, ...] = ("pdf",)
    megabytes: int = 5


type AnyQuestion = Question | FileQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFrom:
    """The questionnaire (its id here) and the version that the shared questions come from."""

    __pydantic_config__: ClassVar[ConfigDict] = KNOWN_NAMES

    questionnaire: StrictInt
    number: StrictInt


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomQuestions:
    """`rubrics`: criteria by question id. `right`: values of right choices by question id. No question has both."""

    is_for_practice: ClassVar[bool] = False
    is_too_short_for_norms: ClassVar[bool] = False

    id: str
    version: str
    language: str
    name: str
    instructions: str
    questions: tuple[AnyQuestion, ...]
    rubrics: Mapping[str, tuple[Criterion, ...]]
    right: Mapping[str, tuple[str, ...]]
    taken_from: TakenFrom | None = None

    @property
    def has_conditions(self) -> bool:
        """Whether some questions are asked only after certain answers."""
        return any(
            not isinstance(question, FileQuestion) and question.when is not None
            for question in self.questions
        )

    def offers(self) -> tuple[FormOffer, ...]:
        return (FormOffer(id=FULL_FORM, name="", items=len(self.questions), minutes=self.minutes(FULL_FORM)),)

    def form_label(self, form_id: str) -> str:
        del form_id
        n = len(self.questions)
        return ngettext("%(n)s question", "%(n)s questions", n) % {"n": n}

    def count(self, form_id: str) -> int:
        del form_id
        return len(self.questions)

    def minutes(self, form_id: str) -> int:
        del form_id
        return whole_minutes(
            reading_seconds(self.instructions)
            + sum(
                _FILE_SECONDS + reading_seconds(question.text)
                if isinstance(question, FileQuestion)
                else question_seconds(question)
                for question in self.questions
            )
        )


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clean_text(value, one_line=True) for value in values))


def _check_types(values: list[str]) -> list[str]:
    types = list(_each_once(tuple(values))) or ["pdf"]
    if unknown := [file_type for file_type in types if file_type not in FILE_TYPES]:
        raise ValueError(
            f"takes files of the type “{unknown[0]}”, which is not one of {', '.join(FILE_TYPES)}"
        )
    return types


def _check_criteria(criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    if len({criterion.id for criterion in criteria}) < len(criteria):
        raise ValueError("has a criterion twice")
    return criteria


class _PackFileQuestion(BaseModel):
    model_config = KNOWN_NAMES

    type: Literal["file"]
    id: Annotated[str, TEXT, Limits(min_length=1, max_length=40)]
    text: Annotated[str, TEXT, Limits(min_length=1, max_length=1000)]
    help: Annotated[str, OPTIONAL, Limits(max_length=1000)] = ""
    required: Annotated[StrictBool, BeforeValidator(lambda value: True if value is None else value)] = True
    types: Annotated[
        list[str],
        OPTIONAL_LIST,
        AfterValidator(_check_types),
        WithJsonSchema({"type": "array", "items": {"enum": list(FILE_TYPES)}}),
    ] = ["pdf"]
    megabytes: Annotated[
        StrictInt,
        BeforeValidator(lambda value: 5 if value is None else value),
        Field(ge=1, le=MOST_MEGABYTES),
    ] = 5


class _PackRubric(BaseModel):
    model_config = KNOWN_NAMES

    question: Annotated[str, TEXT, Limits(min_length=1, max_length=500)]
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1), AfterValidator(_check_criteria)]


class QuestionPack(BaseModel):
    """Custom questions as a file. Questions are validated one by one, so that each problem can be explained."""

    model_config = ConfigDict(extra="forbid", title="Custom questions")

    kind: Literal["questions"]
    id: Annotated[str, TEXT, Limits(min_length=1, max_length=60)]
    version: Annotated[str, TEXT, Limits(min_length=1, max_length=20)]
    language: Annotated[str, TEXT, Limits(min_length=1, max_length=10)]
    name: Annotated[str, TEXT, Limits(min_length=1, max_length=200)]
    instructions: Annotated[str, OPTIONAL, Limits(max_length=2000)] = ""
    questions: SkipValidation[list[Annotated[Question | _PackFileQuestion, Field(discriminator="type")]]]
    rubrics: Annotated[list[_PackRubric], OPTIONAL_LIST] = []
    right: Annotated[
        dict[str, Annotated[tuple[str, ...], OPTIONAL_LIST, AfterValidator(_each_once)]],
        BeforeValidator(lambda value: {} if value is None else value),
        Field(description="The values of the right choices, by question id."),
    ] = {}
    taken_from: TakenFrom | None = None


_PACK: Final = TypeAdapter(QuestionPack)
_FILE_QUESTION: Final = TypeAdapter(_PackFileQuestion)
_WHOLE: Final = "the set of questions"


def read_custom_questions(data: object) -> CustomQuestions:
    """Parse custom questions. Raises `PackError` or `questionnaires.questions.QuestionError` with a sentence."""
    pack = read(_PACK, data, whole=_WHOLE)
    questions = _questions(pack.questions)
    by_id = {question.id: question for question in questions}
    for number, rubric in enumerate(pack.rubrics, start=1):
        if rubric.question not in by_id:
            raise wrong(
                f"rubric {number} of {_WHOLE}",
                f"is for the question “{rubric.question}”, which doesn't exist",
            )
    for name, values in pack.right.items():
        _check_right(name, values, by_id.get(name))
    found = CustomQuestions(
        id=pack.id,
        version=pack.version,
        language=pack.language,
        name=pack.name,
        instructions=pack.instructions,
        questions=questions,
        rubrics={rubric.question: rubric.criteria for rubric in pack.rubrics},
        right=pack.right,
        taken_from=pack.taken_from,
    )
    if both := sorted(set(found.rubrics) & set(found.right)):
        raise wrong(_WHOLE, f"marks “{both[0]}” by a rubric and by a right answer; choose one of the two")
    return found


def custom_questions_to_json(found: CustomQuestions) -> dict[str, Json]:
    made: dict[str, Json] = {
        "kind": KIND,
        "id": found.id,
        "version": found.version,
        "language": found.language,
        "name": found.name,
        "instructions": found.instructions,
        "questions": [_plain(question) for question in found.questions],
        "rubrics": [
            {
                "question": question,
                "criteria": [
                    {
                        "id": criterion.id,
                        "text": criterion.text,
                        "points": criterion.points,
                        "anchors": criterion.anchors,
                    }
                    for criterion in criteria
                ],
            }
            for question, criteria in found.rubrics.items()
        ],
        "right": {question: list(values) for question, values in found.right.items()},
    }
    if one := found.taken_from:
        made["taken_from"] = {"questionnaire": one.questionnaire, "number": one.number}
    return made


def _plain(question: AnyQuestion) -> dict[str, Json]:
    if isinstance(question, FileQuestion):
        return {
            "type": "file",
            "id": question.id,
            "text": question.text,
            "help": question.help,
            "required": question.required,
            "types": list(question.types),
            "megabytes": question.megabytes,
        }
    return to_json([question])[0]


def _questions(entries: object) -> tuple[AnyQuestion, ...]:
    """Parse shared types together, because conditions refer to other questions."""
    if not isinstance(entries, list | tuple) or not entries:
        raise wrong(_WHOLE, "needs a list under “questions”")
    shared: list[object] = [entry for entry in entries if not _is_file(entry)]
    others = iter(parse(shared)) if shared else iter(())
    found: list[AnyQuestion] = [
        _file(entry, place) if _is_file(entry) else next(others)
        for place, entry in enumerate(entries, start=1)
    ]
    check_unique(_WHOLE, "question", [question.id for question in found])
    for place, question in enumerate(found, start=1):
        if isinstance(question, CONFIRMING):
            raise wrong(
                _WHOLE,
                f"contains question {place}, which asks to confirm details about a referee; tests can't ask that",
            )
    return tuple(found)


def _is_file(entry: object) -> bool:
    return isinstance(entry, Mapping) and entry.get("type") == "file"


def _file(entry: object, place: int) -> FileQuestion:
    found = read(_FILE_QUESTION, entry, whole=f"question {place}")
    return FileQuestion(
        id=found.id,
        text=found.text,
        help=found.help,
        required=found.required,
        types=tuple(found.types),
        megabytes=found.megabytes,
    )


def _check_right(name: str, values: Sequence[str], question: AnyQuestion | None) -> None:
    whole = "the right answers"
    if not isinstance(question, SingleChoice | MultipleChoice):
        raise wrong(whole, f"name “{name}”, which isn't a question with choices")
    known = {choice.value for choice in question.choices}
    if not values or not set(values) <= known or (isinstance(question, SingleChoice) and len(values) != 1):
        raise wrong(whole, f"for “{name}” are not among its choices")


_WORDS: Final = TEXT_NAMES | {"anchors"}


def shared_structure(questions: CustomQuestions) -> dict[str, object]:
    plain = custom_questions_to_json(questions)
    return {
        "the questions": _without_words(plain["questions"]),
        "the rubrics": _without_words(plain["rubrics"]),
        "the right answers": plain["right"],
    }


def _without_words(value: Json) -> object:
    if isinstance(value, Mapping):
        return {name: _without_words(entry) for name, entry in value.items() if name not in _WORDS}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_without_words(entry) for entry in value]
    return value


def without_anchors(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a file without anchors, which quote the key that the organisation's experts have set."""
    rubrics = [
        {**rubric, "criteria": [{**criterion, "anchors": ""} for criterion in rubric["criteria"]]}
        for rubric in content["rubrics"]
    ]
    return {**content, "rubrics": rubrics}
