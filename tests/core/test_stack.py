import resource

import pytest

from goodword.core.process import in_one_piece

CALLS = 200


def deeper(levels: int) -> int:
    return deeper(levels - 1) if levels else 0


def faults(depth: int) -> int:
    """How often the system allocated memory for a loop of `CALLS` calls at this depth."""
    if depth:
        return faults(depth - 1)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _ in range(CALLS):
        deeper(3)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def test_calls_at_no_depth_take_a_piece_of_stack_each() -> None:
    @in_one_piece
    def worst(depths: int) -> int:
        return max(faults(depth) for depth in range(depths))

    assert worst(300) < CALLS / 2


def test_arguments_results_and_errors_pass_through() -> None:
    @in_one_piece
    def divided(number: int, *, by: int) -> float:
        return number / by

    assert divided(3, by=2) == 1.5
    assert divided.__name__ == "divided"
    with pytest.raises(ZeroDivisionError):
        divided(3, by=0)
