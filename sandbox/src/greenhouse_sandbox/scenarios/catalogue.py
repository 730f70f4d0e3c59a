from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.commands.wanted import Wanted
from greenhouse_sandbox.scenarios import stories
from greenhouse_sandbox.store import Store


@dataclass(frozen=True)
class Scenario:
    run: Callable[[Wanted], dict[str, Any]]
    members: str
    text: str


#: name -> story
SCENARIOS: dict[str, Scenario] = {
    "burst": Scenario(
        stories.burst, "n job stage", "moves `n` (500) candidates of `job` to `stage` (Assessment) at once"
    ),
    "bulk_reject": Scenario(
        stories.bulk_reject, "n job reason", "rejects `n` (50) active candidates of `job`, one web hook each"
    ),
    "day_without_webhooks": Scenario(
        stories.day_without_webhooks,
        "n job stage hours",
        "moves `n` (30) candidates over the last `hours` (24) without any web hook",
    ),
    "merge_looks_like_delete": Scenario(
        stories.merge_looks_like_delete,
        "candidate candidate_id into",
        "merges two candidates and fires the web hook of a deletion",
    ),
    "there_and_back": Scenario(
        stories.there_and_back,
        "application_id candidate candidate_id job stage times",
        "moves to `stage` and back, `times` (2) times: the same bodies, but not the same events",
    ),
    "hired_and_back": Scenario(
        stories.hired_and_back, "application_id candidate candidate_id job", "hires, then undoes the hire"
    ),
    "pipeline_rebuilt": Scenario(
        stories.pipeline_rebuilt,
        "job stage to_stage",
        "renames every stage of `job`, reverses their order and removes `stage` (Assessment)",
    ),
    "lost_and_shuffled": Scenario(
        stories.lost_and_shuffled,
        "n job stage random",
        "a burst of `n` (60) moves with some web hooks lost, duplicated, late, out of order or wrongly signed",
    ),
    "history": Scenario(
        stories.history,
        "n random job",
        "`n` (100) random acts from the seed `random`: moves, rejections, hires, transfers, merges and undoing",
    ),
}


def play(store: Store, order: dict[str, Any]) -> dict[str, Any]:
    """Return the story's counts and ids. Hold the store's lock."""
    name = order.get("scenario")
    scenario = SCENARIOS.get(str(name))
    if scenario is None:
        raise RefusedError("scenario", f"knows no {name!r}. Known: {', '.join(SCENARIOS)}")
    unknown = order.keys() - {"scenario", "user"} - set(scenario.members.split())
    if unknown:
        raise RefusedError(
            ", ".join(sorted(unknown)),
            f"is not a field of {name}. Known: {scenario.members.replace(' ', ', ')}",
        )
    return {"scenario": name} | scenario.run(Wanted(store, order))
