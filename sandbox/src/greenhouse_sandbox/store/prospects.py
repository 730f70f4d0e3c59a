"""Pools of prospects and the stages within them."""

from dataclasses import dataclass, field

from greenhouse_sandbox.store.row import Row


@dataclass(kw_only=True)
class ProspectPool(Row):
    """A pool. Empty lists mean that it is not restricted."""

    name: str
    active: bool = True
    description: str | None = None
    department_ids: list[int] = field(default_factory=list)
    office_ids: list[int] = field(default_factory=list)
    job_ids: list[int] = field(default_factory=list)


@dataclass(kw_only=True)
class ProspectPoolStage(Row):
    """A stage within a pool."""

    prospect_pool_id: int
    name: str
    sort_order: int
