"""Syllogisms: find the claim that must be true of the first and last group of a chain. The groups are invented, so
general knowledge neither helps nor misleads, and have at least one member. Only groups and forms differ in a level.

    1  three groups, two statements with "all" or "no", and an irrelevant one about a fourth group
    2  three groups, two statements, one of them with "some" or "some ... not", and an irrelevant one
    3  four groups, three statements with "all" or "no"
    4  four groups, three statements, one of them with "some" or "some ... not"

Options are three claims and "none of these". Levels 1 and 3 always offer the same three claims (all x are z, all z are
x, no x are z), as do levels 2 and 4 (some x are z, some x are not z, some z are not x). None implies another, and all
four answers are right equally often.
"""

import random
from collections.abc import Sequence

from goodword.assessments.kinds.generated import (
    Deduction,
    Family,
    GeneratedItem,
    GeneratedOption,
    random_for,
)

type Claim = tuple[str, int, int]
type Member = dict[int, bool]


def follows(n: int, premises: Sequence[Claim], claim: Claim) -> bool:
    """Whether the claim follows from the premises, which must be consistent."""
    form, a, b = claim
    if form == "all":
        return _known(premises, {a: True, b: False}) is None
    if form == "no":
        return _known(premises, {a: True, b: True}) is None
    wanted = form == "some"
    return any(
        _must_be(premises, member, a, wanted=True) and _must_be(premises, member, b, wanted=wanted)
        for member in _members(n, premises)
    )


def possible(n: int, premises: Sequence[Claim]) -> bool:
    """Whether the premises are consistent if each of n groups has a member."""
    return all(_known(premises, member) is not None for member in _members(n, premises))


def _members(n: int, premises: Sequence[Claim]) -> list[Member]:
    members: list[Member] = [{group: True} for group in range(n)]
    members += [{a: True, b: form == "some"} for form, a, b in premises if form in {"some", "some_not"}]
    return members


def _must_be(premises: Sequence[Claim], member: Member, group: int, *, wanted: bool) -> bool:
    return member.get(group) is wanted or (
        group not in member and _known(premises, {**member, group: not wanted}) is None
    )


def _known(premises: Sequence[Claim], member: Member) -> Member | None:
    """All memberships that follow from the rules; None if they contradict `member`."""
    known = dict(member)
    n_known = 0
    while n_known < len(known):
        n_known = len(known)
        for form, a, b in premises:
            if form not in {"all", "no"}:
                continue
            # the rule and its contrapositive: members of a are (not) in b, and those not (in) b are not in a
            then = form == "all"
            if known.get(a) is True and known.setdefault(b, then) is not then:
                return None
            if known.get(b) is (not then) and known.setdefault(a, False) is True:
                return None
    return known


_ID = "sets"
_VERSION = "2"


NONE_FOLLOWS = ("none_follows",)
#: invented plurals that have no meaning in English, German or French and begin with a consonant
GROUPS = (
    "cambets",
    "denkals",
    "dremos",
    "fendols",
    "garnols",
    "jobals",
    "kestrons",
    "lorbes",
    "mulvets",
    "nuvets",
    "palvons",
    "plonts",
    "pondrals",
    "rundals",
    "sarvols",
    "tavoks",
    "tirmels",
    "tolvins",
    "vatols",
    "wemols",
    "zorims",
)
_UNIVERSAL = ("all", "all", "no")
_PARTICULAR = ("some", "some_not")
_UNNEEDED = ("all", "no")


def generate(seed: int, level: int) -> GeneratedItem:
    source = random_for(_ID, _VERSION, level, seed)
    n = 3 if level < 3 else 4
    names = tuple(source.sample(GROUPS, 4))
    particular = level % 2 == 0
    claims: list[Claim] = [("all", 0, n - 1), ("all", n - 1, 0), ("no", 0, n - 1)]
    if particular:
        claims = [("some", 0, n - 1), ("some_not", 0, n - 1), ("some_not", n - 1, 0)]
    source.shuffle(claims)
    wanted = source.randrange(len(claims) + 1)
    key = claims[wanted] if wanted < len(claims) else None
    premises = _premises(source, n, key, particular=particular)
    if n < len(names):
        premises.insert(source.randrange(n), _unneeded(source, premises))
    options = [
        GeneratedOption(
            id=letter, value=claim, error="" if claim == key else _error(claim, premises, len(names), key=key)
        )
        for letter, claim in zip("abc", claims, strict=True)
    ]
    options.append(GeneratedOption(id="d", value=NONE_FOLLOWS, error="finds_no_conclusion" if key else ""))
    return GeneratedItem(
        family=_ID,
        version=_VERSION,
        level=level,
        seed=seed,
        task=Deduction("sets", names, tuple(premises), ("follows",)),
        options=tuple(options),
        key=options[wanted].id,
        rule={"kind": "sets", "follows": list(key) if key else None, "ends": [0, n - 1]},
    )


FAMILY = Family(id=_ID, category="deductive", version=_VERSION, levels=(1, 2, 3, 4), generate=generate)


def _premises(source: random.Random, n: int, key: Claim | None, *, particular: bool) -> list[Claim]:
    """Statements that link the groups in a chain. Of the claims about its two ends, only `key` follows, or none."""
    ends = _all_claims(n)
    while True:
        forms = [source.choice(_UNIVERSAL) for _ in range(n - 1)]
        if particular:
            forms[source.randrange(n - 1)] = source.choice(_PARTICULAR)
        premises: list[Claim] = []
        for link, form in enumerate(forms):
            a, b = (link, link + 1) if source.randrange(2) else (link + 1, link)
            premises.append((form, a, b))
        if not possible(n, premises):
            continue
        if key is None:
            fits = not any(follows(n, premises, claim) for claim in ends)
        else:
            fits = (
                follows(n, premises, key)
                and not _can_spare(n, premises, key)
                and not _others_follow(n, premises, key)
            )
        if fits:
            source.shuffle(premises)
            return premises


def _unneeded(source: random.Random, premises: Sequence[Claim]) -> Claim:
    """A statement that links one of the first three groups to a fourth, and implies nothing new about the three."""
    while True:
        link = (source.randrange(3), 3)
        form = source.choice(_UNNEEDED)
        one, other = source.sample(link, 2)
        claim = (form, one, other)
        if possible(4, [*premises, claim]) and all(
            follows(3, premises, end) == follows(4, [*premises, claim], end) for end in _all_claims(3)
        ):
            return claim


def _all_claims(n: int) -> list[Claim]:
    last = n - 1
    return [
        ("all", 0, last),
        ("all", last, 0),
        ("no", 0, last),
        ("some", 0, last),
        ("some_not", 0, last),
        ("some_not", last, 0),
    ]


def _others_follow(n: int, premises: list[Claim], key: Claim) -> bool:
    offered = ("all", "no") if key[0] in {"all", "no"} else ("some", "some_not")
    return any(
        follows(n, premises, claim) for claim in _all_claims(n) if claim != key and claim[0] in offered
    )


def _can_spare(n: int, premises: list[Claim], key: Claim) -> bool:
    return any(
        follows(n, [*premises[:number], *premises[number + 1 :]], key) for number in range(len(premises))
    )


def _error(claim: Claim, premises: list[Claim], n: int, *, key: Claim | None) -> str:
    if not possible(n, [*premises, claim]):
        return "contradicts_the_statements"
    if key and claim == (key[0], key[2], key[1]):
        return "turns_the_conclusion_round"
    if any(follows(n, _one_turned(premises, number), claim) for number in range(len(premises))):
        return "turns_a_statement_round"
    if claim[0] in {premise[0] for premise in premises}:
        return "takes_the_form_of_a_statement"
    if claim[0] == "some" and any(premise[0] == "some_not" for premise in premises):
        return "reads_some_not_as_some_are"
    if claim[0] == "some_not" and any(premise[0] == "some" for premise in premises):
        return "reads_some_as_not_all"
    return "takes_possible_for_certain"


def _one_turned(premises: list[Claim], number: int) -> list[Claim]:
    form, a, b = premises[number]
    return [*premises[:number], (form, b, a), *premises[number + 1 :]]
