"""The phrases of a language: `str.format` templates, and functions where grammar needs more. `a`, `b`, `c`: things."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Things to compare: `things` by colour ("the red box"), `compared` ("compared with the red box"), `listed` as in
    a list of them ("red")."""

    things: Mapping[str, str]
    compared: Mapping[str, str]
    listed: Mapping[str, str]
    #: {n} things; {names}: their colours as in `introduced`; no two are equal in the compared property
    intro: str
    introduced: Mapping[str, str]
    statements: Mapping[str, str]
    questions: Mapping[tuple[str | int, ...], str]
    #: wording of an order, from one end to the other
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesWords:
    """Questions on series and the rules behind them. {d} are differences, {g} their growth.

    {first} and {second} are phrases by `change`, `operation`, `more_or_less` or `move`.
    """

    next_number: str
    next_letter: str
    next_letters: str
    numbers: Mapping[str, str]
    letters: Mapping[str, str]
    change: Callable[[int], str]
    operation: Mapping[str, str]
    more_or_less: tuple[str, str]
    #: arguments: the step, and whether there are several letters
    move: Callable[[int, bool], str]
    ordinals: tuple[str, str]
    #: {answer} is the next term
    so: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWords:
    series: SeriesWords
    topics: Mapping[str, Topic]
    seating_intro: str
    seating: Mapping[str, str]
    seating_question: str
    seating_order: str
    cannot_say: str
    sets_intro: str
    sets: Mapping[str, str]
    sets_question: str
    none_follows: str
    #: a group within a sentence ("dremos", "Dremos"), and in a list of groups
    group: Callable[[str], str]
    listed_group: Callable[[str], str]
    #: numbers from 0 in words
    counts: tuple[str, ...]
    #: conjunctions between the last two of a list, and between clauses
    and_: str
    semicolon: str
    #: why an answer is right: a single order; several that agree; several that don't; and for sets
    one_order: str
    orders_agree: str
    orders_differ: str
    sets_follow: str
    sets_open: str

    def joined(self, texts: list[str]) -> str:
        return ", ".join(texts[:-1]) + self.and_ + texts[-1] if len(texts) > 1 else "".join(texts)


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]
