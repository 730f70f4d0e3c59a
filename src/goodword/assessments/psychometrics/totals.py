"""Items solved in right-or-wrong tests, and a total over several of them.

    n = items answered correctly
    m = items given, without void ones

Unanswered items count as not solved, since time is part of the task, as is every item of the form. An item on screen
when the connection was lost is void; its replacement counts instead, so m is always the length of the form.

Total without weights: the mean of category means, so a category with many items doesn't outweigh the others:

    share(t, c) = solved / given                       of category c in test t
    mean(c)     = mean of share(t, c)                  over the tests t that have the category
    total       = mean of mean(c)                      over all categories

With weights w_t, positive integers:

    total = sum of w_t * share(t) / sum of w_t         share(t) over all items of the test

All values are exact fractions. Percentages are averaged instead of standard scores, because this needs no norm group
and can be checked by hand; docs/scoring.md discusses the disadvantages.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A scored item of a form. `right` is None without an answer."""

    category: str
    right: bool | None
    void: bool = False


@dataclass(frozen=True, slots=True)
class Solved:
    """`right` of `given` items were solved. `category` is empty for all items."""

    category: str
    right: int
    given: int

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.right, self.given) if self.given else None


def solved(items: Iterable[Marked]) -> tuple[Solved, ...]:
    right: dict[str, int] = {}
    given: dict[str, int] = {}
    for item in items:
        right[item.category] = right.get(item.category, 0) + (item.right is True and not item.void)
        given[item.category] = given.get(item.category, 0) + (not item.void)
    return tuple(Solved(category, right[category], given[category]) for category in given)


def in_all(categories: Iterable[Solved]) -> Solved:
    parts = tuple(categories)
    return Solved("", sum(part.right for part in parts), sum(part.given for part in parts))


RIGHT_OR_WRONG = "right_or_wrong"


class NoTotal(ValueError):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalPart:
    test: str
    kind: str
    solved: tuple[Solved, ...]


@dataclass(frozen=True, slots=True)
class WeightedShare:
    name: str
    share: Fraction
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Total:
    """`value` from 0 to 1: the sum of share times weight over `made_of`, whose weights sum to 1."""

    value: Fraction
    made_of: tuple[WeightedShare, ...]


def total(parts: Sequence[TotalPart], weights: Mapping[str, int] | None = None) -> Total:
    """Compute the total. `weights`: positive integers by test id. Raises `NoTotal`."""
    _check(parts)
    shares = _category_means(parts) if weights is None else _test_shares(parts)
    whole = dict.fromkeys(shares, 1) if weights is None else _checked(weights, set(shares))
    in_sum = sum(whole.values())
    made_of = tuple(
        WeightedShare(name, share, Fraction(whole[name], in_sum)) for name, share in shares.items()
    )
    return Total(sum((part.share * part.weight for part in made_of), Fraction(0)), made_of)


def _check(parts: Sequence[TotalPart]) -> None:
    if not parts:
        raise NoTotal("A total needs at least one test.")
    names = [part.test for part in parts]
    for part in parts:
        if part.kind != RIGHT_OR_WRONG:
            raise NoTotal(f"“{part.test}” has no right and wrong answers, so it cannot enter a total.")
        if names.count(part.test) > 1:
            raise NoTotal(f"“{part.test}” occurs twice.")
        if in_all(part.solved).share is None:
            raise NoTotal(f"No item of “{part.test}” counts.")


def _category_means(parts: Sequence[TotalPart]) -> dict[str, Fraction]:
    shares: dict[str, list[Fraction]] = {}
    for part in parts:
        for category in part.solved:
            if category.share is not None:
                shares.setdefault(category.category, []).append(category.share)
    return {name: sum(found, Fraction(0)) / len(found) for name, found in shares.items()}


def _test_shares(parts: Sequence[TotalPart]) -> dict[str, Fraction]:
    found = {part.test: in_all(part.solved).share for part in parts}
    return {test: share for test, share in found.items() if share is not None}


def _checked(weights: Mapping[str, int], tests: set[str]) -> dict[str, int]:
    if missing := sorted(tests - set(weights)):
        raise NoTotal(f"There is no weight for “{missing[0]}”.")
    if left_over := sorted(set(weights) - tests):
        raise NoTotal(f"There is a weight for “{left_over[0]}”, which is not one of the tests.")
    for test, weight in weights.items():
        if isinstance(weight, bool) or not isinstance(weight, int) or weight < 1:
            raise NoTotal(f"The weight of “{test}” must be a whole number of at least 1, not {weight!r}.")
    return dict(weights)
