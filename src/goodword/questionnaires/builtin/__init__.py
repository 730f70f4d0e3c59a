"""Questionnaires that come with the product, and the competencies that they are composed of.

`templates.json` says what each asks, in any language; `library_<language>.json` has the words. So the languages of
a template share ids, types and values by construction. All was written for this project and is job-related;
what each competency means, and what is not known of it yet, is in docs/competencies.md.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from goodword.questionnaires.builtin.library import Competency, Library, read_library
from goodword.questionnaires.parse import QuestionError
from goodword.questionnaires.reading import Reader
from goodword.questionnaires.types import Question

__all__ = ["GENERAL_PROFESSIONAL", "Competency", "Template", "competencies", "keys", "languages", "load"]

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


def keys() -> tuple[str, ...]:
    """The keys of all built-in questionnaires, the most general first."""
    return tuple(_composed())


@cache
def load(key: str = GENERAL_PROFESSIONAL, *, language: str = SOURCE_LANGUAGE) -> Template:
    """A built-in questionnaire, in English where it is not translated to `language` ("de", "de-at", ...).

    Raises `LookupError` for a key that does not exist.
    """
    if key not in _composed():
        raise LookupError(f"There is no built-in questionnaire “{key}”.")
    library = _library(_spoken(language))
    reader = Reader(_composed()[key], where=f"the template “{key}”", error=QuestionError)
    words = library.templates[key]
    template = Template(
        key=key,
        version=reader.whole("version"),
        language=library.language,
        name=words.name,
        description=words.description,
        licence=library.licence,
        source=library.source,
        questions=tuple(_question(entry, library, hint=words.help) for entry in reader.entries("questions")),
    )
    reader.done()
    return template


def languages(key: str = GENERAL_PROFESSIONAL) -> tuple[str, ...]:
    """The languages a built-in questionnaire exists in, sorted; none for a key that does not exist."""
    return _written() if key in _composed() else ()


def competencies(language: str = SOURCE_LANGUAGE) -> tuple[Competency, ...]:
    """The competency library, in English where it is not translated to `language`."""
    return _library(_spoken(language)).competencies


def _question(entry: object, library: Library, *, hint: str) -> Question:
    """What an entry of a template names: a question of the library, or a competency and who is asked for it."""
    if isinstance(entry, str):
        return library.questions[entry]
    reader = Reader(entry, where="a competency of a template", error=QuestionError)
    key, only_for = reader.text("competency"), reader.texts("only_for")
    reader.done()
    return next(one for one in library.competencies if one.key == key).question(only_for=only_for, hint=hint)


def _spoken(language: str) -> str:
    short = language.lower().replace("_", "-").split("-")[0]
    return short if short in _written() else SOURCE_LANGUAGE


@cache
def _written() -> tuple[str, ...]:
    names = [entry.name for entry in files(__package__).iterdir()]
    return tuple(
        sorted(
            name.removeprefix("library_").removesuffix(".json")
            for name in names
            if name.startswith("library_") and name.endswith(".json")
        )
    )


@cache
def _library(language: str) -> Library:
    return read_library(json.loads((files(__package__) / f"library_{language}.json").read_text("utf-8")))


@cache
def _composed() -> Mapping[str, object]:
    composed: Mapping[str, object] = json.loads((files(__package__) / "templates.json").read_text("utf-8"))
    return composed
