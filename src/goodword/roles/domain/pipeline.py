"""What became of a stage between two looks at its job's pipeline: a pure comparison, no rows.

A stage has moved if others stand before it than did, and the one right before it is another. Stages that were
added or taken out count for nothing here, nor do those that moved around one that stayed.
"""

from collections.abc import Sequence

#: stages in use, in order: (id, name)
Pipeline = Sequence[tuple[int, str]]


def moved(stage_id: int, *, before: Pipeline, after: Pipeline) -> tuple[str, str] | None:
    """Its places then and now in words ("after “Screen”"), if it moved; None if not, or if it is new or gone."""
    shared = {one for one, _ in before} & {one for one, _ in after}
    if stage_id not in shared:
        return None
    then = _leading(stage_id, before, shared)
    now = _leading(stage_id, after, shared)
    if {one for one, _ in then} == {one for one, _ in now} or then[-1:] == now[-1:]:
        return None
    return _place(then), _place(now)


def _leading(stage_id: int, pipeline: Pipeline, shared: set[int]) -> list[tuple[int, str]]:
    known = [row for row in pipeline if row[0] in shared]
    return known[: [one for one, _ in known].index(stage_id)]


def _place(leading: Pipeline) -> str:
    return f"after “{leading[-1][1]}”" if leading else "first"
