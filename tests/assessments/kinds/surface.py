"""A guesser that picks the best action of a situation by its wording alone.

Each rule scores every action and picks the highest; ties are split evenly. A set whose key can be guessed this way
measures test-taking skill, not what people consider effective.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from goodword.assessments.kinds.judgement.content import JudgementSet
from tests.assessments.kinds.cues import CLAUSES, CUES
from tests.assessments.kinds.wording import words

#: scores actions by their texts; the first argument is the situation
type Rule = Callable[[str, Sequence[str]], Sequence[float]]

CHANCE_AND_A_TENTH: Final = 0.35

_BREAKS: Final = {"en": r"[,.:]|\band\b", "de": r"[,.:]|\bund\b", "fr": r"[,.:]|\bet\b"}


def _each(measure: Callable[[str], float]) -> Rule:
    return lambda _situation, texts: [measure(text) for text in texts]


def _count(pattern: str) -> Rule:
    found = re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)
    return _each(lambda text: len(found.findall(text)))


def _has(pattern: str) -> Rule:
    found = re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)
    return _each(lambda text: found.search(text) is not None)


def _least(rule: Rule) -> Rule:
    return lambda situation, texts: [-value for value in rule(situation, texts)]


def _at(place: int) -> Rule:
    return lambda _situation, texts: [at == place % len(texts) for at in range(len(texts))]


def _together(*rules: Rule) -> Rule:
    """Combines rules by the sum of their ranks; ties share a rank."""

    def ranks(values: Sequence[float]) -> list[float]:
        return [
            sum(other < value for other in values) + sum(other == value for other in values) / 2
            for value in values
        ]

    return lambda situation, texts: [
        sum(each) for each in zip(*(ranks(rule(situation, texts)) for rule in rules), strict=True)
    ]


def _stems(text: str) -> set[str]:
    return {word.lower()[:5] for word in words(text) if len(word) > 3}


def _like_the_situation(situation: str, texts: Sequence[str]) -> Sequence[float]:
    return [len(_stems(text) & _stems(situation)) for text in texts]


def _like_the_others(situation: str, texts: Sequence[str]) -> Sequence[float]:
    return [
        sum(len(_stems(text) & _stems(other)) for at, other in enumerate(texts) if at != place)
        for place, text in enumerate(texts)
    ]


def _middling(situation: str, texts: Sequence[str]) -> Sequence[float]:
    mean = sum(len(text) for text in texts) / len(texts)
    return [-abs(len(text) - mean) for text in texts]


def _parts(text: str, language: str) -> tuple[str, str]:
    """Before and after the first break."""
    before, *after = re.split(_BREAKS[language], text, maxsplit=1)
    return before, " ".join(after)


def _word_lengths(text: str) -> list[int]:
    return [len(word) for word in words(text)]


def measures(language: str) -> Mapping[str, Rule]:
    """The features whose highest or lowest value the rules pick."""
    commas = _each(lambda text: text.count(","))
    clauses = _count(CLAUSES[language])
    shape = {
        "letters": _each(len),
        "words": _each(lambda text: len(words(text))),
        "letters a word": _each(lambda text: sum(_word_lengths(text)) / len(words(text))),
        "letters of the longest word": _each(lambda text: max(_word_lengths(text))),
        "long words": _each(lambda text: sum(length > 6 for length in _word_lengths(text))),
        "commas": commas,
        "clauses": lambda situation, texts: [
            a + b for a, b in zip(clauses(situation, texts), commas(situation, texts), strict=True)
        ],
        "letters before the first break": _each(lambda text: len(_parts(text, language)[0])),
        "letters after the first break": _each(lambda text: len(_parts(text, language)[1])),
        "words of the situation": _like_the_situation,
        "words of other actions": _like_the_others,
        "middling length": _middling,
    }
    counts = {cue: _count(pattern[language]) for cue, pattern in CUES.items()}
    return shape | counts


def rules(language: str) -> Mapping[str, Rule]:
    found: dict[str, Rule] = {}
    for name, measure in measures(language).items():
        found |= {f"most {name}": measure, f"least {name}": _least(measure)}
    for cue, pattern in CUES.items():
        has = _has(pattern[language])
        found |= {f"has {cue}": has, f"lacks {cue}": _least(has)}
    found |= {"first": _at(0), "second": _at(1), "third": _at(2), "last": _at(-1)}
    most = measures(language)
    reason = _has(CUES["reasons"][language])
    found |= {
        "long, many clauses, no reason": _together(most["letters"], most["clauses"], _least(reason)),
        "many clauses, no reason, no absolutes": _together(
            most["clauses"], _least(reason), _least(most["absolutes"])
        ),
        "long, asks and tells, holds nothing back": _together(
            most["letters"], most["asking"], most["telling"], _least(most["holding back"])
        ),
        "asks, together, no delay": _together(most["asking"], most["together"], _least(most["delay"])),
    }
    return found


def hits(judgement: JudgementSet, rule: Rule) -> Fraction:
    found = Fraction(0)
    for situation in judgement.situations:
        values = rule(situation.text, [action.text for action in situation.actions])
        picked = [
            action for action, value in zip(situation.actions, values, strict=True) if value == max(values)
        ]
        best = max(action.effectiveness for action in situation.actions)
        found += Fraction(sum(action.effectiveness == best for action in picked), len(picked))
    return found
