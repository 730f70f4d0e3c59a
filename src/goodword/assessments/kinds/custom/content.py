"""Custom questions: the shared types of question, and files, with a right answer or a rubric where there is one.

The content of a version is `{"kind": "questions", "id", "version", "language", "name", "instructions",
"questions": [...], "rubrics": [...], "right": {...}}`, and `"taken_from": {"questionnaire": 12, "number": 3}` where
they were taken from a version of a questionnaire. Questions are as in questionnaires.parse, and
`{"type": "file", "id", "text", "help", "required", "types": ["pdf"], "megabytes": 5}`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.utils.translation import ngettext

from goodword.assessments.kinds.packs import FULL_FORM, FormOffer, PackError, whole_minutes
from goodword.core.json_reading import Json, Reader
from goodword.questionnaires import parse
from goodword.questionnaires.timing import question_seconds, reading_seconds
from goodword.questionnaires.types import CONFIRMING, MultipleChoice, Question, QuestionBase, SingleChoice

KIND: Final = "questions"
#: what files may be: name -> what it is called, and the content types that belong to it
FILE_TYPES: Final = ("pdf", "image", "text", "document", "sheet", "slides")
MOST_MEGABYTES: Final = 10
MOST_POINTS: Final = 10
#: to find a file and upload it; our assumption
_FILE_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FileQuestion(QuestionBase):
    """A file to hand in: of one of `types`, `megabytes` large at the most."""

    type: Literal["file"] = "file"

    types: tuple[str, ...] = ("pdf",)
    megabytes: int = 5


type AnyQuestion = Question | FileQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing that raters look at: 0 to `points`, with what earns them in words."""

    id: str
    text: str
    points: int
    anchors: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFrom:
    """The questionnaire (its id here) and the number of its version that the shared questions were taken from."""

    questionnaire: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet:
    """All of one version in one language. `rubrics`: criteria by question id; `right`: the values that are right, of
    choices that have such. A question has one or the other, or neither and is only read."""

    id: str
    version: str
    language: str
    name: str
    instructions: str
    questions: tuple[AnyQuestion, ...]
    rubrics: Mapping[str, tuple[Criterion, ...]]
    right: Mapping[str, tuple[str, ...]]
    taken_from: TakenFrom | None = None

    def offers(self) -> tuple[FormOffer, ...]:
        """The only form."""
        return (FormOffer(id=FULL_FORM, name="", items=len(self.questions), minutes=self.minutes(FULL_FORM)),)

    def form_label(self, form_id: str) -> str:
        """The form in words."""
        del form_id
        n = len(self.questions)
        return ngettext("%(n)s question", "%(n)s questions", n) % {"n": n}

    def count(self, form_id: str) -> int:
        """How many questions there are."""
        del form_id
        return len(self.questions)

    def minutes(self, form_id: str) -> int:
        """About how long the set takes; long texts take longer."""
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


def read_questions(data: object) -> QuestionSet:
    """The custom questions of a version. Raises `PackError` or `questionnaires.parse.QuestionError` with a sentence."""
    reader = Reader(data, where="the set of questions", error=PackError)
    if reader.text("kind") != KIND:
        raise reader.wrong(f"must be of the kind “{KIND}”")
    questions = _questions(reader)
    by_id = {question.id: question for question in questions}
    rubrics = {
        entry.text("question"): _criteria(entry, by_id)
        for entry in reader.objects("rubrics", each="rubric", needed=False)
    }
    found = QuestionSet(
        id=reader.text("id", longest=60),
        version=reader.text("version", longest=20),
        language=reader.text("language", longest=10),
        name=reader.text("name", longest=200),
        instructions=reader.text("instructions", longest=2000, default=""),
        questions=questions,
        rubrics=rubrics,
        right=_right(reader, by_id),
        taken_from=_taken_from(reader),
    )
    reader.done()
    if both := sorted(set(found.rubrics) & set(found.right)):
        raise reader.wrong(f"marks “{both[0]}” by a rubric and by a right answer; choose one of the two")
    return found


def questions_to_json(found: QuestionSet) -> dict[str, Json]:
    """The content that `read_questions` reads back to an equal set."""
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
                    {"id": one.id, "text": one.text, "points": one.points, "anchors": one.anchors}
                    for one in criteria
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
    return parse.to_json([question])[0]


def _questions(reader: Reader) -> tuple[AnyQuestion, ...]:
    """In order. Files are read here, all else together where the shared types are read: conditions hang together."""
    entries = reader.entries("questions")
    shared: list[object] = [entry for entry in entries if not _is_file(entry)]
    others = iter(parse.parse(shared)) if shared else iter(())
    found: list[AnyQuestion] = []
    for place, entry in enumerate(entries, start=1):
        found.append(_file(entry, place) if _is_file(entry) else next(others))
    ids = [question.id for question in found]
    for place, one in enumerate(ids):
        if one in ids[:place]:
            raise reader.wrong(f"has the question “{one}” twice")
    for place, question in enumerate(found, start=1):
        if isinstance(question, CONFIRMING):
            raise reader.wrong(
                f"asks in question {place} to confirm what was said of a referee, which no test can ask"
            )
    return tuple(found)


def _is_file(entry: object) -> bool:
    return isinstance(entry, Mapping) and entry.get("type") == "file"


def _file(entry: object, place: int) -> FileQuestion:
    reader = Reader(entry, where=f"question {place}", error=PackError)
    reader.text("type")
    types = reader.texts("types") or ("pdf",)
    if unknown := [one for one in types if one not in FILE_TYPES]:
        raise reader.wrong(
            f"takes files of the type “{unknown[0]}”, which is none of {', '.join(FILE_TYPES)}"
        )
    megabytes = reader.whole("megabytes", default=5)
    if not 1 <= megabytes <= MOST_MEGABYTES:
        raise reader.wrong(f"must take files of 1 to {MOST_MEGABYTES} MB")
    found = FileQuestion(
        id=reader.text("id", longest=40),
        text=reader.text("text", longest=1000),
        help=reader.text("help", longest=1000, default=""),
        required=reader.flag("required", default=True),
        types=types,
        megabytes=megabytes,
    )
    reader.done()
    return found


def _criteria(reader: Reader, by_id: Mapping[str, AnyQuestion]) -> tuple[Criterion, ...]:
    question = reader.text("question")
    if question not in by_id:
        raise reader.wrong(f"is for the question “{question}”, which is not there")
    criteria = []
    for entry in reader.objects("criteria", each="criterion"):
        points = entry.whole("points")
        if not 1 <= points <= MOST_POINTS:
            raise entry.wrong(f"gives 1 to {MOST_POINTS} points")
        criteria.append(
            Criterion(
                id=entry.text("id", longest=40),
                text=entry.text("text", longest=300),
                points=points,
                anchors=entry.text("anchors", longest=1000, default=""),
            )
        )
        entry.done()
    reader.done()
    if len({one.id for one in criteria}) < len(criteria):
        raise reader.wrong("has a criterion twice")
    return tuple(criteria)


def _taken_from(reader: Reader) -> TakenFrom | None:
    if not reader.asks("taken_from"):
        return None
    entry = reader.child("taken_from", where="what the questions were taken from")
    found = TakenFrom(questionnaire=entry.whole("questionnaire"), number=entry.whole("number"))
    entry.done()
    return found


def _right(reader: Reader, by_id: Mapping[str, AnyQuestion]) -> dict[str, tuple[str, ...]]:
    if not reader.asks("right"):
        return {}
    table = reader.child("right", where="the right answers")
    return {name: _right_of(table, name, by_id.get(name)) for name in table.names()}


def _right_of(table: Reader, name: str, question: AnyQuestion | None) -> tuple[str, ...]:
    values: Sequence[Any] = table.texts(name)
    if not isinstance(question, SingleChoice | MultipleChoice):
        raise table.wrong(f"name “{name}”, which is no question with choices")
    known = {choice.value for choice in question.choices}
    if not values or not set(values) <= known or (isinstance(question, SingleChoice) and len(values) != 1):
        raise table.wrong(f"for “{name}” are not among its choices")
    return tuple(values)


#: what is translated
_WORDS: Final = frozenset(
    {"text", "help", "self_text", "label", "example", "left", "right", "unit", "competency", "anchors"}
)


def shared_structure(questions: QuestionSet) -> dict[str, object]:
    """The content without its words, by name."""
    plain = questions_to_json(questions)
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
