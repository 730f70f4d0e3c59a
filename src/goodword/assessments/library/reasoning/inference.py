"""Inference from statements about groups, by reasoning from single members.

"All a are b" and "no a are b" are rules about the members of a. A member of whom something is known is followed up by
them until nothing more is learnt; as the rules have one condition each, that finds all there is to find. Members are
known from "some a are b", from "some a are not b", and one from each group, since none is empty.
"""

from collections.abc import Sequence

type Claim = tuple[str, int, int]
#: what is known of a member: for some groups, whether it is in them
type Member = dict[int, bool]


def follows(n: int, premises: Sequence[Claim], claim: Claim) -> bool:
    """Whether a claim must be true where the premises are. The premises must be possible together."""
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
    """Whether the premises can be true together with a member in each of n groups."""
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
    """All that the rules tell of a member; None if they contradict what is known."""
    known = dict(member)
    n_known = 0
    while n_known < len(known):
        n_known = len(known)
        for form, a, b in premises:
            if form not in {"all", "no"}:
                continue
            # The rule and its contrary: who is in a is (not) in b, and who is not (in) b is not in a.
            then = form == "all"
            if known.get(a) is True and known.setdefault(b, then) is not then:
                return None
            if known.get(b) is (not then) and known.setdefault(a, False) is True:
                return None
    return known
