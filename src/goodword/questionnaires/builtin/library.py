"""The words of one language: competencies with their level examples, the other questions, names of templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from goodword.questionnaires.parse import QuestionError, parse
from goodword.questionnaires.reading import Reader
from goodword.questionnaires.types import RATING_LEVELS, Level, Question, Rating


@dataclass(frozen=True, slots=True, kw_only=True)
class Competency:
    """Something that a job can need, and how it shows at work.

    `text` asks a referee and may hold {candidate}, `self_text` asks the candidates themselves. `levels` are the
    five levels of behaviour, lowest first.
    """

    key: str
    name: str
    definition: str
    text: str
    self_text: str
    help: str
    levels: tuple[Level, ...]

    def question(self, *, only_for: tuple[str, ...] = (), hint: str = "") -> Rating:
        """The rating that asks for it; `only_for` as for any question, `hint` stands in place of its own help."""
        return Rating(
            id=self.key,
            competency=self.name,
            text=self.text,
            self_text=self.self_text,
            help=hint or self.help,
            only_for=only_for,
            levels=self.levels,
        )


@dataclass(frozen=True, slots=True)
class TemplateWords:
    """Name and description of a template; `help` stands under its ratings in place of the library's."""

    name: str
    description: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """All words of one language; `questions` by id, `templates` by key."""

    language: str
    licence: str
    source: str
    competencies: tuple[Competency, ...]
    questions: Mapping[str, Question]
    templates: Mapping[str, TemplateWords]


def read_library(data: object) -> Library:
    """A library file; `QuestionError` says what is wrong with it.

    Form: `{"language", "licence", "source", "help", "labels": [five], "competencies": [{"key", "name",
    "definition", "text", "self_text", "examples": [five]}], "questions": [...], "templates": {key: {"name",
    "description", "help"?}}}`.
    """
    reader = Reader(data, where="the library", error=QuestionError)
    hint = reader.text("help")
    labels = reader.texts("labels")
    templates = reader.child("templates", where="the templates")
    library = Library(
        language=reader.text("language", longest=10),
        licence=reader.text("licence"),
        source=reader.text("source"),
        competencies=tuple(
            _competency(entry, labels=labels, hint=hint)
            for entry in reader.objects("competencies", each="competency")
        ),
        questions={question.id: question for question in parse(reader.entries("questions"))},
        templates={
            key: _words(templates.child(key, where=f"the template “{key}”")) for key in templates.names()
        },
    )
    reader.done()
    return library


def _competency(reader: Reader, *, labels: Sequence[str], hint: str) -> Competency:
    examples = reader.texts("examples")
    if not len(labels) == len(examples) == len(RATING_LEVELS):
        raise reader.wrong("needs five labels and five different examples")
    competency = Competency(
        key=reader.text("key", longest=40),
        name=reader.text("name", longest=60),
        definition=reader.text("definition", longest=300),
        text=reader.text("text"),
        self_text=reader.text("self_text"),
        help=hint,
        levels=tuple(map(Level, RATING_LEVELS, labels, examples)),
    )
    reader.done()
    return competency


def _words(reader: Reader) -> TemplateWords:
    words = TemplateWords(
        reader.text("name", longest=200),
        reader.text("description", longest=2000),
        reader.text("help", default=""),
    )
    reader.done()
    return words
