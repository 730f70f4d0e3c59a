"""Reads what a stored standing and a stored ability were computed from: the norms and the calibration, as frozen.

Nothing is issued anew. Where the frozen table does not give again what was issued (another rule made it), nothing is
told as its reason.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from goodword.assessments.items import items_of
from goodword.assessments.kinds.reasoning.families import FAMILIES
from goodword.assessments.kinds.reasoning.items import ReasoningTask
from goodword.assessments.kinds.technical_sheet import OwnCalibration
from goodword.assessments.models import AttemptPart, NormGroup, Score
from goodword.assessments.psychometrics import norms
from goodword.assessments.queries import read_answers
from goodword.assessments.result import Ability, Standing
from goodword.assessments.result.behind import (
    AbilityBehind,
    CellBehind,
    NormRow,
    ReliabilityBehind,
    StandingBehind,
)
from goodword.assessments.results.parts import standing_of

#: rows of the norm table that are shown on each side of a score
BESIDE: Final = 3


def opened_standing(score: Score, *, by_distance: bool = False) -> Standing | None:
    """Where a score stands, as it was issued, with the figures that it came from."""
    standing = standing_of(score, by_distance=by_distance)
    if standing is None or score.norm_group is None or score.value is None:
        return standing
    return replace(standing, behind=_behind(score, score.norm_group, score.value))


def table_key(group: NormGroup, scale: str) -> str:
    """By what the page of norms finds one table of a group, as an id and in its address."""
    return f"table-{group.pk}-{scale or 'all'}"


def norm_rows(table: norms.NormTable) -> tuple[NormRow, ...]:
    """All rows of a norm table, from the lowest score to the highest."""
    counts = (0, *(at_or_below for _, at_or_below in table.cumulative))
    return tuple(
        NormRow(score=score, people=upto - counts[place], percentile=norms.percentile(table, score))
        for place, (score, upto) in enumerate(table.cumulative)
    )


def opened_ability(
    part: AttemptPart, ability: Ability | None, calibration: OwnCalibration | None
) -> Ability | None:
    """An ability with the cells that its candidate was given; without them where it was measured by another one."""
    if ability is None or calibration is None or calibration.id != part.part.calibration_id:
        return ability
    answers, found = read_answers(part), calibration.found
    cells: dict[tuple[str, int], list[bool]] = {}
    for item in items_of(part):
        if isinstance(item, ReasoningTask):
            right = answers.get(item.id) == item.drawn.key
            cells.setdefault((item.drawn.family, item.drawn.level), []).append(right)
    if not cells.keys() <= found.cells.keys():
        return ability
    order = list(FAMILIES)
    return replace(
        ability,
        behind=AbilityBehind(
            number=calibration.number,
            n=found.n,
            made_at=calibration.made_at,
            sd=found.sd,
            reliability=found.reliability,
            cells=tuple(
                CellBehind(
                    family=family,
                    level=level,
                    b=found.cells[family, level].b,
                    se=found.cells[family, level].se,
                    answers=found.cells[family, level].n,
                    given=len(right),
                    right=sum(right),
                )
                for (family, level), right in sorted(
                    cells.items(), key=lambda cell: (order.index(cell[0][0]), cell[0][1])
                )
            ),
        ),
    )


def _behind(score: Score, group: NormGroup, value: float) -> StandingBehind | None:
    data = group.tables.get(score.scale, {})
    try:
        table = norms.from_json(data)
    except (KeyError, TypeError, ValueError):
        return None
    error, band = norms.standard_error(table), norms.band(table, value)
    if error is None or band is None or table.reliability is None:
        return None
    issued = (score.percentile_low, score.percentile, score.percentile_high)
    if issued != (band.percentile_low, band.percentile, band.percentile_high):
        return None
    rows = norm_rows(table)
    below = sum(row.people for row in rows if row.score < value)
    return StandingBehind(
        score=value,
        n=table.n,
        below=below,
        equal=sum(row.people for row in rows if row.score == value),
        percentile=band.percentile,
        sd=table.sd,
        error=error,
        reliability=_reliability(table.reliability, data),
        version=group.norm_set.version,
        made_at=group.norm_set.made_at,
        rows=_around(rows, value, band.percentile),
        all_rows=len(rows),
        test=group.norm_set.test_id,
        table=table_key(group, score.scale),
    )


def _reliability(value: float, data: Mapping[str, Any]) -> ReliabilityBehind:
    return ReliabilityBehind(
        value=value,
        way=data.get("reliability_by", ""),
        n=data.get("reliability_n", data["n"]),
        alpha=data.get("alpha"),
        omega=data.get("omega"),
    )


def _around(rows: tuple[NormRow, ...], value: float, percentile: int) -> tuple[NormRow, ...]:
    """The row of a score between those beside it; one of its own where nobody in the group has it."""
    before, after = bisect_left(rows, value, key=_score), bisect_right(rows, value, key=_score)
    people = sum(row.people for row in rows[before:after])
    own = NormRow(score=value, people=people, percentile=percentile, own=True)
    return (*rows[max(0, before - BESIDE) : before], own, *rows[after : after + BESIDE])


def _score(row: NormRow) -> float:
    return row.score
