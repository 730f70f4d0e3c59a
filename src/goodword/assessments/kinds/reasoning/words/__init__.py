"""Words items for people, in English, German and French."""

from goodword.assessments.kinds.reasoning.item import (
    Deduction,
    GeneratedItem,
    Matrix,
    Option,
    Series,
    Shown,
    ShownOption,
)
from goodword.assessments.kinds.reasoning.words import reasons
from goodword.assessments.kinds.reasoning.words.de import DE
from goodword.assessments.kinds.reasoning.words.en import EN
from goodword.assessments.kinds.reasoning.words.fr import FR
from goodword.assessments.kinds.reasoning.words.phrases import Words

_WORDS = {"en": EN, "de": DE, "fr": FR}


def show(item: GeneratedItem, language: str) -> Shown:
    """The item as a candidate sees it. "de-at" is shown in German, a language that we lack in English."""
    code = _code(language)
    words = _WORDS[code]
    match item.task:
        case Series(terms):
            return Shown(question=_series_question(terms, words), options=_texts(item.options), terms=terms)
        case Deduction() as task:
            return Shown(
                question=reasons.question(task, words),
                lines=reasons.lines(task, words),
                options=tuple(
                    ShownOption(id=option.id, text=reasons.claim(task, option.value, words))
                    for option in item.options
                ),
            )
        case Matrix():
            # Only items with pictures need what draws them.
            from goodword.assessments.kinds.reasoning.matrices.drawing import show_matrix

            return show_matrix(item, code)


def rule_in_words(item: GeneratedItem, language: str) -> str:
    """Why the right option is right, in a few sentences; languages as in `show`."""
    code = _code(language)
    match item.task:
        case Series():
            return reasons.of_series(item, _WORDS[code])
        case Deduction() as task:
            return reasons.of_deduction(item, task, _WORDS[code])
        case Matrix():
            from goodword.assessments.kinds.reasoning.matrices.drawing import matrix_rule_in_words

            return matrix_rule_in_words(item, code)


def _code(language: str) -> str:
    code = language.replace("_", "-").split("-")[0].lower()
    return code if code in _WORDS else "en"


def _series_question(terms: tuple[str, ...], words: Words) -> str:
    if not terms[0].isalpha():
        return words.series.next_number
    return words.series.next_letter if len(terms[0]) == 1 else words.series.next_letters


def _texts(options: tuple[Option, ...]) -> tuple[ShownOption, ...]:
    return tuple(ShownOption(id=option.id, text=str(option.value)) for option in options)
