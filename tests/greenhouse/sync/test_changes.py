"""The events between two states of an application."""

import pytest

from goodword.greenhouse.sync.applications import changes
from goodword.greenhouse.sync.candidates import ApplicationState

A, B = 501, 502


def state_of(
    status: str = "active", stage: int | None = A, job: int | None = 31, reason: str = ""
) -> ApplicationState:
    name = f"stage {stage}" if stage else ""
    return ApplicationState(status=status, job_id=job, stage_id=stage, stage_name=name, reason=reason)


def names(old: ApplicationState | None, new: ApplicationState, *, arrived: bool = True) -> list[str]:
    return [name.removeprefix("application.") for name, _ in changes(old, new, arrived=arrived)]


@pytest.mark.parametrize(
    ("old", "new", "happened"),
    [
        (None, state_of(), ["applied", "entered_stage"]),
        (None, state_of(stage=None), ["applied"]),
        (None, state_of("rejected"), ["applied", "rejected"]),
        (None, state_of("hired"), ["applied", "hired"]),
        (None, state_of("converted"), ["applied"]),
        (state_of(), state_of(), []),
        (state_of("rejected"), state_of("rejected", stage=B), []),
        (state_of("hired"), state_of("hired"), []),
        (state_of(), state_of(stage=B), ["left_stage", "entered_stage"]),
        (state_of(stage=None), state_of(), ["entered_stage"]),
        (state_of(), state_of(stage=None), ["left_stage"]),
        (state_of(), state_of("rejected"), ["rejected"]),
        (state_of(), state_of("rejected", stage=B), ["rejected"]),
        (state_of("rejected"), state_of(), ["unrejected"]),
        (state_of("rejected"), state_of(stage=B), ["unrejected", "left_stage", "entered_stage"]),
        (state_of(), state_of("hired"), ["hired"]),
        (state_of("hired"), state_of(), ["unhired"]),
        (state_of("rejected"), state_of("hired"), ["unrejected", "hired"]),
        (state_of("hired"), state_of("rejected"), ["unhired", "rejected"]),
        (state_of(), state_of("converted"), ["converted"]),
        (state_of(), state_of(stage=B, job=32), ["changed_job", "left_stage", "entered_stage"]),
    ],
)
def test_events_are_recorded_in_their_natural_order(
    old: ApplicationState | None, new: ApplicationState, happened: list[str]
) -> None:
    assert names(old, new) == happened


def test_a_first_reading_is_an_arrival_only_in_a_newly_entered_stage() -> None:
    assert names(None, state_of(), arrived=False) == ["applied"]


def test_events_contain_the_data_that_reactions_need() -> None:
    told = dict(changes(state_of(), state_of(stage=B)))
    assert told == {
        "application.left_stage": {"stage_id": A, "to_stage_id": B},
        "application.entered_stage": {"job_id": 31, "stage_id": B, "stage_name": "stage 502"},
    }
    assert dict(changes(state_of(), state_of("rejected", reason="Withdrew"))) == {
        "application.rejected": {"reason": "Withdrew"}
    }
