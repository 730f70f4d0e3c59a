"""Shows a matrix to a person, and tells its rule, in English, German or French."""

from collections.abc import Mapping

from goodword.assessments.library.reasoning.draw_matrix import picture
from goodword.assessments.library.reasoning.item import Figure, Item, Matrix, Shown, ShownOption
from goodword.assessments.library.reasoning.matrices_alt import alt
from goodword.assessments.library.reasoning.matrices_cells import SHADINGS, SHAPES
from goodword.assessments.library.reasoning.matrices_words import WORDS, RuleWords
from goodword.questionnaires.reading import Json


def show_matrix(item: Item, language: str) -> Shown:
    """The item as a candidate sees it: the question, eight pictures row by row, and a picture for each option.

    Raises `KeyError` for a language that it has no words in, `TypeError` for an item that is no matrix.
    """
    if not isinstance(item.task, Matrix):
        raise TypeError(f"{item.family} makes no matrices.")
    return Shown(
        question=WORDS[language].question,
        pictures=tuple(picture(cell, language) for cell in item.task.cells),
        options=tuple(
            ShownOption(id=option.id, picture=picture(_figure(option.value), language))
            for option in item.options
        ),
    )


def matrix_rule_in_words(item: Item, language: str) -> str:
    """Every rule of the item in a sentence of its own, then the figure that they lead to."""
    words = WORDS[language]
    rules = item.rule["rules"]
    if not isinstance(rules, list | tuple):
        raise TypeError("The rule of a matrix is a list.")
    told = [_sentence(rule, words) for rule in rules if isinstance(rule, Mapping)]
    right = next(_figure(option.value) for option in item.options if option.id == item.key)
    figure = alt(right, language)
    missing = words.missing[len(right.marks) > 1]
    return " ".join([*told, missing.format(figure=figure[:1].lower() + figure[1:])])


def _sentence(rule: Mapping[str, Json], words: RuleWords) -> str:
    kind, aspect, by, values = rule["kind"], str(rule["aspect"]), rule["by"], rule["values"]
    match kind:
        case "same":
            return words.same[aspect]
        case "step" if isinstance(by, int):
            return words.step[aspect, by]
        case "three" if isinstance(values, list | tuple):
            names = _names(aspect, [int(str(value)) for value in sorted(values, key=str)], words)
            return words.three[aspect].format(values=names)
        case _:
            return words.reckoned[str(kind)]


def _names(aspect: str, values: list[int], words: RuleWords) -> str:
    match aspect:
        case "shape":
            said = [words.shapes[SHAPES[value]] for value in values]
        case "shading":
            said = [words.shadings[SHADINGS[value]] for value in values]
        case _:
            said = [str(value) for value in values]
    return f"{', '.join(said[:-1])} {words.also} {said[-1]}"


def _figure(value: object) -> Figure:
    if not isinstance(value, Figure):
        raise TypeError("An option of a matrix is a figure.")
    return value
