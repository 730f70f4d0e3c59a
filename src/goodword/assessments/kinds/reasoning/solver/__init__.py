"""Solves items as shown, sharing only the types in `generated.py`, so that no error of a family is repeated."""

from collections.abc import Sequence

from goodword.assessments.kinds.reasoning.generated import Deduction, Matrix, Option, Series, Task
from goodword.assessments.kinds.reasoning.solver import series
from goodword.assessments.kinds.reasoning.solver.deduction import solve_orders, solve_sets


def solve(task: Task, options: Sequence[Option]) -> frozenset[str]:
    """The ids of all right options; exactly one for a valid item. Raises `ValueError` for an unknown statement."""
    match task:
        case Series():
            return series.solve(task, options)
        case Deduction(topic="sets"):
            return solve_sets(task, options)
        case Deduction():
            return solve_orders(task, options)
        case Matrix():
            from goodword.assessments.kinds.reasoning.solver import matrices

            return matrices.solve(task, tuple(options))
