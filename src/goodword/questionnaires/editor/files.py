"""Export and import of questionnaires as JSON files with all languages. Format: docs/questionnaires.md."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, cast

from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SkipValidation,
    ValidationError,
)
from pydantic import StringConstraints as Limits

from goodword.core.text import clean_text, language_codes
from goodword.core.validation import sentences, shortened
from goodword.questionnaires.editor.descriptions import language_name
from goodword.questionnaires.editor.entries import Entry, texts_of, with_texts
from goodword.questionnaires.questions import QuestionError, parse, parse_question, to_json
from goodword.questionnaires.types import TEXT_NAMES, Question

LONGEST_TITLE, LONGEST_DESCRIPTION = 200, 2000
#: maximum bytes; a hundred questions in three languages have about 200 kB
LARGEST_FILE = 500_000
_MOST_PROBLEMS = 20


class InvalidFile(Exception):
    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems[:_MOST_PROBLEMS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    title: str
    description: str
    languages: Mapping[str, Sequence[Entry]]


def _one_line(value: Any) -> Any:
    return clean_text(value, one_line=True) if isinstance(value, str) else value


class QuestionnaireFile(BaseModel):
    """A questionnaire as a file. Questions are validated language by language, for a sentence about each problem."""

    model_config = ConfigDict(extra="forbid", title="Questionnaire")

    title: Annotated[str, BeforeValidator(_one_line), Limits(min_length=1, max_length=LONGEST_TITLE)]
    description: Annotated[str, AfterValidator(clean_text), Limits(max_length=LONGEST_DESCRIPTION)] = ""
    languages: Annotated[
        dict[str, SkipValidation[list[Annotated[Question, Field(discriminator="type")]]]],
        Field(description="The questions by language. The first language is the source."),
    ]


def file_schema() -> dict[str, Any]:
    """The JSON Schema of a file. Texts may be empty, since a translation need not be complete."""
    schema = QuestionnaireFile.model_json_schema()
    for name in ("Heading", "Label", "Statement", "Text"):
        del schema["$defs"][name]["minLength"]
    return schema


def to_file(contents: Contents) -> str:
    plain = {
        "title": contents.title,
        "description": contents.description,
        "languages": {language: list(questions) for language, questions in contents.languages.items()},
    }
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def read_file(raw: bytes) -> Contents:
    """Parse a file. The first language is the source; the others may have empty texts. Raises `InvalidFile`."""
    data = _loaded(raw)
    try:
        file = QuestionnaireFile.model_validate(data)
    except ValidationError as error:
        raise InvalidFile(sentences(error, data, whole=_("the file"))[:1]) from None
    by_language: Mapping[str, object] = file.languages
    if not by_language:
        raise InvalidFile([_("The file has no language under “languages”.")])
    unknown = [name for name in by_language if name not in language_codes()]
    if unknown:
        raise InvalidFile(
            [
                _("“%(language)s” is not supported. Supported languages: %(known)s.")
                % {
                    "language": clean_text(shortened(unknown[0]), one_line=True),
                    "known": ", ".join(language_codes()),
                }
            ]
        )
    read: dict[str, list[Entry]] = {}
    problems: list[str] = []
    for name, entries in by_language.items():
        source = next(iter(read.values()), None)
        read[name], found = _language(entries, source=source)
        problems += [
            _("In %(language)s: %(problem)s") % {"language": language_name(name), "problem": problem}
            for problem in found
        ]
        if problems and source is None:
            break
    if problems:
        raise InvalidFile(problems)
    return Contents(title=file.title, description=file.description, languages=read)


def _loaded(raw: bytes) -> object:
    if len(raw) > LARGEST_FILE:
        sentence = _("The file is larger than %(size)s kB.")
        raise InvalidFile([sentence % {"size": LARGEST_FILE // 1000}])
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        sentence = _("The file is not valid JSON: error in line %(line)s, character %(column)s.")
        raise InvalidFile([sentence % {"line": error.lineno, "column": error.colno}]) from None
    except UnicodeDecodeError:
        raise InvalidFile([_("The file is not UTF-8 text. Export it again, or save it as UTF-8.")]) from None
    except (ValueError, RecursionError):
        raise InvalidFile([_("The file cannot be read as JSON.")]) from None


def _language(entries: object, *, source: Sequence[Entry] | None) -> tuple[list[Entry], list[str]]:
    if not isinstance(entries, list) or not entries:
        return [], [_("It needs a list of questions.")]
    checked = entries if source is None else [_without_gaps(entry) for entry in entries]
    problems = _problems_of_each(checked)
    if problems:
        return [], problems
    try:
        questions: list[Entry] = [dict(entry) for entry in to_json(parse(checked))]
    except QuestionError as error:
        return [], [str(error)]
    if source is None:
        return questions, []
    problems = _differences(source, questions)
    if problems:
        return [], problems
    given = [texts_of(cast(Entry, entry)) for entry in entries]
    texts = [
        {place: text for place, text in texts_of(question).items() if place in there}
        for question, there in zip(questions, given, strict=True)
    ]
    return [with_texts(entry, there) for entry, there in zip(source, texts, strict=True)], []


def _problems_of_each(entries: Sequence[object]) -> list[str]:
    """Return the problems of all questions. Parsing them together would stop at the first problem."""
    problems = []
    for place, entry in enumerate(entries, start=1):
        try:
            parse_question(entry, whole=_("question %(place)s") % {"place": place})
        except QuestionError as error:
            problems.append(str(error))
    return problems


def _without_gaps(value: Any) -> Any:
    """Replace empty texts by "-", so that untranslated questions can be validated."""
    if isinstance(value, Mapping):
        return {
            name: "-" if name in TEXT_NAMES and part == "" else _without_gaps(part)
            for name, part in value.items()
        }
    return [_without_gaps(part) for part in value] if isinstance(value, list) else value


def _differences(source: Sequence[Entry], questions: Sequence[Entry]) -> list[str]:
    ids, there = [entry["id"] for entry in source], [entry["id"] for entry in questions]
    if ids != there:
        for name in ids:
            if name not in there:
                return [_("The question “%(id)s” of the first language is missing.") % {"id": name}]
        for name in there:
            if name not in ids:
                return [_("The first language has no question “%(id)s”.") % {"id": name}]
        return [_("The questions are not in the same order as in the first language.")]
    return [
        _("Question %(place)s differs from the first language in more than its wording.") % {"place": place}
        for place, (first, other) in enumerate(zip(source, questions, strict=True), start=1)
        if _structure(first) != _structure(other)
    ]


def _structure(entry: Entry) -> Entry:
    plain = with_texts(entry, {})
    return {name: value for name, value in plain.items() if name not in TEXT_NAMES}
