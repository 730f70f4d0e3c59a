"""Scenarios by name."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from greenhouse_sandbox.acts.progress import current_stage
from greenhouse_sandbox.context import Sandbox
from greenhouse_sandbox.scenarios.catalogue import SCENARIOS
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.webhooks import EVENTS
from helpers import Receiver, add_hook

type Control = Callable[[str, dict[str, Any]], Any]


@pytest.fixture(autouse=True)
def hooks(store: Store) -> None:
    """A webhook for every action."""
    for action in EVENTS:
        add_hook(store, action)


def states(store: Store) -> Counter[tuple[str, str]]:
    return Counter((row.action, row.state) for row in store.deliveries.rising())


def stage_names(store: Store, application_ids: list[int]) -> set[str]:
    stages = [current_stage(store, store.applications[one]) for one in application_ids]
    return {stage.name if stage else "" for stage in stages}


def test_a_burst_sends_one_delivery_per_move(
    control: Control, store: Store, app: Sandbox, receiver: Receiver
) -> None:
    done = control("/scenario", {"scenario": "burst", "n": 40, "job": "SAM-101"})
    assert (done["moved"], stage_names(store, done["application_ids"])) == (40, {"Assessment"})
    assert app.deliverer.wait_until_idle(10)
    sent = Counter(json.loads(request.content)["action"] for request in receiver.requests)
    assert sent == {"candidate_stage_change": 40}


def test_a_day_without_webhooks_changes_only_harvest(
    control: Control, store: Store, app: Sandbox, receiver: Receiver
) -> None:
    done = control("/scenario", {"scenario": "day_without_webhooks", "n": 12, "hours": 24})
    assert app.deliverer.wait_until_idle(5)
    assert receiver.requests == []
    assert stage_names(store, done["application_ids"]) == {"Assessment"}
    entered = [
        store.application_stages[store.applications[one].stage_id or 0] for one in done["application_ids"]
    ]
    times = [row.entered_at for row in entered if row.entered_at]
    assert times == sorted(times)
    assert timedelta(hours=21) < times[-1] - times[0] < timedelta(hours=24)
    control("/act", {"act": "advance", "application_id": done["application_ids"][0]})
    assert app.deliverer.wait_until_idle(5)
    assert len(receiver.requests) == 1


def test_a_merge_can_look_like_a_deletion(control: Control, store: Store) -> None:
    done = control("/scenario", {"scenario": "merge_looks_like_delete"})
    body = json.loads(list(store.deliveries.rising())[-1].body)
    assert (body["action"], body["payload"]["person"]["id"]) == ("delete_candidate", done["merged_id"])
    assert body["payload"]["person"]["deleted_application_ids"] == []
    assert store.candidates.get(done["merged_id"]) is None
    assert all(hook.active for hook in store.webhooks.rising())


def test_moving_there_and_back_repeats_bodies_with_new_event_ids(control: Control, store: Store) -> None:
    done = control("/scenario", {"scenario": "there_and_back", "times": 2})
    rows = list(store.deliveries.rising())
    assert (done["moved"], len(rows), len({row.event_id for row in rows})) == (4, 4, 4)
    names = [json.loads(row.body)["payload"]["application"]["current_stage"]["name"] for row in rows]
    assert names[:2] == names[2:]


def test_a_hire_is_undone(control: Control, store: Store) -> None:
    assert control("/scenario", {"scenario": "hired_and_back"})["status"] == "in_process"
    assert [row.action for row in store.deliveries.rising()] == ["hire_candidate", "unhire_candidate"]


def test_a_bulk_rejection_sends_a_delivery_each(control: Control, store: Store) -> None:
    done = control("/scenario", {"scenario": "bulk_reject", "job": "ENG-310", "reason": "Position closed"})
    assert done["rejected"] == len(store.deliveries) == 3


def test_a_pipeline_can_be_rebuilt(control: Control, store: Store) -> None:
    done = control("/scenario", {"scenario": "pipeline_rebuilt", "job": "SAM-101"})
    stages = sorted(store.job_stages.by("job_id", done["job_id"]), key=lambda job_stage: job_stage.sort_order)
    assert [stage.name for stage in stages if stage.active] == [
        "Offer (new)",
        "Reference Check (new)",
        "Phone Screen (new)",
        "Application Review (new)",
    ]
    assert not store.job_stages[done["removed_id"]].active


def test_a_bad_connection_drops_duplicates_delays_and_reorders(
    control: Control, store: Store, app: Sandbox, receiver: Receiver
) -> None:
    done = control("/scenario", {"scenario": "lost_and_shuffled", "n": 12, "random": 3})
    assert app.deliverer.wait_until_idle(10)
    moved = [row for row in store.deliveries.rising() if row.action == "candidate_stage_change"]
    assert done["moved"] == 12
    assert Counter(row.fault for row in moved if row.copy_of_id is None) == {
        "drop": 2,
        "duplicate": 4,
        "delay": 2,
        "corrupt_signature": 2,
        "reorder": 2,
    }
    assert len([row for row in moved if row.copy_of_id]) == 6


def test_a_random_history_is_reproducible_by_seed(control: Control, app: Sandbox) -> None:
    ends = []
    for seed in (5, 5, 6):
        control("/reset", {"seed": "demo"})
        done = control("/scenario", {"scenario": "history", "n": 60, "random": seed})
        assert sum(done["acts"].values()) == 60
        rows = app.store.applications.rising()
        ends.append([(row.id, row.candidate_id, row.job_id, row.status, row.stage_id) for row in rows])
    assert ends[0] == ends[1] != ends[2]


def test_scenarios_are_listed_and_invalid_ones_refused(client: httpx2.Client) -> None:
    assert client.get("/_sandbox/scenarios").json().keys() == SCENARIOS.keys()
    for order, words in (
        ({"scenario": "flood"}, "knows no 'flood'"),
        ({"scenario": "burst", "n": 0}, "whole number from 1"),
        ({"scenario": "burst", "speed": 9}, "speed is not a field of burst"),
        ({"scenario": "burst", "job": "none"}, "job does not exist"),
    ):
        answer = client.post("/_sandbox/scenario", json=order)
        assert (answer.status_code, words in answer.json()["message"]) == (422, True), answer.text
