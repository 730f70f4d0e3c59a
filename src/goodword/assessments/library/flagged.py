"""What in a test touches health, of whatever kind it is, so that a person looks at it and answers for it."""

from collections.abc import Iterator
from dataclasses import dataclass

from goodword.assessments.library.health import LANGUAGES, health_words
from goodword.assessments.library.instrument import Instrument
from goodword.assessments.library.judgement import JudgementSet
from goodword.assessments.library.pack_file import Imported


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One text that a candidate would read, and the words that flag it; none in a language without a list of words."""

    id: str
    text: str
    words: tuple[str, ...]


def flags_of(content: Imported) -> tuple[Flag, ...]:
    """The texts with a word that touches health, in order; all of them in a language without a list of words."""
    known = content.language.split("-")[0] in LANGUAGES
    return tuple(
        Flag(id=name, text=text, words=words)
        for name, text in _texts(content)
        if (words := health_words(text, language=content.language)) or not known
    )


def _texts(content: Imported) -> Iterator[tuple[str, str]]:
    match content:
        case Instrument():
            yield from ((item.id, item.text) for item in content.items)
        case JudgementSet():
            for scenario in content.scenarios:
                yield scenario.id, scenario.text
                yield from ((action.id, action.text) for action in scenario.actions)
        case _:
            for question in content.questions:
                yield question.id, question.text
                yield from ((question.id, choice.label) for choice in getattr(question, "choices", ()))
