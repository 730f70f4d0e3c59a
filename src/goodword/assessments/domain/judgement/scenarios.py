"""Add a scenario to a draft, change it with its actions and their key, move it, take it out."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from goodword.assessments.domain.drafts import held
from goodword.assessments.domain.judgement.write import write
from goodword.assessments.editor.judgement import Content, place_of
from goodword.assessments.models import Test

UP, DOWN = -1, 1
MOST_SCENARIOS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """One action as it was written: `id` empty for a new one, the key on the answer scale in half steps, and why."""

    id: str
    text: str
    effectiveness: float
    reason: str


class TooMany(Exception):
    """A set has at most MOST_SCENARIOS scenarios."""


def add_scenario(*, test: Test, text: str, actions: Sequence[Keyed], revision: int) -> str:
    """Put a scenario at the end. Returns its id.

    Raises `drafts.NoDraft`, `drafts.Stale` and `TooMany`.
    """
    with held(test, revision=revision) as draft:
        scenarios = list(draft.content["scenarios"])
        if len(scenarios) >= MOST_SCENARIOS:
            raise TooMany
        made = _scenario(f"s{secrets.token_hex(4)}", text, actions, known=set())
        write(draft, draft.content | {"scenarios": [*scenarios, made]})
        return str(made["id"])


def change_scenario(
    *, test: Test, scenario_id: str, text: str, actions: Sequence[Keyed], revision: int
) -> None:
    """Put this in its place; actions that were there keep their ids.

    Raises `drafts.NoDraft`, `drafts.Stale`, and `KeyError` if the scenario has gone.
    """
    with held(test, revision=revision) as draft:
        scenarios = list(draft.content["scenarios"])
        place = place_of(draft.content, scenario_id)
        known = {action["id"] for action in scenarios[place]["actions"]}
        scenarios[place] = _scenario(scenario_id, text, actions, known=known)
        write(draft, draft.content | {"scenarios": scenarios})


def move_scenario(*, test: Test, scenario_id: str, by: int, revision: int) -> int:
    """Change places with the one above (`UP`) or below (`DOWN`). Returns its place from now on, from 1.

    At the end of the list nothing moves. Raises as `change_scenario`.
    """
    with held(test, revision=revision) as draft:
        scenarios = list(draft.content["scenarios"])
        place = place_of(draft.content, scenario_id)
        other = place + by
        if not 0 <= other < len(scenarios):
            return place + 1
        scenarios[place], scenarios[other] = scenarios[other], scenarios[place]
        write(draft, draft.content | {"scenarios": scenarios})
        return other + 1


def remove_scenario(*, test: Test, scenario_id: str, revision: int) -> None:
    """Take it out of the draft; published versions keep it. Raises as `change_scenario`."""
    with held(test, revision=revision) as draft:
        place_of(draft.content, scenario_id)
        left = [one for one in draft.content["scenarios"] if one["id"] != scenario_id]
        write(draft, draft.content | {"scenarios": left})


def _scenario(scenario_id: str, text: str, actions: Sequence[Keyed], *, known: set[str]) -> Content:
    left, made = set(known), []
    for one in actions:
        action_id = one.id if one.id in left else f"a{secrets.token_hex(5)}"
        left.discard(action_id)
        made.append(
            {"id": action_id, "text": one.text, "effectiveness": one.effectiveness, "reason": one.reason}
        )
    return {"id": scenario_id, "text": text, "actions": made}
