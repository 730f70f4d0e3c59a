"""Built-in questionnaires: `templates.json` has ids of questions, `library_<language>.json` the texts by id."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from goodword.core.text import main_language
from goodword.questionnaires.questions import parse
from goodword.questionnaires.types import RATING_LEVELS, Heading, Level, Question, Rating, Statement, Text

__all__ = ["GENERAL_PROFESSIONAL", "Competency", "Template", "competencies", "keys", "languages", "load"]

GENERAL_PROFESSIONAL = "general_professional"
SOURCE_LANGUAGE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Competency:
    """A competency with its rating question, for referees (`text`) and for the self-assessment (`self_text`)."""

    key: str
    name: str
    definition: str
    text: str
    self_text: str
    help: str
    levels: tuple[Level, ...]

    def question(self, *, only_for: tuple[str, ...] = (), hint: str = "") -> Rating:
        """`hint` replaces the question's help."""
        return Rating(
            id=self.key,
            competency=self.name,
            text=self.text,
            self_text=self.self_text,
            help=hint or self.help,
            only_for=only_for,
            levels=self.levels,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A built-in questionnaire. Translations of a version share its key, number and question ids."""

    key: str
    version: int
    language: str
    name: str
    description: str
    licence: str
    source: str
    questions: tuple[Question, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _CompetencyWords(_Strict):
    key: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    name: Heading
    definition: Statement
    text: Text
    self_text: Text
    examples: Annotated[list[Statement], Field(min_length=len(RATING_LEVELS), max_length=len(RATING_LEVELS))]


class _TemplateWords(_Strict):
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    description: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    #: replaces the library's help text for ratings in this template
    help: str = ""


class _Library(_Strict):
    language: str
    licence: str
    source: str
    help: Text
    labels: Annotated[list[str], Field(min_length=len(RATING_LEVELS), max_length=len(RATING_LEVELS))]
    competencies: list[_CompetencyWords]
    questions: list[Any]
    templates: dict[str, _TemplateWords]


class _CompetencyEntry(_Strict):
    competency: str
    only_for: tuple[str, ...] = ()


class _TemplateEntry(_Strict):
    """An entry in `templates.json`: ids of the library's questions, and competencies."""

    version: int
    questions: list[str | _CompetencyEntry]


_TEMPLATES: TypeAdapter[dict[str, _TemplateEntry]] = TypeAdapter(dict[str, _TemplateEntry])


def keys() -> tuple[str, ...]:
    return tuple(_templates())


@cache
def load(key: str = GENERAL_PROFESSIONAL, *, language: str = SOURCE_LANGUAGE) -> Template:
    """Load a built-in questionnaire, in English if it isn't translated into `language` ("de", "de-at"). Raises
    `LookupError` for an unknown key."""
    if key not in _templates():
        raise LookupError(f"There is no built-in questionnaire “{key}”.")
    library = _library(_available(language))
    template, words = _templates()[key], library.templates[key]
    questions = {question.id: question for question in parse(library.questions)}
    by_key = {competency.key: competency for competency in competencies(language)}
    return Template(
        key=key,
        version=template.version,
        language=library.language,
        name=words.name,
        description=words.description,
        licence=library.licence,
        source=library.source,
        questions=tuple(
            questions[entry]
            if isinstance(entry, str)
            else by_key[entry.competency].question(only_for=entry.only_for, hint=words.help)
            for entry in template.questions
        ),
    )


def languages(key: str = GENERAL_PROFESSIONAL) -> tuple[str, ...]:
    return _languages() if key in _templates() else ()


@cache
def competencies(language: str = SOURCE_LANGUAGE) -> tuple[Competency, ...]:
    library = _library(_available(language))
    return tuple(
        Competency(
            key=words.key,
            name=words.name,
            definition=words.definition,
            text=words.text,
            self_text=words.self_text,
            help=library.help,
            levels=tuple(map(Level, RATING_LEVELS, library.labels, words.examples)),
        )
        for words in library.competencies
    )


def _available(language: str) -> str:
    short = main_language(language)
    return short if short in _languages() else SOURCE_LANGUAGE


@cache
def _languages() -> tuple[str, ...]:
    names = [entry.name for entry in files(__package__).iterdir()]
    return tuple(
        sorted(
            name.removeprefix("library_").removesuffix(".json")
            for name in names
            if name.startswith("library_") and name.endswith(".json")
        )
    )


@cache
def _library(language: str) -> _Library:
    return _Library.model_validate_json((files(__package__) / f"library_{language}.json").read_text("utf-8"))


@cache
def _templates() -> Mapping[str, _TemplateEntry]:
    return _TEMPLATES.validate_json((files(__package__) / "templates.json").read_text("utf-8"))
