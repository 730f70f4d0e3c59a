"""Questionnaires that come with the product, one JSON file per key and language.

All were written for this project: job-related, nothing on health, family, age, origin or belief.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from goodword.questionnaires.parse import QuestionError, parse
from goodword.questionnaires.reading import Reader
from goodword.questionnaires.types import Question

GENERAL_PROFESSIONAL = "general_professional"
SOURCE_LANGUAGE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A built-in questionnaire. Translations of one version share key, version and question ids."""

    key: str
    version: int
    language: str
    name: str
    description: str
    licence: str
    source: str
    questions: tuple[Question, ...]


@cache
def load(key: str = GENERAL_PROFESSIONAL, *, language: str = SOURCE_LANGUAGE) -> Template:
    """A built-in questionnaire, in English where it is not translated to `language` ("de", "de-at", ...).

    Raises `LookupError` for a key that does not exist.
    """
    short = language.lower().replace("_", "-").split("-")[0]
    available = languages(key)
    if not available:
        raise LookupError(f"There is no built-in questionnaire “{key}”.")
    chosen = short if short in available else SOURCE_LANGUAGE
    return read(json.loads((files(__package__) / f"{key}_{chosen}.json").read_text("utf-8")))


def languages(key: str = GENERAL_PROFESSIONAL) -> tuple[str, ...]:
    """The languages a built-in questionnaire exists in, sorted."""
    names = [entry.name for entry in files(__package__).iterdir()]
    found = [
        name.removeprefix(f"{key}_").removesuffix(".json") for name in names if name.startswith(f"{key}_")
    ]
    return tuple(sorted(found))


def read(data: object) -> Template:
    """A questionnaire file as a template; `QuestionError` says what is wrong with it.

    Form: `{"key", "version", "language", "name", "description", "licence", "source", "questions": [...]}`.
    """
    reader = Reader(data, where="the questionnaire", error=QuestionError)
    template = Template(
        key=reader.text("key", longest=60),
        version=reader.whole("version"),
        language=reader.text("language", longest=10),
        name=reader.text("name", longest=200),
        description=reader.text("description", longest=2000),
        licence=reader.text("licence"),
        source=reader.text("source"),
        questions=parse(reader.entries("questions")),
    )
    reader.done()
    return template
