"""Rules over what referees answered. Pure.

**Speed.** A time estimate (questionnaires.timing, or a median) is what most people need; a practised reader needs about
half. Below a quarter of it not everything was read: medium; below an eighth: high. Typing: the mean is 52 words a
minute, the fastest of 168,000 people reached 120 (Dhakal et al. 2018, "Observations on Typing from 136 Million
Keystrokes", CHI '18). Texts of 40 words and more that arrived faster than that, reading included, were pasted or
dictated: low, together with the first high. Only answers given in one sitting have a time.

**Alike texts** are compared by shingles (Broder 1997, "On the resemblance and containment of documents"): the share of
the shorter text's three-word runs that the longer one contains. Two people writing about one person hardly share any;
a copied text shares nearly all, even if edited. From 0.5 medium, from 0.8 high. Texts under eight words are left out.
All texts are compared with each other, since a copy may be under another question. Translations are not found.

**Alike ratings** coincide easily: five ratings between 3 and 5 agree by chance about once in a hundred, and good people
get the same from all. Only five and more that are not all of one level count: low. With the same picked words (five of
twenty: one in 15,504 by chance) medium.

**Dates.** Both ends are compared, in months. Up to two months is memory; up to eleven: low; a year and more: medium; no
month in common: high.

**Titles.** The same words in any order, shortened ("Sr. Engineer") or mistyped, do not differ. Some words in common
("Junior Engineer", "Senior Engineer"): low; none: medium. The same grades for two referees of one company who give
different titles for times that ended within a year of each other. "Not sure" contradicts nothing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from goodword.workflow.flags.models import Finding, Grade

#: the candidate in a key, where a referee has their id
CANDIDATE = "candidate"
FAST = "fast"
FASTEST_WORDS_A_MINUTE = 120
_LEAST_WORDS = 40
ALIKE_TEXTS, ALIKE_RATINGS = "alike_texts", "alike_ratings"
SHINGLE = 3
LEAST_WORDS = 8
PARTLY, NEARLY = 0.5, 0.8
LEAST_RATINGS = 5
DATES_CORRECTED, TITLE_CORRECTED, TITLES_DIFFER = "dates_corrected", "title_corrected", "titles_differ"
_MEMORY_MONTHS = 2
_YEAR = 12
#: from how alike on two words are one that was mistyped
_ALIKE = 0.8
_SHORT = {
    "sr": "senior",
    "jr": "junior",
    "mgr": "manager",
    "eng": "engineer",
    "dev": "developer",
    "asst": "assistant",
}


def key_of(people: Iterable[int | None]) -> str:
    """The key of a flag about these referees (None: the candidate), the same in whatever order they are given."""
    ids = sorted(person for person in set(people) if person is not None)
    return ",".join([*map(str, ids), *([CANDIDATE] if None in set(people) else [])])


def people_of(key: str) -> tuple[int, ...]:
    """The referees that a key names."""
    return tuple(int(part) for part in key.split(",") if part != CANDIDATE)


def speed_flag(*, referee_id: int, seconds: int | None, expected: int, words: int) -> Finding | None:
    """The flag in a time: `seconds` from Start to Submit, `expected` seconds, `words` in all free texts."""
    if seconds is None or expected <= 0:
        return None
    hasty = seconds < expected / 4
    typed = words >= _LEAST_WORDS and words * 60 > FASTEST_WORDS_A_MINUTE * seconds
    if not hasty and not typed:
        return None
    grade: Grade = "low"
    if hasty:
        grade = "high" if typed or seconds < expected / 8 else "medium"
    return Finding(
        code=FAST,
        grade=grade,
        key=key_of([referee_id]),
        facts={"seconds": seconds, "expected": expected, "words": words, "hasty": hasty, "typed": typed},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswers:
    """What one person answered, by question id. `id` is the referee's, None the candidate's."""

    id: int | None
    texts: Sequence[str] = ()
    ratings: Mapping[str, int] = field(default_factory=dict)
    picks: Mapping[str, frozenset[str]] = field(default_factory=dict)


def alike_texts_flag(one: GivenAnswers, other: GivenAnswers) -> Finding | None:
    """The flag in the two texts of both that are most alike."""
    shared, words = max(
        ((containment(a, b), min(len(_words(a)), len(_words(b)))) for a in one.texts for b in other.texts),
        default=(0.0, 0),
    )
    if shared < PARTLY:
        return None
    grade: Grade = "high" if shared >= NEARLY else "medium"
    return Finding(
        code=ALIKE_TEXTS,
        grade=grade,
        key=key_of([one.id, other.id]),
        facts={"percent": round(shared * 100), "words": words},
    )


def alike_ratings_flag(one: GivenAnswers, other: GivenAnswers) -> Finding | None:
    """The flag in equal ratings of two referees; of the candidate's own ratings nothing is said."""
    both = one.ratings.keys() & other.ratings.keys()
    if one.id is None or other.id is None or len(both) < LEAST_RATINGS:
        return None
    levels = {one.ratings[question] for question in both}
    if len(levels) == 1 or any(one.ratings[question] != other.ratings[question] for question in both):
        return None
    picked = one.picks.keys() & other.picks.keys()
    same_picks = bool(picked) and all(one.picks[question] == other.picks[question] for question in picked)
    return Finding(
        code=ALIKE_RATINGS,
        grade="medium" if same_picks else "low",
        key=key_of([one.id, other.id]),
        facts={"ratings": len(both), "same_picks": same_picks},
    )


def containment(one: str, other: str) -> float:
    """Which part of the shorter text's runs of three words is in the other: 0 to 1; 0 if one is too short."""
    first, second = _words(one), _words(other)
    if min(len(first), len(second)) < LEAST_WORDS:
        return 0.0
    shingles = [
        {tuple(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}
        for words in (first, second)
    ]
    return len(shingles[0] & shingles[1]) / min(len(shingles[0]), len(shingles[1]))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Months as "2021-04"; `to` is empty while it goes on."""

    first: str
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedAndConfirmed:
    """What was stated of one referee, and what they said. A value that was not given or confirmed is empty.

    `title` and `period` are what the referee holds to be right: the stated ones where they were confirmed.
    """

    id: int
    company: str
    stated_period: Period | None
    period: Period | None
    stated_title: str
    title: str


def dates_flag(told: StatedAndConfirmed, *, this_month: str) -> Finding | None:
    """The flag in corrected dates; what goes on ends in `this_month`."""
    if told.stated_period is None or told.period is None:
        return None
    stated, said = _span(told.stated_period, this_month), _span(told.period, this_month)
    months = abs(stated[0] - said[0]) + abs(stated[1] - said[1])
    if months <= _MEMORY_MONTHS:
        return None
    apart = said[1] < stated[0] or stated[1] < said[0]
    grade: Grade = "high" if apart else "medium" if months >= _YEAR else "low"
    return Finding(
        code=DATES_CORRECTED,
        grade=grade,
        key=key_of([told.id]),
        facts={
            "stated_from": told.stated_period.first,
            "stated_to": told.stated_period.to,
            "said_from": told.period.first,
            "said_to": told.period.to,
            "months": months,
        },
    )


def title_flag(told: StatedAndConfirmed) -> Finding | None:
    """The flag in a corrected title."""
    grade = _differ(told.stated_title, told.title)
    if grade is None:
        return None
    facts = {"stated": told.stated_title, "said": told.title}
    return Finding(code=TITLE_CORRECTED, grade=grade, key=key_of([told.id]), facts=facts)


def titles_flag(one: StatedAndConfirmed, other: StatedAndConfirmed, *, this_month: str) -> Finding | None:
    """The flag in two referees' titles for the same time at the same company."""
    if not _words(one.company) or _words(one.company) != _words(other.company):
        return None
    if one.period is None or other.period is None:
        return None
    if abs(_span(one.period, this_month)[1] - _span(other.period, this_month)[1]) > _YEAR:
        return None
    grade = _differ(one.title, other.title)
    if grade is None:
        return None
    first, second = sorted((one, other), key=lambda told: told.id)
    facts = {"first": first.title, "second": second.title, "company": first.company}
    return Finding(code=TITLES_DIFFER, grade=grade, key=key_of([one.id, other.id]), facts=facts)


def _differ(one: str, other: str) -> Grade | None:
    first, second = _words(one), _words(other)
    if not first or not second:
        return None
    common = {word for word in first if any(_same(word, beside) for beside in second)}
    back = {word for word in second if any(_same(word, beside) for beside in first)}
    if common == set(first) and back == set(second):
        return None
    return "low" if common else "medium"


def _same(one: str, other: str) -> bool:
    """Whether two words are one, written out, shortened or mistyped."""
    one, other = _SHORT.get(one, one), _SHORT.get(other, other)
    return SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _span(period: Period, this_month: str) -> tuple[int, int]:
    return _months(period.first), _months(period.to or this_month)


def _months(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number)
