"""When a check is complete. Pure; `complete.py` brings the facts."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One referee that is asked for and was not waived: whether their reference is in (a factual one counts), and
    whether the check never completes without it."""

    answered: bool
    needed: bool = False


def is_complete(asked: Sequence[Asked], *, least: int, own_missing: bool = False) -> bool:
    """Whether enough is in: `least` references (or all, where fewer are asked for by now), those of every needed
    kind among them, and the candidate's self-reference where it is needed (`own_missing`: it is not in).

    A check in which nobody has answered is never complete by itself.
    """
    answered = sum(one.answered for one in asked)
    if not answered or own_missing:
        return False
    if any(one.needed and not one.answered for one in asked):
        return False
    return answered >= min(least, len(asked))
