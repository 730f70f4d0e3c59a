"""Which of two stages comes later, and which stages candidates moved on from. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Self


@dataclass(frozen=True, slots=True)
class StageOrder:
    """`ahead`: how many people entered the first of two stages before the second, minus those who entered the second
    first."""

    ahead: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, paths: Iterable[Sequence[str]]) -> Self:
        ahead: Counter[tuple[str, str]] = Counter()
        for path in paths:
            for earlier, later in combinations(dict.fromkeys(path), 2):
                ahead[earlier, later] += 1
                ahead[later, earlier] -= 1
        return cls(ahead)

    def moved_on(self, path: Sequence[str], pipeline: Sequence[str]) -> dict[str, bool]:
        """For each stage of a candidate's `path`: whether they entered a later one afterwards. To be sent back to an
        earlier stage is not to move on. `pipeline`: the job's stages in order; pairs of stages that it lacks have the
        order in which most people entered them."""
        last = {stage: place for place, stage in enumerate(path)}
        first = {stage: path.index(stage) for stage in last}
        return {
            stage: any(
                last[other] > first[stage] and self._is_later(other, stage, pipeline)
                for other in last
                if other != stage
            )
            for stage in last
        }

    def _is_later(self, one: str, than: str, pipeline: Sequence[str]) -> bool:
        if one in pipeline and than in pipeline:
            return pipeline.index(one) > pipeline.index(than)
        return self.ahead.get((than, one), 0) >= 0
