"""Solves items as shown: series by the simplest rule that fits all terms, seating and ordering by trying all orders
(from left, or from most), syllogisms by all diagrams, matrices in `matrices.py`.

It shares only the types in `generated.py`, so it doesn't repeat errors of the families.

The load of a hypothesis about a series is the number of its parameters, which must be fewer than the terms. All
continuations with the lowest load are right, and two of them make the series ambiguous.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, pairwise, permutations, product

from goodword.assessments.kinds.generated import Deduction, GeneratedOption, Matrix, Series, Task
from reasoning_solver import matrices

type Hypothesis = Callable[[Sequence[int]], Iterator[tuple[int, int]]]

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def solve_series(task: Series, options: Sequence[GeneratedOption]) -> frozenset[str]:
    if all(term.isalpha() for term in task.terms):
        wanted = _next_letters(task.terms)
    else:
        wanted = {str(value) for value in simplest([int(term) for term in task.terms], _OF_NUMBERS)}
    return frozenset(option.id for option in options if option.value in wanted)


def solve_by_any_reading(task: Series, options: Sequence[GeneratedOption]) -> frozenset[str]:
    """Solve by any hypothesis, whatever its load, since several solutions would make the item disputable."""
    if all(term.isalpha() for term in task.terms):
        columns = [[_ALPHABET.index(letter) for letter in column] for column in zip(*task.terms, strict=True)]
        found = [_all_readings(column, _OF_LETTERS) for column in columns]
        wanted = {"".join(letters) for letters in product(*(_in_alphabet(values) for values in found))}
    else:
        wanted = {str(value) for value in _all_readings([int(term) for term in task.terms], _OF_NUMBERS)}
    return frozenset(option.id for option in options if option.value in wanted)


def _all_readings(terms: Sequence[int], hypotheses: Sequence[Hypothesis]) -> set[int]:
    return {value for hypothesis in hypotheses for _, value in hypothesis(terms)}


def _in_alphabet(places: Iterable[int]) -> list[str]:
    return [_ALPHABET[place] for place in places if 0 <= place < len(_ALPHABET)]


def simplest(terms: Sequence[int], hypotheses: Sequence[Hypothesis]) -> set[int]:
    found = [pair for hypothesis in hypotheses for pair in hypothesis(terms)]
    least = min((load for load, _ in found), default=0)
    return {value for load, value in found if load == least}


def _next_letters(terms: Sequence[str]) -> set[str]:
    columns = []
    for column in zip(*terms, strict=True):
        values = simplest([_ALPHABET.index(letter) for letter in column], _OF_LETTERS)
        columns.append(_in_alphabet(values))
    return {"".join(letters) for letters in product(*columns)}


def _polynomial(terms: Sequence[int]) -> Iterator[tuple[int, int]]:
    layers = [list(terms)]
    for load in (1, 2, 3):
        layers.append([after - before for before, after in pairwise(layers[-1])])
        if len(layers[-1]) > 1 and len(set(layers[-1])) == 1:
            yield load, sum(layer[-1] for layer in layers)
            return


def _times_and_plus(terms: Sequence[int]) -> Iterator[tuple[int, int]]:
    """x becomes a * x + b; a is an integer of at least 2 (or at most -1), b may be 0."""
    for times in (-3, -2, -1, 2, 3, 4, 5, 6):
        more = terms[1] - times * terms[0]
        if len(terms) > 3 and all(after == times * before + more for before, after in pairwise(terms)):
            yield (2 if more else 1), times * terms[-1] + more


def _rising_factor(terms: Sequence[int]) -> Iterator[tuple[int, int]]:
    if len(terms) < 4 or not all(before and after % before == 0 for before, after in pairwise(terms)):
        return
    factors = [after // before for before, after in pairwise(terms)]
    rises = {after - before for before, after in pairwise(factors)}
    if len(rises) == 1:
        yield 2, terms[-1] * (factors[-1] + rises.pop())


def _from_two_before(terms: Sequence[int]) -> Iterator[tuple[int, int]]:
    """p times the last, plus q times the one before, plus a number; the plain sum has load 1."""
    for p, q in product((-1, 1, 2), (-1, 1, 2)):
        rests = {after - p * last - q * before for before, last, after in _threes(terms)}
        if len(rests) == 1 and len(terms) > 4 and (p, q) != (2, -1):
            rest = rests.pop()
            yield 1 + (rest != 0) + ((p, q) != (1, 1)), p * terms[-1] + q * terms[-2] + rest


def _threes(terms: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    return zip(terms, terms[1:], terms[2:], strict=False)


def _operations_in_turn(terms: Sequence[int]) -> Iterator[tuple[int, int]]:
    pairs = list(pairwise(terms))
    here, there = pairs[len(pairs) % 2 :: 2], pairs[1 - len(pairs) % 2 :: 2]
    if min(len(here), len(there)) < 2 or len(terms) < 6 or not _steps(there):
        return
    for next_value in _steps(here, terms[-1]):
        yield 3, next_value


def _steps(pairs: Sequence[tuple[int, int]], value: int = 0) -> set[int]:
    found = set()
    if len({after - before for before, after in pairs}) == 1:
        found.add(value + pairs[0][1] - pairs[0][0])
    factors = {after // before if before and after % before == 0 else None for before, after in pairs}
    if len(factors) == 1 and (factor := factors.pop()) is not None:
        found.add(value * factor)
    return found


def _series_in_turn(terms: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Continue two alternating series, each with its own rule. The alternation adds a load of one."""
    own, other = terms[len(terms) % 2 :: 2], terms[1 - len(terms) % 2 :: 2]
    if len(own) < 3 or len(other) < 3:
        return
    others = [load for hypothesis in _PLAIN for load, _ in hypothesis(other)]
    if others:
        for hypothesis in _PLAIN:
            for load, value in hypothesis(own):
                yield 1 + load + min(others), value


def _three_differences(terms: Sequence[int]) -> Iterator[tuple[int, int]]:
    steps = [after - before for before, after in pairwise(terms)]
    if len(steps) > 5 and all(one == later for one, later in zip(steps, steps[3:], strict=False)):
        yield 4, terms[-1] + steps[-3]


_PLAIN: Sequence[Hypothesis] = (_polynomial, _times_and_plus)
_OF_NUMBERS: Sequence[Hypothesis] = (
    *_PLAIN,
    _rising_factor,
    _from_two_before,
    _operations_in_turn,
    _series_in_turn,
    _three_differences,
)
_OF_LETTERS: Sequence[Hypothesis] = (_polynomial, _operations_in_turn, _series_in_turn, _three_differences)


type Order = tuple[int, ...]

_TESTS: Mapping[str, Callable[..., bool]] = {
    "at": lambda order, a, place: order[place - 1] == a,
    "at_end": lambda order, a: a in (order[0], order[-1]),
    "not_at_end": lambda order, a: a not in (order[0], order[-1]),
    "directly_left": lambda order, a, b: (a, b) in pairwise(order),
    "directly_right": lambda order, a, b: (b, a) in pairwise(order),
    "left": lambda order, a, b: order.index(a) < order.index(b),
    "right": lambda order, a, b: order.index(a) > order.index(b),
    "next_to": lambda order, a, b: abs(order.index(a) - order.index(b)) == 1,
    "not_next_to": lambda order, a, b: abs(order.index(a) - order.index(b)) != 1,
    "more": lambda order, a, b: order.index(a) < order.index(b),
    "less": lambda order, a, b: order.index(a) > order.index(b),
    "against_more": lambda order, a, b: order.index(b) < order.index(a),
    "against_less": lambda order, a, b: order.index(b) > order.index(a),
    "between": lambda order, a, less, more: order.index(more) < order.index(a) < order.index(less),
    "not_most": lambda order, a: order[0] != a,
    "not_least": lambda order, a: order[-1] != a,
}


def solve_orders(task: Deduction, options: Sequence[GeneratedOption]) -> frozenset[str]:
    place = _place(task)
    found = {order[place] for order in permutations(range(len(task.names))) if _holds(order, task.statements)}
    claim: tuple[str | int, ...] = ("is", *found) if len(found) == 1 else ("cannot_say",)
    if not found:
        return frozenset()
    return frozenset(option.id for option in options if option.value == claim)


def _place(task: Deduction) -> int:
    match task.question:
        case ("who_at", int(place)) | ("rank", int(place)):
            return place - 1
        case ("most",) | ("more_than_all",):
            return 0
        case ("least",) | ("less_than_all",):
            return len(task.names) - 1
    raise ValueError(f"There is no question {task.question!r}.")


def _holds(order: Order, statements: Sequence[tuple[str | int, ...]]) -> bool:
    for name, *arguments in statements:
        test = _TESTS.get(str(name))
        if test is None:
            raise ValueError(f"There is no statement “{name}”.")
        if not test(order, *arguments):
            return False
    return True


type Claim = tuple[str | int, ...]


def solve_sets(task: Deduction, options: Sequence[GeneratedOption]) -> frozenset[str]:
    n_groups = len(task.names)
    # exclude regions that a statement empties; try all combinations of the others
    regions = [
        region
        for region in range(1, 2**n_groups)
        if all(_true(statement, (region,)) for statement in task.statements if statement[0] in {"all", "no"})
    ]
    diagrams = [
        diagram
        for diagram in chain.from_iterable(combinations(regions, n) for n in range(1, len(regions) + 1))
        if all(any(region >> group & 1 for region in diagram) for group in range(n_groups))
        and all(_true(statement, diagram) for statement in task.statements)
    ]
    if not diagrams:
        return frozenset()
    right = [
        option.id
        for option in options
        if isinstance(option.value, tuple)
        and option.value[0] != "none_follows"
        and all(_true(option.value, diagram) for diagram in diagrams)
    ]
    return frozenset(right or [option.id for option in options if option.value == ("none_follows",)])


def _true(claim: Claim, diagram: Sequence[int]) -> bool:
    name, a, b = claim[0], int(claim[1]), int(claim[2])
    inside = [region >> b & 1 for region in diagram if region >> a & 1]
    match name:
        case "all":
            return all(inside)
        case "no":
            return not any(inside)
        case "some":
            return any(inside)
        case "some_not":
            return not all(inside)
    raise ValueError(f"There is no statement “{name}”.")


def solve(task: Task, options: Sequence[GeneratedOption]) -> frozenset[str]:
    """Ids of all right options; exactly one for a valid item. Raises `ValueError` for an unknown statement."""
    match task:
        case Series():
            return solve_series(task, options)
        case Deduction(topic="sets"):
            return solve_sets(task, options)
        case Deduction():
            return solve_orders(task, options)
        case Matrix():
            return matrices.solve(task, tuple(options))
