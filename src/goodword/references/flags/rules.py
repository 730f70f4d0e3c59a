"""Rules that find flags in answers and addresses. Pure.

**Speed.** The time that most people need is estimated (questionnaires.questions, or a median); fast readers need about
half of it. Below a quarter: medium; below an eighth: high. The mean typing speed is 52 words a minute, and the fastest
of 168,000 people reached 120 (Dhakal et al. 2018, "Observations on Typing from 136 Million Keystrokes", CHI '18). If at
least 40 words were entered faster than that, reading included, they were pasted or dictated: low, or high if the time
is also below a quarter. Only answers given without a break are timed.

**Similar texts** are compared by shingles (Broder 1997, "On the resemblance and containment of documents"): the share
of the shorter text's three-word sequences that the longer one contains. Two people writing about the same person share
hardly any; a copy shares nearly all, even if edited. From 0.5: medium; from 0.8: high. Texts under eight words are left
out. All texts are compared, since a copy may answer another question. Translations are not detected.

**Identical ratings** of two referees are common: five ratings between 3 and 5 match by chance about once in a hundred,
and good people get similar ratings. Five or more that are not all at one level: low. If the picked words also match
(five of twenty: one in 15,504 by chance): medium.

**Private topics.** Words that may be about health, family, age, belief or origin (references.comments): low, as
many have a harmless meaning.

**Dates.** Start and end are compared. Up to two months apart: no flag, since people misremember; up to eleven: low; a
year or more: medium; no month in common: high.

**Titles.** Reordered, shortened ("Sr. Engineer") or mistyped words count as equal. Some words in common: low; none:
medium. Titles given by two referees of one company are compared in the same way if their periods end within a year.
"Not sure" contradicts nothing.

**Addresses**, at most one flag per referee: the organisation's own domain or a member's address: medium. Disposable
(package disposable-email-domains): high. Free mail: low, as many have left the company. A domain that does not match
the company: low, as brands and abbreviations are common.

**Networks and devices**, if an admin has switched their recording on:

| shared | with the candidate | with another referee | colleagues |
|---|---|---|---|
| address and device | high | high | low |
| address | medium | medium | low |
| device only, seen in no other check | low | low | none |

*Colleagues* are two referees of the same stated company, or a referee who still works with the candidate. They share a
network and often a type of computer.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from goodword.core.addresses import FREE_MAIL, is_disposable, within
from goodword.references.comments import topics_in
from goodword.references.domain.requests import mailbox
from goodword.workflow.models import FlagFinding, Grade

#: the candidate in keys
CANDIDATE = "candidate"
FAST = "fast"
FASTEST_WORDS_A_MINUTE = 120
_LEAST_WORDS = 40
PRIVATE_TOPICS = "private_topics"
ALIKE_TEXTS, ALIKE_RATINGS = "alike_texts", "alike_ratings"
SHINGLE = 3
LEAST_WORDS = 8
PARTLY, NEARLY = 0.5, 0.8
LEAST_RATINGS = 5
DATES_CORRECTED, TITLE_CORRECTED, TITLES_DIFFER = "dates_corrected", "title_corrected", "titles_differ"
_MEMORY_MONTHS = 2
_YEAR = 12
#: how similar a misspelt word is
_SAME_WORD = 0.8
_SHORT = {
    "sr": "senior",
    "jr": "junior",
    "mgr": "manager",
    "eng": "engineer",
    "dev": "developer",
    "asst": "assistant",
}
SAME_NETWORK_AND_DEVICE, SAME_NETWORK, SAME_DEVICE = "same_network_and_device", "same_network", "same_device"
MEMBER, DISPOSABLE, FREE, DOMAIN = "address_member", "address_disposable", "address_free", "address_domain"
#: words in company names that don't identify a company
_LEGAL_WORDS = """
ag bv co company corp corporation eg ev gbr gmbh group gruppe groupe holding inc kg kgaa limited llc llp ltd mbh nv ohg
oy plc sa sarl sas se spa srl ug und and et the of de du der die das la le les
"""
_LEGAL = frozenset(_LEGAL_WORDS.split())
#: second-level domains of registries: acme.co.uk
_SECOND = frozenset({"ac", "co", "com", "edu", "gob", "gov", "gouv", "net", "or", "org"})
#: letters as written in domains
_SPELT = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "o", "ł": "l"}
#: shorter matches may be chance
_PIECE = 3
#: how similar a domain and a company's name are
_ALIKE = 0.7


def key_of(people: Iterable[int | None]) -> str:
    """The key of a flag about these referees (None: the candidate), in any order."""
    ids = sorted(person for person in set(people) if person is not None)
    return ",".join([*map(str, ids), *([CANDIDATE] if None in set(people) else [])])


def people_of(key: str) -> tuple[int, ...]:
    return tuple(int(part) for part in key.split(",") if part != CANDIDATE)


def speed_flag(*, referee_id: int, seconds: int | None, expected: int, words: int) -> FlagFinding | None:
    """`seconds` from Start to Submit, `expected` seconds, `words` in all texts."""
    if seconds is None or expected <= 0:
        return None
    hasty = seconds < expected / 4
    typed = words >= _LEAST_WORDS and words * 60 > FASTEST_WORDS_A_MINUTE * seconds
    if not hasty and not typed:
        return None
    grade: Grade = "low"
    if hasty:
        grade = "high" if typed or seconds < expected / 8 else "medium"
    return FlagFinding(
        code=FAST,
        grade=grade,
        key=key_of([referee_id]),
        facts={"seconds": seconds, "expected": expected, "words": words, "hasty": hasty, "typed": typed},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswers:
    """One person's answers by question id. `id`: the referee's, None for the candidate."""

    id: int | None
    texts: Sequence[str] = ()
    ratings: Mapping[str, int] = field(default_factory=dict)
    picks: Mapping[str, frozenset[str]] = field(default_factory=dict)


def alike_texts_flag(one: GivenAnswers, other: GivenAnswers) -> FlagFinding | None:
    shared, words = max(
        ((containment(a, b), min(len(_words(a)), len(_words(b)))) for a in one.texts for b in other.texts),
        default=(0.0, 0),
    )
    if shared < PARTLY:
        return None
    grade: Grade = "high" if shared >= NEARLY else "medium"
    return FlagFinding(
        code=ALIKE_TEXTS,
        grade=grade,
        key=key_of([one.id, other.id]),
        facts={"percent": round(shared * 100), "words": words},
    )


def alike_ratings_flag(one: GivenAnswers, other: GivenAnswers) -> FlagFinding | None:
    both = one.ratings.keys() & other.ratings.keys()
    if one.id is None or other.id is None or len(both) < LEAST_RATINGS:
        return None
    levels = {one.ratings[question] for question in both}
    if len(levels) == 1 or any(one.ratings[question] != other.ratings[question] for question in both):
        return None
    picked = one.picks.keys() & other.picks.keys()
    same_picks = bool(picked) and all(one.picks[question] == other.picks[question] for question in picked)
    return FlagFinding(
        code=ALIKE_RATINGS,
        grade="medium" if same_picks else "low",
        key=key_of([one.id, other.id]),
        facts={"ratings": len(both), "same_picks": same_picks},
    )


def private_topics_flag(given: GivenAnswers) -> FlagFinding | None:
    topics = topics_in(given.texts)
    if not topics:
        return None
    return FlagFinding(
        code=PRIVATE_TOPICS, grade="low", key=key_of([given.id]), facts={"topics": list(topics)}
    )


def containment(one: str, other: str) -> float:
    """Share of the shorter text's three-word sequences that the other has, 0 to 1; 0 if either is too short."""
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
class EmploymentPeriod:
    """Months as "2021-04"; `to` is empty if ongoing."""

    first: str
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedAndConfirmed:
    """`title` and `period`: as confirmed or corrected by the referee; empty if not given."""

    id: int
    company: str
    stated_period: EmploymentPeriod | None
    period: EmploymentPeriod | None
    stated_title: str
    title: str


def dates_flag(claim: StatedAndConfirmed, *, this_month: str) -> FlagFinding | None:
    if claim.stated_period is None or claim.period is None:
        return None
    stated, confirmed = _span(claim.stated_period, this_month), _span(claim.period, this_month)
    months = abs(stated[0] - confirmed[0]) + abs(stated[1] - confirmed[1])
    if months <= _MEMORY_MONTHS:
        return None
    apart = confirmed[1] < stated[0] or stated[1] < confirmed[0]
    grade: Grade = "high" if apart else "medium" if months >= _YEAR else "low"
    return FlagFinding(
        code=DATES_CORRECTED,
        grade=grade,
        key=key_of([claim.id]),
        facts={
            "stated_from": claim.stated_period.first,
            "stated_to": claim.stated_period.to,
            "said_from": claim.period.first,
            "said_to": claim.period.to,
            "months": months,
        },
    )


def title_flag(claim: StatedAndConfirmed) -> FlagFinding | None:
    grade = _differ(claim.stated_title, claim.title)
    if grade is None:
        return None
    facts = {"stated": claim.stated_title, "said": claim.title}
    return FlagFinding(code=TITLE_CORRECTED, grade=grade, key=key_of([claim.id]), facts=facts)


def titles_flag(one: StatedAndConfirmed, other: StatedAndConfirmed, *, this_month: str) -> FlagFinding | None:
    """Different titles from two referees of the same company and time."""
    if not _words(one.company) or _words(one.company) != _words(other.company):
        return None
    if one.period is None or other.period is None:
        return None
    if abs(_span(one.period, this_month)[1] - _span(other.period, this_month)[1]) > _YEAR:
        return None
    grade = _differ(one.title, other.title)
    if grade is None:
        return None
    first, second = sorted((one, other), key=lambda claim: claim.id)
    facts = {"first": first.title, "second": second.title, "company": first.company}
    return FlagFinding(code=TITLES_DIFFER, grade=grade, key=key_of([one.id, other.id]), facts=facts)


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
    """Whether two words are equal, abbreviated or mistyped."""
    one, other = _SHORT.get(one, one), _SHORT.get(other, other)
    return SequenceMatcher(None, one, other).ratio() >= _SAME_WORD


def _span(period: EmploymentPeriod, this_month: str) -> tuple[int, int]:
    return _months(period.first), _months(period.to or this_month)


def _months(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedReferee:
    id: int
    email: str
    company: str


def address_flag(
    referee: NamedReferee, *, own_domains: Collection[str], member_addresses: Collection[str]
) -> FlagFinding | None:
    domain = referee.email.rpartition("@")[2].strip().casefold().rstrip(".")
    key = key_of([referee.id])
    if within(domain, {_bare(own) for own in own_domains}) or mailbox(referee.email) in {
        mailbox(address) for address in member_addresses
    }:
        return FlagFinding(code=MEMBER, grade="medium", key=key, facts={"domain": domain})
    if is_disposable(domain):
        return FlagFinding(code=DISPOSABLE, grade="high", key=key, facts={"domain": domain})
    if domain in FREE_MAIL:
        return FlagFinding(code=FREE, grade="low", key=key, facts={"domain": domain})
    if not fits(domain, referee.company):
        return FlagFinding(
            code=DOMAIN, grade="low", key=key, facts={"domain": domain, "company": referee.company}
        )
    return None


def fits(domain: str, company: str) -> bool:
    """Whether domain and company have common words or initials, or are similar. True if they can't be compared."""
    words = [word for word in _company_words(company) if word not in _LEGAL] or _company_words(company)
    labels = _labels(domain)
    if not words or not labels:
        return True
    joined, initials = "".join(words), "".join(word[0] for word in words)
    for label in labels:
        plain = label.replace("-", "")
        if any(len(word) >= _PIECE and word in plain for word in words):
            return True
        if len(plain) >= _PIECE and plain in joined:
            return True
        if len(initials) >= 2 and plain.startswith(initials):
            return True
        if any(SequenceMatcher(None, plain, name).ratio() >= _ALIKE for name in (joined, *words)):
            return True
    return False


def _bare(domain: str) -> str:
    return domain.strip().casefold().removeprefix("@")


def _labels(domain: str) -> list[str]:
    """Return the labels that may name a company: "mail" and "acme" for "mail.acme.co.uk"."""
    parts = [part for part in domain.split(".") if part]
    kept = parts[:-1]
    if len(kept) > 1 and kept[-1] in _SECOND:
        kept = kept[:-1]
    return [_folded(part) for part in kept]


def _company_words(company: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", _folded(company))


def _folded(text: str) -> str:
    """Return the text in lower case without accents; umlauts are spelt as in domains."""
    spelt = text.casefold()
    for letter, written in _SPELT.items():
        spelt = spelt.replace(letter, written)
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(letter)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """`id`: the referee's; None for the candidate. `seen`: pairs of hashes, of network address and device; either may
    be empty."""

    id: int | None
    company: str = ""
    candidate_still_there: bool = False
    seen: frozenset[tuple[str, str]] = frozenset()


def device_flag(one: Traces, other: Traces, *, rare_devices: Collection[str]) -> FlagFinding | None:
    """`rare_devices`: those seen in no other check."""
    office = _one_office(one, other)
    grade: Grade
    if any(address and device for address, device in one.seen & other.seen):
        code, grade = SAME_NETWORK_AND_DEVICE, "low" if office else "high"
    elif {address for address, _ in one.seen} & {address for address, _ in other.seen} - {""}:
        code, grade = SAME_NETWORK, "low" if office else "medium"
    elif not office and _devices(one) & _devices(other) & set(rare_devices):
        code, grade = SAME_DEVICE, "low"
    else:
        return None
    return FlagFinding(code=code, grade=grade, key=key_of([one.id, other.id]), facts={"office": office})


def _devices(person: Traces) -> set[str]:
    return {device for _, device in person.seen if device}


def _one_office(one: Traces, other: Traces) -> bool:
    if one.id is None or other.id is None:
        return one.candidate_still_there or other.candidate_still_there
    return bool(_words(one.company)) and _words(one.company) == _words(other.company)
