"""A guesser that picks the best action of a situation by wording alone.

Each rule scores every action and picks the highest; ties are split evenly. A set whose key can be guessed this way
measures test-taking skill, not what people consider effective.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from goodword.assessments.kinds.judgement.content import JudgementSet
from tests.assessments.kinds.wording import words

type Rule = Callable[[Sequence[str]], Sequence[float]]

CHANCE_AND_A_TENTH: Final = 0.35

_CLAUSES: Final = {
    "en": r"and|or|but|that|what|who|whom|which|because|so that|if|when|until|while|before|as soon as|since|how|why|"
    r"where|whether|whatever|however",
    "de": r"und|oder|aber|dass|was|wer|wen|wem|welche[rsnm]?|weil|damit|wenn|bis|während|bevor|nachdem|sobald|ob|wie|"
    r"wann|warum|wo|wor\w+|falls|solange",
    "fr": r"et|ou|mais|que|qu|qui|quoi|dont|car|parce|si|quand|lorsqu\w*|jusqu\w*|puisqu\w*|comment|combien|pourquoi|"
    r"où|quel(?:le)?s?|puis",
}
_REASONS: Final = {
    "en": r"because|since|so that|in order to",
    "de": r"weil|damit|denn|da|um (?:\w+ )*zu",
    "fr": r"car|parce|puisqu\w*|afin|pour que|pour qu|pour (?:ne pas )?(?:l’|la |le |les |vous )?\w+(?:er|ir|re)",
}
_HEDGES: Final = {
    "en": r"may|might|could|can|would|if|perhaps|maybe|seems?|likely|whether|ever|only|some|for now",
    "de": r"vielleicht|könnten?|kann|können|würden?|falls|wenn|ob|möglich\w*|vorerst|erst einmal|scheint|nur|einige|"
    r"wahrscheinlich\w*",
    "fr": r"peut|peuvent|pourraient|pourrait|si|peut-être|semble|possible|probable|seulement|pour l’instant|auriez",
}
_POLITE: Final = {
    "en": r"please|apolog\w+|sorry|thank\w*|friendly|kindly|glad|offer|help\w*|trust|honest\w*",
    "de": r"bitten?|entschuldig\w*|dank\w*|freundlich\w*|anbieten|hilf\w*|hilft|helfen|Hilfe|gern|Geduld",
    "fr": r"excus\w*|remerci\w*|aimable\w*|offrir|proposer|aide\w*|veuillez|bien vouloir|confiance",
}
_SWEEPING: Final = {
    "en": r"all|always|never|every\w*|nobody|nothing|no|none|whole|alone|at once|surely|anything|anybody|only",
    "de": r"alle[rsnm]?|alles|immer|nie|niemals|jede[rsnm]?|niemand\w*|nichts|kein\w*|ganze[rsnm]?|allein|sofort|"
    r"gleich|bestimmt|nur",
    "fr": r"tous|tout|toute|toutes|toujours|jamais|chaque|personne ne|rien|aucun\w*|seul\w*|tout de suite|sûrement",
}


def _count(pattern: str) -> Rule:
    found = re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)
    return lambda texts: [len(found.findall(text)) for text in texts]


def _has(pattern: str) -> Rule:
    found = re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)
    return lambda texts: [found.search(text) is not None for text in texts]


def _least(rule: Rule) -> Rule:
    return lambda texts: [-value for value in rule(texts)]


def _at(place: int) -> Rule:
    return lambda texts: [at == place % len(texts) for at in range(len(texts))]


def _together(*rules: Rule) -> Rule:
    """Combines rules by the sum of their ranks; ties share a rank."""

    def ranks(values: Sequence[float]) -> list[float]:
        return [
            sum(other < value for other in values) + sum(other == value for other in values) / 2
            for value in values
        ]

    return lambda texts: [sum(each) for each in zip(*(ranks(rule(texts)) for rule in rules), strict=True)]


def rules(language: str) -> Mapping[str, Rule]:
    def letters(texts: Sequence[str]) -> Sequence[float]:
        return [len(text) for text in texts]

    def word_count(texts: Sequence[str]) -> Sequence[float]:
        return [len(words(text)) for text in texts]

    clauses = _count(rf"{_CLAUSES[language]}")
    commas: Rule = lambda texts: [text.count(",") for text in texts]  # noqa: E731
    parts: Rule = lambda texts: [a + b for a, b in zip(clauses(texts), commas(texts), strict=True)]  # noqa: E731
    reason = _has(_REASONS[language])
    hedges, polite, sweeping = (_count(each[language]) for each in (_HEDGES, _POLITE, _SWEEPING))
    return {
        "longest": letters,
        "shortest": _least(letters),
        "most words": word_count,
        "fewest words": _least(word_count),
        "most clauses": parts,
        "fewest clauses": _least(parts),
        "most commas": commas,
        "fewest commas": _least(commas),
        "gives a reason": reason,
        "gives no reason": _least(reason),
        "most hedges": hedges,
        "fewest hedges": _least(hedges),
        "most polite": polite,
        "least polite": _least(polite),
        "most sweeping": sweeping,
        "least sweeping": _least(sweeping),
        "first": _at(0),
        "second": _at(1),
        "third": _at(2),
        "last": _at(-1),
        "long, many clauses, no reason": _together(letters, parts, _least(reason)),
        "many clauses, no reason, not sweeping": _together(parts, _least(reason), _least(sweeping)),
        "all cues together": _together(letters, parts, _least(reason), _least(sweeping), polite, hedges),
    }


def hits(judgement: JudgementSet, rule: Rule) -> Fraction:
    found = Fraction(0)
    for scenario in judgement.scenarios:
        values = rule([action.text for action in scenario.actions])
        picked = [
            action for action, value in zip(scenario.actions, values, strict=True) if value == max(values)
        ]
        best = max(action.effectiveness for action in scenario.actions)
        found += Fraction(sum(action.effectiveness == best for action in picked), len(picked))
    return found
